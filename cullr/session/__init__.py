"""THE core API: everything a shell may ask for. Shells parse and print; what happens, happens below here.

Importing it is cheap: numpy, Pillow and the rest load when a run needs them.
"""

from cullr.session.session import Session

__all__ = ["Session"]
