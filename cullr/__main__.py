"""`python -m cullr`."""

from cullr.cli.main import entry

entry()
