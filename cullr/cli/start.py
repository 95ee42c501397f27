"""What the `cullr` script and `python -m cullr` run: Ctrl+C is answered in one line from the first moment on.

Imports next to nothing before the handler stands: until then Ctrl+C meets Python itself, which prints a traceback.
"""

from __future__ import annotations

import gc
import signal
import sys
from types import FrameType

from cullr.cli.interrupted import INTERRUPTED, STOPPED

SELDOM = (100_000, 20, 20)
"""For the garbage collector: of a hundred thousand photos a million values live to the end of a run, and looking
through them for cycles, of which there are few, takes a fifth of its time."""


def entry() -> None:
    """Run the command line and exit with its code."""
    # A tenth of the time to the first frame goes into looking for garbage among what is imported and stays: the screen
    # begins to look for it later, every other command at once.
    gc.disable()
    pressed: list[int] = []

    def interrupt(number: int, _frame: FrameType | None) -> None:
        pressed.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, _terminated)
    gc.set_threshold(*SELDOM)
    try:
        from cullr.cli.main import main

        code = main(sys.argv[1:])
    except (Exception, KeyboardInterrupt):
        # An import that Ctrl+C falls into may turn it into an error of its own (numpy: RuntimeError).
        if not pressed:
            raise
        print(STOPPED, file=sys.stderr)
        code = INTERRUPTED
    if pressed:
        # A KeyboardInterrupt out of code made from a string (dataclasses, namedtuple) leaves a mark, though caught, by
        # which Python ends itself with SIGINT in place of our exit code; any other such code wipes it.
        eval("0")
    sys.exit(code)


def _terminated(_number: int, _frame: FrameType | None) -> None:
    """SIGTERM ends a run as orderly as Ctrl+C does."""
    raise SystemExit(128 + signal.SIGTERM)
