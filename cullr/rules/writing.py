"""A rule → the text of a rule file that reads back as that rule."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from cullr.rules.criteria import Margin, Preference
from cullr.rules.rule import Rule


def toml(rule: Rule, head: Sequence[str], notes: Mapping[Preference, str]) -> str:
    """`head` lines become a comment at the top, `notes` one behind each preference."""
    lines = [f"# {line}".rstrip() for line in head]
    lines += [f"name = {_text(rule.name)}", f"description = {_text(rule.description)}", f"keep = {rule.keep}"]
    for prefer in rule.prefer:
        note = notes.get(prefer, "")
        lines += ["", "[[prefer]]", f"by = {_text(prefer.by)}{f'  # {note}' if note else ''}"]
        if prefer.want:
            lines.append(f"want = {_want(prefer)}")
        lines += [f"{key} = {_list(value)}" for key in ("order", "pattern") if (value := getattr(prefer, key))]
        if prefer.margin:
            lines.append(f"margin = {_margin(prefer.margin)}")
    return "\n".join(lines) + "\n"


def _want(prefer: Preference) -> str:
    return _list(prefer.want) if prefer.by == "companion" else _text(prefer.want[0])


def _margin(margin: Margin) -> str:
    return _text(f"{margin.size * 100:g} %") if margin.relative else f"{margin.size:g}"


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _text(text: str) -> str:
    """JSON's escapes are TOML's."""
    return json.dumps(text, ensure_ascii=False)
