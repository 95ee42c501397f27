"""A rule file → a checked Rule. Every mistake is answered with file, line and what would be right."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from cullr import tomlfile
from cullr.errors import ConfigError
from cullr.model import Kind
from cullr.rules.amount import Amount, amount
from cullr.rules.criteria import FORMATS, REST, Margin, Preference
from cullr.rules.forms import FORMS, Form
from cullr.rules.rule import Protect, Rule, Way
from cullr.rules.tomltable import Table

_GLOBBED = frozenset({("folder", "order"), ("name", "order"), ("name", "pattern")})


def load(name_or_path: str) -> Rule:
    """A shipped rule by name, or the rule file at a path (it holds a `/` or ends in `.toml`). Raises ConfigError."""
    if "/" in name_or_path or name_or_path.endswith(".toml"):
        if "\0" in name_or_path:
            raise ConfigError(name_or_path, 0, "is no path: it holds a NUL", "Name a file.")
        return _read(Path(name_or_path))
    shipped_paths = {path.stem: path for path in _shipped_paths()}
    if name_or_path not in shipped_paths:
        remedy = tomlfile.nearest(name_or_path, shipped_paths)
        raise ConfigError(name_or_path, 0, "no such rule", f"{remedy} Your own rules are named by a path.")
    return _read(shipped_paths[name_or_path])


def shipped() -> list[Rule]:
    """The rules that come with cullr, by name."""
    return [_read(path) for path in _shipped_paths()]


def _shipped_paths() -> list[Path]:
    """In a wheel the files lie within the package, in a checkout beside it."""
    package = Path(__file__).parent
    inside = package / "shipped"
    return sorted((inside if inside.is_dir() else package.parents[1] / "rules").glob("*.toml"))


def _read(path: Path) -> Rule:
    table = Table(path, tomlfile.load(path))
    table.check(("name", "description", "keep", "prefer", "protect", *Kind))
    protect = table.values.get("protect", {})
    if not isinstance(protect, dict):
        raise table.wrong("protect", "protect is a table", "Write [protect] above its keys.")
    most = amount(table) if "keep" in table.values else Amount()
    prefer = _preferences(table, "prefer")
    return Rule(
        name=_line_of_text(table, "name") or path.stem,
        description=_line_of_text(table, "description"),
        path=path,
        keep=most.keep,
        prefer=prefer,
        protect=_protect(Table(path, protect, "protect")),
        seconds=most.seconds,
        kinds=tuple(_way(table, kind, most, prefer) for kind in Kind if kind in table.values),
    )


def _preferences(table: Table, header: str) -> tuple[Preference, ...]:
    wishes = table.values.get("prefer")
    if not isinstance(wishes, list) or not wishes or not all(isinstance(wish, dict) for wish in wishes):
        remedy = f'Write at least one [[{header}]] with a line such as by = "rating".'
        raise table.wrong("prefer", "the rule prefers nothing", remedy)
    return tuple(_preference(Table(table.path, wish, header, place)) for place, wish in enumerate(wishes))


def _way(rule: Table, kind: Kind, most: Amount, prefer: tuple[Preference, ...]) -> Way:
    """What [burst] and [[burst.prefer]] say; what they leave out is as for every kind."""
    values = rule.values[kind]
    if not isinstance(values, dict):
        raise rule.wrong(kind, f"{kind} is a table", f"Write [{kind}] above its keys.")
    table = Table(rule.path, values, kind)
    table.check(("keep", "prefer"))
    if not values:
        raise table.wrong(kind, f"[{kind}] says nothing", f"Write keep below it, or [[{kind}.prefer]].")
    own = amount(table) if "keep" in values else most
    if kind is Kind.SET and own.seconds:
        raise table.wrong("keep", "a set is kept whole, not by seconds", "Write a whole number.")
    return Way(kind, own, _preferences(table, f"{kind}.prefer") if "prefer" in values else prefer)


def _line_of_text(table: Table, key: str) -> str:
    value = table.values.get(key, "")
    if not isinstance(value, str) or not value.isprintable() or len(value) > 200:
        raise table.wrong(key, f"{key} must be one line of text", f'Example: {key} = "my rule"')
    return value.strip()


def _preference(table: Table) -> Preference:
    by = table.values.get("by")
    if by is None:
        raise table.wrong("by", "by is missing", f"Known: {', '.join(FORMS)}.")
    if not isinstance(by, str) or by not in FORMS:
        raise table.wrong("by", f"unknown criterion {by!r}", tomlfile.nearest(str(by), FORMS))
    form = FORMS[by]
    table.check(("by", *form.ways, *(("margin",) if form.unit else ())))
    given = [way for way in form.ways if way in table.values]
    if len(given) > 1 or (form.ways and not given and not form.optional):
        message = f"{by} needs exactly one of: {', '.join(form.ways)}"
        raise table.wrong(given[1] if given else "by", message, _example(by))
    if "margin" in table.values and given and given != ["want"]:
        raise table.wrong("margin", f"an {given[0]} has no margin", "Remove the margin.")
    return Preference(
        by,
        want=_want(table, by, form),
        order=_listed(table, by, "order"),
        pattern=_listed(table, by, "pattern"),
        margin=_margin(table, by, form) if "margin" in table.values else None,
    )


def _want(table: Table, by: str, form: Form) -> tuple[str, ...]:
    if "want" not in table.values:
        return ()
    if form.wants:
        value = table.values["want"]
        if value not in form.wants:
            raise table.wrong("want", f"{by} cannot be {value!r}", tomlfile.nearest(str(value), form.wants))
        return (value,)
    extensions = table.texts("want", '[".xmp"]')
    for text in extensions:
        if not re.fullmatch(r"\.[^/\0]{1,60}", text):
            raise table.wrong("want", f"{text!r} is no extension", 'Example: want = [".xmp", ".cropped"]')
    return extensions


def _listed(table: Table, by: str, key: str) -> tuple[str, ...]:
    if key not in table.values:
        return ()
    if (by, key) in _GLOBBED:
        return table.globs(key)
    texts = table.texts(key, _example(by).partition("= ")[2])
    if by != "format":
        return texts
    for text in texts:
        if text != REST and text.casefold() not in FORMATS:
            raise table.wrong(key, f"unknown format {text!r}", tomlfile.nearest(text.casefold(), set(FORMATS.values())))
    return tuple(text if text == REST else FORMATS[text.casefold()] for text in texts)


def _example(by: str) -> str:
    examples = {"label": 'order = ["Green", "Yellow"]', "format": 'order = ["raw", "heic", "jpeg"]'}
    examples |= {"name": 'want = "shortest"', "companion": 'want = [".xmp"]', "stage": 'want = "highest"'}
    return "Example: " + examples.get(by, 'want = "newest"')


def _margin(table: Table, by: str, form: Form) -> Margin:
    """`"10 %"` of the best, or a number in the criterion's unit."""
    value = table.values["margin"]
    remedy = f"Write a number of {form.unit}" + (', or a percentage such as "10 %".' if form.percent else ".")
    if isinstance(value, str) and form.percent:
        found = re.fullmatch(r"\s*([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*%\s*", value)
        if found and float(found[1]) < 100:
            return Margin(float(found[1]) / 100, relative=True)
    elif isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1e18:
        return Margin(float(value))
    raise table.wrong("margin", f"{by} cannot have a margin of {value!r}", remedy)


def _protect(table: Table) -> Protect:
    table.check(field.name for field in fields(Protect))
    pick = table.values.get("pick", False)
    if not isinstance(pick, bool):
        raise table.wrong("pick", f"pick must be true or false, not {pick!r}")
    kinds = table.texts("kind", '["burst"]')
    for kind in kinds:
        if kind not in list(Kind):
            raise table.wrong("kind", f"unknown kind {kind!r}", tomlfile.nearest(kind, list(Kind)))
    return Protect(
        rating=table.whole("rating", 1, 5) if "rating" in table.values else None,
        label=table.texts("label", '["Green"]'),
        pick=pick,
        path=table.globs("path"),
        kind=tuple(Kind(kind) for kind in kinds),
    )
