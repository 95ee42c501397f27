"""`cullr rules learn`: what you kept and culled so far → a rule file, and how often it would have agreed."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cullr import rules
from cullr.cli import options as shared
from cullr.cli.progress import Ticker
from cullr.errors import Failed, NothingFound
from cullr.rules import learning, writing
from cullr.rules.learning import Agreement, Choice
from cullr.rules.rule import Rule
from cullr.safe_text import visible

COMMON = 0.6
"""The part of choices that must have kept as many for the rule to keep more than one."""


def run(options: argparse.Namespace) -> int:
    """Print or write the rule. Raises NothingFound for too few choices, Failed for a file that cannot be written."""
    with Ticker(quiet=options.quiet) as ticker:
        session = shared.opened(options, ticker)
        choices = session.choices()
        if len(choices) < learning.LEAST:
            raise NothingFound(
                f"{len(choices)} groups were decided by you in these folders; "
                f"from {learning.LEAST} on an order can be told from chance",
                "Review more groups, or name more folders at once. What `cullr stage` moved does not count.",
            )
        text = proposal(choices, rules.load(session.settings.rule))
    if options.write is None:
        sys.stdout.write(text)
    else:
        _write(options.write, text)
        print("".join(f"{line}\n" for line in text.splitlines() if line.startswith("#")), end="")
        print(f"written to {visible(str(options.write))}; see what it would change: cullr rules try FILE ROOT")
    return 0


def proposal(choices: Sequence[Choice], now: Rule) -> str:
    """The rule file, its figures in comments."""
    order = learning.fit(choices)
    chosen = replace(
        learning.rule([each.prefer for each in order], _keep(choices)), description="learnt from my choices"
    )
    if not order:
        raise NothingFound(
            f"none of {len(learning.CANDIDATES)} preferences explains your {len(choices)} choices better than chance",
            "Write a rule by hand, or review more groups.",
        )
    chance = sum(len(each.kept) / len(each.shots) for each in choices) / len(choices)
    head = [
        f"Proposed by `cullr rules learn` from {len(choices)} groups that you decided.",
        f"Of groups it had not seen, its first choice was one that you kept in {_said(learning.validated(choices))}.",
        f"{now.name}: {_said(learning.agreement_of(now, choices))}. By chance: {chance:.0%}.",
        "Groups approved as they were shown count as your choice, so the rule you used has a head start.",
        "",
    ]
    notes = {each.prefer: f"right in {each.right:.0f} of the {each.decided:.0f} that it decided" for each in order}
    return writing.toml(chosen, head, notes)


def _said(found: Agreement) -> str:
    low, high = found.interval
    return f"{found.right} of {found.of} ({found.share:.0%}; 95 % interval {low:.0%} to {high:.0%})"


def _keep(choices: Sequence[Choice]) -> int:
    """How many mostly stayed, 1 where that varies."""
    count, times = Counter(len(each.kept) for each in choices).most_common(1)[0]
    return count if times >= COMMON * len(choices) else 1


def _write(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise Failed(f"{visible(str(file))} is there already", "Name a new file.") from None
    except OSError as error:
        raise Failed(f"cannot write {visible(str(file))}: {error.strerror}", "Name a file elsewhere.") from error
