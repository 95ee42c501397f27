"""Rule files: the shipped ones work, and every mistake is answered with its line and a remedy."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest

from cullr import rules
from cullr.errors import ConfigError
from cullr.model import Kind, Taken, TimeSource
from cullr.rules import criteria, describing, forms, rulefile
from cullr.rules.criteria import Margin, Preference
from cullr.rules.rule import Protect
from cullr_tests.rules.known_shots import group, propose, shot

WHOLE = """
name = "mine"
description = "what I like"
keep = 2

[[prefer]]
by = "rating"
margin = 1

[[prefer]]
by = "sharpness"
margin = "10 %"

[[prefer]]
by = "format"
order = ["RAW", "heif", "jpg", "*"]

[[prefer]]
by = "name"
pattern = "*_edit*"

[[prefer]]
by = "companion"
want = [".xmp", ".cropped"]

[[prefer]]
by = "stage"
want = "lowest"

[protect]
rating = 4
label = ["Green"]
pick = true
path = ["portfolio/*"]
kind = ["burst"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "rule.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_rule_file_says_what_it_says(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    assert rules.load(str(path)) == rules.Rule(
        "mine",
        "what I like",
        path,
        2,
        (
            Preference("rating", margin=Margin(1.0)),
            Preference("sharpness", margin=Margin(0.1, relative=True)),
            Preference("format", order=("raw", "heic", "jpeg", "*")),
            Preference("name", pattern=("*_edit*",)),
            Preference("companion", want=(".xmp", ".cropped")),
            Preference("stage", want=("lowest",)),
        ),
        Protect(4, ("Green",), True, ("portfolio/*",), (Kind.BURST,)),
    )


