"""`rules/*.toml` and what is known of a group's shots → keep or cull for each shot, with the reason in words."""

from cullr.rules.contest import propose, propose_all
from cullr.rules.rulefile import Rule, describe, load, shipped

__all__ = ["Rule", "describe", "load", "propose", "propose_all", "shipped"]
