"""`cullr rules list | show RULE | check FILE`: keep rules, read without applying them."""

from __future__ import annotations

import argparse

from cullr import rules
from cullr.safe_text import visible


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="the shipped rules")
    show = actions.add_parser("show", help="a rule in words")
    check = actions.add_parser("check", help="is this rule file right?")
    for action in (show, check):
        action.add_argument("rule", metavar="RULE", help="a shipped rule's name or a file")


def run(options: argparse.Namespace) -> int:
    if options.action == "list":
        shipped = rules.shipped()
        width = max(len(rule.name) for rule in shipped)
        for rule in shipped:
            print(f"{rule.name:<{width}}  {visible(rule.description)}")
        return 0
    rule = rules.load(options.rule)
    if options.action == "show":
        print("\n".join(visible(line) for line in rules.describe(rule).splitlines()))
    else:
        print(f"{visible(options.rule)}: a rule that can be used ({visible(rule.name)})")
    return 0
