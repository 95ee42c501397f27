"""Every fault and kill, of moves and of stars, and ever new random lives, until time is up: scripts/crash --minutes 10.

Prints a table of what was tried and exits 1 if anything was lost.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from cullr_tests.crash import ordeal, rating
from cullr_tests.crash.ordeal import Tally, systematic
from cullr_tests.crash.sequences import MEMORY, Life

SLICES = 7
LIVES = 40
CELLS = [(cell, ordeal.trial) for cell in ordeal.CELLS] + [(cell, rating.trial) for cell in rating.CELLS]


def lives(count: int) -> int:
    """So many random lives, each new; raises what Hypothesis found, made small."""
    before = Life.finished
    quiet = settings(max_examples=count, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Life, settings=quiet)
    return Life.finished - before


def endless(minutes: float, work: Path, tally: Tally) -> None:
    end = time.monotonic() + minutes * 60
    for first, (cell, trial) in itertools.cycle(itertools.product(range(SLICES), CELLS)):
        systematic(work, tally, [cell], step=SLICES, first=first, trial=trial)
        tally.sequences += lives(LIVES)
        if time.monotonic() > end or tally.losses:
            return


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/crash", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--on", type=Path, default=MEMORY if MEMORY.is_dir() else None, help="folder to work in")
    asked = parser.parse_args()
    tally = Tally()
    with tempfile.TemporaryDirectory(dir=asked.on) as folder:
        endless(asked.minutes, Path(folder), tally)
    sys.stdout.write(f"{tally}\n" + "".join(f"{loss}\n" for loss in tally.losses[:20]))
    return 1 if tally.losses else 0


if __name__ == "__main__":
    sys.exit(main())
