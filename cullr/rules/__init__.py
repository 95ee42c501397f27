"""`rules/*.toml` and what is known of a group's shots → keep or cull for each shot, with the reason in words."""

from cullr.rules.contest import GONE, hearing, propose, propose_all
from cullr.rules.demand import Demand, Wish
from cullr.rules.describing import describe
from cullr.rules.hearing import Hearing
from cullr.rules.rule import Rule
from cullr.rules.rulefile import load, shipped

__all__ = [
    "GONE",
    "Demand",
    "Hearing",
    "Rule",
    "Wish",
    "describe",
    "hearing",
    "load",
    "propose",
    "propose_all",
    "shipped",
]
