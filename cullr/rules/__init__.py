"""`rules/*.toml` and what is known of a group's shots → keep or cull for each shot, with the reason in words."""

from cullr.rules.contest import propose, propose_all, strongest_first
from cullr.rules.demand import Demand
from cullr.rules.rulefile import Rule, describe, load, shipped

__all__ = ["Demand", "Rule", "describe", "load", "propose", "propose_all", "shipped", "strongest_first"]
