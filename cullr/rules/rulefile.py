"""A rule file → a checked Rule. Every mistake is answered with file, line and what would be right."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from pathlib import Path

from cullr import tomlfile
from cullr.errors import ConfigError
from cullr.model import Kind
from cullr.rules.amount import Amount, amount
from cullr.rules.criteria import FORMATS, REST, Margin, Preference
from cullr.rules.tomltable import Table


@dataclass(frozen=True, slots=True)
class Protect:
    """What can never be culled: so many stars, these labels, a pick flag, these paths; or any shot of these kinds."""

    rating: int | None = None
    label: tuple[str, ...] = ()
    pick: bool = False
    path: tuple[str, ...] = ()
    kind: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """How groups of one kind are thinned, where the file says other than for the rest."""

    kind: Kind
    amount: Amount
    prefer: tuple[Preference, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Preferences in the order in which they are asked, and how many shots of a group, or of `seconds` of it, stay."""

    name: str
    description: str
    path: Path
    keep: int
    prefer: tuple[Preference, ...]
    protect: Protect = Protect()
    seconds: float = 0.0
    kinds: tuple[Way, ...] = ()

    def of(self, kind: Kind) -> Rule:
        """The rule as it holds for groups of this kind."""
        way = next((way for way in self.kinds if way.kind is kind), None)
        if way is None:
            return self
        return replace(self, keep=way.amount.keep, seconds=way.amount.seconds, prefer=way.prefer)


@dataclass(frozen=True, slots=True)
class _Form:
    """The keys a criterion takes beside `by`: exactly one of `ways` (none needed if `optional`), and a margin."""

    ways: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    optional: bool = False
    unit: str = ""
    percent: bool = False


_AGES = ("newest", "oldest")
_FORMS: dict[str, _Form] = {
    "rating": _Form(unit="stars"),
    "label": _Form(("order",)),
    "pick": _Form(),
    "edited": _Form(),
    "raw": _Form(),
    "format": _Form(("order",)),
    "resolution": _Form(unit="pixels", percent=True),
    "bytes": _Form(unit="bytes", percent=True),
    "compression": _Form(unit="steps of JPEG quality"),
    "resent": _Form(),
    "eyes": _Form(unit="people"),
    "face": _Form(unit="sharpness", percent=True),
    "sharpness": _Form(unit="sharpness", percent=True),
    "noise": _Form(unit="grey levels"),
    "exposure": _Form(unit="percent of the picture"),
    "taken": _Form(("want",), _AGES, unit="seconds"),
    "modified": _Form(("want",), _AGES, unit="seconds"),
    "folder": _Form(("order",), optional=True),
    "name": _Form(("want", "pattern", "order"), ("plain", "shortest", "longest"), unit="characters"),
    "companion": _Form(("want",)),
    "metadata": _Form(unit="tags", percent=True),
    "stage": _Form(("want", "order"), ("highest", "lowest")),
}
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


def describe(rule: Rule) -> str:
    """The rule in lines for people."""
    lines = [f"{rule.name}: {rule.description}" if rule.description else rule.name, f"  from {rule.path}"]
    lines += _order("of each group", Amount(rule.keep, rule.seconds), rule.prefer)
    for way in rule.kinds:
        same = way.prefer == rule.prefer
        lines += _order(f"of each {way.kind} group", way.amount, () if same else way.prefer)
    protected = _protections(rule.protect)
    if protected:
        lines.append(f"  never culled: {'; '.join(protected)}")
    return "\n".join(lines)


def _order(of: str, amount: Amount, prefer: tuple[Preference, ...]) -> list[str]:
    """How many stay and by what order; no preferences are those said before."""
    stays = "stays" if amount.keep == 1 else "stay"
    if not prefer:
        return [f"  {of} {amount} {stays}, preferring in the same order"]
    lines = [f"  {of} {amount} {stays}, preferring in this order:"]
    lines += [f"  {number:2}. {_wish(each)}" for number, each in enumerate(prefer, 1)]
    return [*lines, f"  {len(prefer) + 1:2}. the first by path"]


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
        raise table.wrong("by", "by is missing", f"Known: {', '.join(_FORMS)}.")
    if not isinstance(by, str) or by not in _FORMS:
        raise table.wrong("by", f"unknown criterion {by!r}", tomlfile.nearest(str(by), _FORMS))
    form = _FORMS[by]
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


def _want(table: Table, by: str, form: _Form) -> tuple[str, ...]:
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


def _margin(table: Table, by: str, form: _Form) -> Margin:
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


_WISHES = {
    "rating": "more stars",
    "label": "label",
    "pick": "picked over not flagged over rejected",
    "edited": "with develop settings beside it",
    "raw": "with a RAW photo",
    "format": "format",
    "resolution": "more pixels",
    "bytes": "larger file",
    "face": "sharper on the face",
    "sharpness": "sharper",
    "compression": "less compressed",
    "resent": "not sent by a messenger",
    "eyes": "fewer people with eyes shut",
    "noise": "less noise",
    "exposure": "less clipped, better lit",
    "taken": "capture time",
    "modified": "last change",
    "folder": "folder",
    "name": "name",
    "companion": "with",
    "metadata": "more metadata",
    "stage": "stage",
}


def _wish(prefer: Preference) -> str:
    detail = ", then ".join("any other" if entry == REST else entry for entry in prefer.order)
    if prefer.by == "folder" and not prefer.order:
        detail = "as given on the command line"
    if prefer.pattern:
        detail = f"like {' or '.join(prefer.pattern)}"
    wanted = " ".join(prefer.want)
    words = (_WISHES[prefer.by], wanted) if prefer.by == "companion" else (wanted, _WISHES[prefer.by], detail)
    text = " ".join(filter(None, words))
    if prefer.margin is None:
        return text
    size = prefer.margin.size
    equal = f"{size * 100:g} %" if prefer.margin.relative else f"{size:g} {_unit(prefer)}"
    return f"{text} (differences up to {equal} do not count)"


def _unit(prefer: Preference) -> str:
    unit = _FORMS[prefer.by].unit
    return unit.removesuffix("s") if prefer.margin and prefer.margin.size == 1 else unit


def _protections(protect: Protect) -> list[str]:
    found = [f"{protect.rating} stars or more"] if protect.rating else []
    found += [f"label {label}" for label in protect.label]
    found += ["picked"] if protect.pick else []
    found += [f"below {path}" for path in protect.path]
    return found + [f"{kind} groups" for kind in protect.kind]
