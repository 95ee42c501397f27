"""`cullr rules list | show | check | try | learn`: keep rules, read, tried and learnt; nothing is moved."""

from __future__ import annotations

import argparse
from pathlib import Path

from cullr import rules
from cullr.cli import learn
from cullr.cli import options as shared
from cullr.cli.progress import Ticker
from cullr.model import Review, ReviewedGroup
from cullr.report import words
from cullr.safe_text import visible

SHOWN = 40
"""Groups shown one by one; the count is always of all."""


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="the shipped rules")
    show = actions.add_parser("show", help="a rule in words")
    check = actions.add_parser("check", help="is this rule file right?")
    tried = actions.add_parser("try", help="what another rule than the one in force would change")
    for action in (show, check, tried):
        action.add_argument("tried" if action is tried else "rule", metavar="RULE", help="a shipped rule or a file")
    learnt = actions.add_parser("learn", help="propose a rule that chooses as you did so far")
    learnt.add_argument("--write", type=Path, metavar="FILE", help="write the rule here, not to stdout")
    for action in (tried, learnt):
        shared.roots(action)
        shared.matching(action)


def run(options: argparse.Namespace) -> int:
    if options.action == "list":
        shipped = rules.shipped()
        width = max(len(rule.name) for rule in shipped)
        for rule in shipped:
            print(f"{rule.name:<{width}}  {visible(rule.description)}")
        return 0
    if options.action == "try":
        return _try(options)
    if options.action == "learn":
        return learn.run(options)
    rule = rules.load(options.rule)
    if options.action == "show":
        print("\n".join(visible(line) for line in rules.describe(rule).splitlines()))
    else:
        print(f"{visible(options.rule)}: a rule that can be used ({visible(rule.name)})")
    return 0


def _try(options: argparse.Namespace) -> int:
    with Ticker(quiet=options.quiet) as ticker:
        session = shared.opened(options, ticker)
        kinds = [kind for part in options.kind for kind in part] if options.kind else None
        now, then = session.compared(options.tried, kinds)
    pairs = list(zip(now.groups, then.groups, strict=True))
    changed = [pair for pair in pairs if _kept(pair[0]) != _kept(pair[1])]
    width = max(len(visible(review.rule)) for review in (now, then))
    for when, review in (("now ", now), ("then", then)):
        print(f"{when}  {visible(review.rule):<{width}}  {_culls(review)}")
    print(f"{len(changed):,} of {words.count(len(pairs), 'group')} would be decided otherwise.")
    for before, after in changed[:SHOWN]:
        print(f"\n{before.group.kind}, {words.count(len(before.shots), 'shot')}")
        for facts, old, new in zip(before.shots, before.proposals, after.proposals, strict=True):
            if old.keep != new.keep:
                print(f"  {'cull → keep' if new.keep else 'keep → cull'}  {words.path(facts)}: {words.reason(new)}")
    if len(changed) > SHOWN:
        print(f"\n… and {len(changed) - SHOWN:,} groups more")
    return 0


def _kept(group: ReviewedGroup) -> list[bool]:
    return [proposal.keep for proposal in group.proposals]


def _culls(review: Review) -> str:
    return f"culls {words.count(review.counts.culled, 'shot')}, {words.size(review.counts.bytes_culled)}"