def test_a_rule_is_described_in_lines_for_people(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    assert rules.describe(rules.load(str(path))).splitlines() == [
        "mine: what I like",
        f"  from {path}",
        "  of each group 2 stay, preferring in this order:",
        "   1. more stars, by more than 1 star",
        "   2. sharper, by more than 10 %",
        "   3. format raw, then heic, then jpeg, then any other",
        "   4. name with “_edit”",
        "   5. with .xmp .cropped",
        "   6. lowest stage",
        "   7. the first by path",
        "  never culled: 4 stars or more; label Green; picked; below portfolio/*; any burst",
    ]


def test_the_shipped_rules_are_found_by_name_and_described() -> None:
    found = {rule.name: rule for rule in rules.shipped()}
    general = {"best_of_burst", "folder_order", "largest_original", "newest_edit", "raw_first"}
    assert found.keys() == general | {"product", "renders", "sport", "wedding", "wildlife"}
    for name, rule in found.items():
        assert rules.load(name) == rule
        assert rule.path.stem == name and rule.path.is_file()
        assert 10 < len(rule.description) < 70
        ways = sum(1 + (way.prefer != rule.prefer) * (len(way.prefer) + 1) for way in rule.kinds)
        assert len(rules.describe(rule).splitlines()) == len(rule.prefer) + 4 + bool(rule.protect != Protect()) + ways


def test_every_shipped_rule_has_a_stage_preference_for_groups_across_stages() -> None:
    assert all("stage" in {wish.by for wish in rule.prefer} for rule in rules.shipped())


def test_the_shipped_rules_disagree_where_they_should() -> None:
    shots = [
        shot(1, "a/IMG_1.JPG", sharpness=2.0, mtime_ns=10**18),
        shot(2, "b/IMG_1-edit.JPG", mtime_ns=10**18 + 10**13),
        shot(3, "c/IMG_3.JPG", photos=["c/IMG_3.NEF"], rating=-1),
        shot(4, "originals/IMG_4.JPG", width=3000),
    ]
    winners = {
        rule.name: next(int(p.shot) for p in rules.propose(rule, group(shots), shots) if p.keep)
        for rule in rules.shipped()
    }
    expected = {"best_of_burst": 1, "folder_order": 4, "largest_original": 1, "newest_edit": 2, "raw_first": 3}
    expected |= {"product": 2, "renders": 1, "sport": 1, "wedding": 1, "wildlife": 1}
    assert winners == expected


@pytest.mark.parametrize("name", [chosen.name for chosen in rules.shipped()])
@pytest.mark.parametrize("copy", ["backup/IMG_1.JPG", "day1/IMG_1 copy.JPG", "day1/IMG_1 (1).JPG"])
def test_of_the_same_bytes_no_shipped_rule_keeps_the_copy(name: str, copy: str) -> None:
    """Though it comes first by path and was written later."""
    moment = Taken(0, TimeSource.EXIF)
    shots = [shot(1, copy, taken=moment, mtime_ns=2 * 10**18), shot(2, "day1/IMG_1.JPG", taken=moment)]
    assert propose(rules.load(name), shots, kind=Kind.EXACT)[2][0]


def test_every_criterion_can_be_written_scored_and_explained() -> None:
    explained = describing._WISHES.keys() | {by for by, _ in describing._AGES}
    assert forms.FORMS.keys() == criteria.SCORES.keys() == explained


PREFER = '[[prefer]]\nby = "rating"\n'
MISTAKES = [
    ("", 0, "prefers nothing", "[[prefer]]"),
    ("prefer = []", 1, "prefers nothing", "[[prefer]]"),
    ('prefer = "rating"', 1, "prefers nothing", "[[prefer]]"),
    (PREFER + "\nkep = 1", 4, "unknown key 'kep' in [prefer]", "Known: by, margin"),
    ("kep = 1\n" + PREFER, 1, "unknown key 'kep'", "'keep'"),
    ("keep = 0\n" + PREFER, 1, "keep must be a whole number from 1", ""),
    ("keep = true\n" + PREFER, 1, "keep must be", ""),
    ('keep = "2"\n' + PREFER, 1, "keep must be", ""),
    ("keep = 1.5\n" + PREFER, 1, "keep must be", ""),
    ("name = 3\n" + PREFER, 1, "name must be one line", ""),
    ('description = "a\\u001b[31m"\n' + PREFER, 1, "description must be one line", ""),
    ("[[prefer]]\n", 1, "by is missing", "Known: rating, label"),
    ("[[prefer]]\n" + PREFER, 1, "by is missing", ""),
    ("[[prefer]]\nby = 3", 2, "unknown criterion 3", ""),
    (PREFER + '[[prefer]]\nby = "sharpnes"', 4, "unknown criterion 'sharpnes'", "'sharpness'"),
    (PREFER + '[[prefer]]\nby = "smile"', 4, "unknown criterion 'smile'", ""),
    (PREFER + 'order = ["a"]', 3, "unknown key 'order' in [prefer]", "margin"),
    (PREFER + '# c\n[[prefer]]\nby = "raw"\nmargin = 1', 6, "unknown key 'margin'", "Known: by."),
    (PREFER + 'margin = "5 %"', 3, "rating cannot have a margin of '5 %'", "a number of stars."),
    (PREFER + "margin = -1", 3, "margin of -1", ""),
    (PREFER + "margin = nan", 3, "margin of nan", ""),
    (PREFER + "margin = inf", 3, "margin of inf", ""),
    (PREFER + f"margin = 1{'0' * 400}", 3, "rating cannot have a margin", ""),
    (PREFER + "margin = true", 3, "margin of True", ""),
    ('[[prefer]]\nby = "bytes"\nmargin = "100 %"', 3, "margin of '100 %'", 'such as "10 %"'),
    ('[[prefer]]\nby = "bytes"\nmargin = "ten"', 3, "margin of 'ten'", 'such as "10 %"'),
    ('[[prefer]]\nby = "bytes"\nmargin = "-5 %"', 3, "margin of '-5 %'", ""),
    ('[[prefer]]\nby = "taken"', 2, "taken needs exactly one of: want", 'want = "newest"'),
    ('[[prefer]]\nby = "taken"\nwant = "newst"', 3, "taken cannot be 'newst'", "'newest'"),
    ('[[prefer]]\nby = "taken"\nwant = ["newest"]', 3, "taken cannot be ['newest']", "'newest'"),
    ('[[prefer]]\nby = "label"', 2, "label needs exactly one of: order", 'order = ["Green"'),
    ('[[prefer]]\nby = "label"\norder = []', 3, "order must be a list of texts", "Green"),
    ('[[prefer]]\nby = "label"\norder = ["a", 3]', 3, "order must be a list of texts", "Green"),
    ('[[prefer]]\nby = "label"\norder = ["a", " "]', 3, "order must be a list of texts", "Green"),
    ('[[prefer]]\nby = "format"\norder = ["raw", "jpge"]', 3, "unknown format 'jpge'", "'jpeg'"),
    ('[[prefer]]\nby = "name"\nwant = "plain"\norder = ["a"]', 4, "name needs exactly one of", ""),
    ('[[prefer]]\nby = "name"\norder = ["a"]\nmargin = 1', 4, "has no margin", "Remove"),
    ('[[prefer]]\nby = "name"\npattern = "/abs"', 3, "'/abs' can match nothing", "relative"),
    ('[[prefer]]\nby = "name"\npattern = "[a"', 3, "has a [ without a ]", "[[]"),
    (f'[[prefer]]\nby = "name"\npattern = "{"*" * 201}"', 3, "longer than 200", "Shorten"),
    ('[[prefer]]\nby = "folder"\norder = ["a/../b"]', 3, "'a/../b' can match nothing", "relative"),
    ('[[prefer]]\nby = "companion"\nwant = ["xmp"]', 3, "'xmp' is no extension", ".xmp"),
    (PREFER + "[protect]\nratng = 3", 4, "unknown key 'ratng' in [protect]", "'rating'"),
    (PREFER + "margin = 1\n[protect]\nrating = 6", 5, "rating must be a whole number from 1 to 5", ""),
    (PREFER + "[protect]\nrating = 0", 4, "rating must be", ""),
    (PREFER + "[protect]\npick = 1", 4, "pick must be true or false", ""),
    (PREFER + "[protect]\nlabel = 3", 4, "label must be a list of texts", "Green"),
    (PREFER + '[protect]\nkind = ["brst"]', 4, "unknown kind 'brst'", "'burst'"),
    (PREFER + '[protect]\npath = ["./a"]', 4, "'./a' can match nothing", ""),
    ("protect = 3\n" + PREFER, 1, "protect is a table", "[protect]"),
    ("keep = = 1", 1, "is not valid TOML", ""),
]


@pytest.mark.parametrize(("text", "line", "message", "remedy"), MISTAKES)
def test_a_mistake_is_answered_with_its_line_and_a_remedy(
    tmp_path: Path, text: str, line: int, message: str, remedy: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        rules.load(str(path))
    assert (caught.value.line, caught.value.path) == (line, path)
    assert message in caught.value.message and remedy in caught.value.remedy


@pytest.mark.parametrize("name", ["best_of_brust", "", "..", "a\0.toml", "missing.toml", "x" * 300 + ".toml", "./"])
def test_a_rule_that_is_not_there_is_a_configuration_error(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        rules.load(name)
    assert caught.value.exit_code == 2
    if name == "best_of_brust":
        assert "'best_of_burst'" in caught.value.remedy


def test_tables_written_inline_are_rules_too(tmp_path: Path) -> None:
    assert rules.load(str(written(tmp_path, 'prefer = [{by = "rating"}]'))).prefer == (Preference("rating"),)
    with pytest.raises(ConfigError) as caught:
        rules.load(str(written(tmp_path, 'keep = 1\nprefer = [{by = "rating"}, {by = "smile"}]')))
    assert caught.value.line == 2


def test_a_pattern_of_many_stars_is_answered_at_once() -> None:
    started = time.process_time()  # tried one way after another it would take longer than there are years
    assert not criteria.below("a" * 255 + "/" + "a" * 255, "*a" * 99 + "*b")
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("path", "glob", "covered"),
    [
        ("portfolio/2023/x.jpg", "portfolio", True),
        ("portfolio/2023/x.jpg", "portfolio/", True),
        ("Portfolio/2023/x.jpg", "portfolio/*", True),
        ("old/portfolio/x.jpg", "portfolio", False),
        ("portfolios/x.jpg", "portfolio", False),
        ("caf\u00e9/x.jpg", "cafe\u0301", True),
        ("a\nb/x.jpg", "a*", True),
        ("\udcff/x.jpg", "?/*", True),
        ("", "*", True),
    ],
)
def test_a_folder_covers_what_lies_within(path: str, glob: str, covered: bool) -> None:
    assert criteria.below(path, glob) is covered


def test_the_shipped_rules_travel_in_the_wheel_under_the_name_the_loader_looks_for() -> None:
    project = tomllib.loads((Path(rulefile.__file__).parents[2] / "pyproject.toml").read_text())
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {"rules": "cullr/rules/shipped"}


BY_KIND = """
keep = "2 per 10 seconds"

[[prefer]]
by = "rating"

[burst]
keep = "1 per minute"

[exact]
keep = 1
[[exact.prefer]]
by = "folder"
[[exact.prefer]]
by = "name"
want = "shortest"
"""


def test_how_many_stay_may_count_by_the_clock_and_differ_by_kind(tmp_path: Path) -> None:
    rule = rules.load(str(written(tmp_path, BY_KIND)))
    assert (rule.keep, rule.seconds) == (2, 10.0)
    burst, exact, other = (rule.of(kind) for kind in (Kind.BURST, Kind.EXACT, Kind.PHASH))
    assert (burst.keep, burst.seconds, burst.prefer) == (1, 60.0, rule.prefer)
    assert (exact.keep, exact.seconds, [prefer.by for prefer in exact.prefer]) == (1, 0.0, ["folder", "name"])
    assert other is rule
    text = rules.describe(rule)
    assert "of each group 2 per 10 seconds stay, preferring in this order:" in text
    assert "of each burst 1 per 60 seconds stays, preferring in the same order" in text
    assert "of each group of the same bytes 1 stays, preferring in this order:" in text


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('keep = "2 per fortnight"\n', 1, "keep must be"),
        ('keep = "0 per 10 seconds"\n', 1, "keep must be"),
        ('keep = "1 per 0 seconds"\n', 1, "keep must be"),
        ('[burst]\nkeep = "x"\n', 5, "keep must be"),
        ("[burst]\n", 4, "says nothing"),
        ('[burst]\n[[burst.prefer]]\nby = "rating"\n[[burst.prefer]]\nby = "sharpnes"\n', 8, "unknown criterion"),
        ("[burst]\nkept = 2\n", 5, "unknown key 'kept' in [burst]"),
        ("[bursts]\nkeep = 2\n", 4, "unknown key 'bursts'"),
        ('[set]\nkeep = "1 per 10 seconds"\n', 5, "kept whole"),
    ],
)
def test_a_mistake_in_an_amount_or_a_kind_is_answered_with_its_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    prefer = '[[prefer]]\nby = "rating"\n\n'
    path = written(tmp_path, text + prefer if text.startswith("keep") else prefer + text)
    with pytest.raises(ConfigError) as caught:
        rules.load(str(path))
    assert (caught.value.line, message in caught.value.message) == (line, True), caught.value.message
