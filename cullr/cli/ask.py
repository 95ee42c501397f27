"""Questions before anything moves: asked where a person can answer, refused where nobody can."""

from __future__ import annotations

import sys

from cullr.errors import UsageError


def agreed(question: str, *, yes: bool, wanted: str = "y", flag: str = "--yes") -> bool:
    """Whether the person says yes. Raises UsageError without the flag when there is no terminal to ask on."""
    if yes:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(f"{question} Nobody is there to ask.", f"Add {flag} to go ahead without asking.")
    print(
        f"{question} [{'y/N' if wanted == 'y' else f'type {wanted} to go ahead'}] ", end="", file=sys.stderr, flush=True
    )
    try:
        answer = input()
    except EOFError:
        return False
    return answer.strip().lower() in {wanted, "yes" if wanted == "y" else wanted}
