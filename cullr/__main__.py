"""`python -m cullr`."""

from cullr.cli.start import entry

entry()
