"""Other tools' lists: every shape Czkawka writes, CSV as people make it, and files that are nothing of the kind."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cullr.errors import UsageError
from cullr.model import File, Kind, Metadata, Shot, ShotFacts, ShotId, Taken, TimeSource
from cullr.session import imports


def entry(path: str) -> dict[str, object]:
    return {"path": path, "size": 1, "modified_date": 1, "hash": [1, 2], "difference": 0}


A, B, C, D = (f"/p/{name}.jpg" for name in "abcd")
SHAPES: list[tuple[object, list[list[str]]]] = [
    ([[entry(A), entry(B)], [entry(C), entry(D)]], [[A, B], [C, D]]),
    ([[entry(A)], [entry(B), entry(C), entry(D)]], [[B, C, D]]),
    ({"1024": [[entry(A), entry(B)]], "99": [[entry(C), entry(D)]]}, [[A, B], [C, D]]),
    ({"1024": [[entry(A), entry(B)], [entry(C), entry(D)]]}, [[A, B], [C, D]]),
    ([[entry(A), [entry(B), entry(C)]]], [[A, B, C]]),
    ([[entry(A), [entry(B)]], [entry(C), [entry(D)]]], [[A, B], [C, D]]),
    ({"1024": [[entry(A), [entry(B)]]]}, [[A, B]]),
    ([[entry(A), []], [entry(B), [entry(C)]]], [[B, C]]),
]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(("value", "groups"), SHAPES)
def test_what_czkawka_writes_is_read_compact_and_pretty(
    tmp_path: Path, value: object, groups: list[list[str]], indent: int | None
) -> None:
    file = tmp_path / "results.json"
    file.write_text(json.dumps(value, indent=indent))
    assert imports.read(file) == groups


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("1,a.jpg\n1,b.jpg\n2,c.jpg\n2,d.jpg\n", [["a.jpg", "b.jpg"], ["c.jpg", "d.jpg"]]),
        ("1;a.jpg\n1;b.jpg", [["a.jpg", "b.jpg"]]),
        ("1\ta.jpg\r\n1\tb.jpg\r\n", [["a.jpg", "b.jpg"]]),
        ("group,path\n1,a.jpg\n1,b.jpg\n", [["a.jpg", "b.jpg"]]),
        ("Group;File\n1;a.jpg\n1;b.jpg\n", [["a.jpg", "b.jpg"]]),
        ("2024/05,a.jpg\n2024/05,b.jpg\n".replace("2024/05", "2024.05"), [["a.jpg", "b.jpg"]]),
        ("group,path\ntrip/one.x,a.jpg\ntrip/one.x,b.jpg\n", [["a.jpg", "b.jpg"]]),
        ("beach,a.jpg\nbeach,b.jpg\n\nbeach,c.jpg\n", [["a.jpg", "b.jpg", "c.jpg"]]),
        ("1,a.jpg\n2,b.jpg\n2,c.jpg\n", [["b.jpg", "c.jpg"]]),
        ("a.jpg,b.jpg\nc.jpg,d.jpg\n", [["a.jpg", "b.jpg"], ["c.jpg", "d.jpg"]]),
        ("a.jpg,b.jpg\n", [["a.jpg", "b.jpg"]]),
        ("file 1,file 2\na.jpg,b.jpg\n", [["a.jpg", "b.jpg"]]),
        ("path;path\n/x/IMG_1;/x/IMG_2\n", [["/x/IMG_1", "/x/IMG_2"]]),
        ('"a, b;c.jpg","d ""e"".jpg"\n', [["a, b;c.jpg", 'd "e".jpg']]),
        ('1,"two\nlines.jpg"\n1,b.jpg\n', [["two\nlines.jpg", "b.jpg"]]),
        ("\ufeff1,a.jpg\n1,b.jpg\n", [["a.jpg", "b.jpg"]]),
        ("it's,a.jpg\nit's,b.jpg\n", [["a.jpg", "b.jpg"]]),
    ],
)
def test_csv_of_two_columns_is_groups_or_pairs(tmp_path: Path, text: str, groups: list[list[str]]) -> None:
    file = tmp_path / "list.csv"
    file.write_text(text, "utf-8", newline="")
    assert imports.read(file) == groups


def test_bytes_that_are_not_utf8_keep_their_names(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(b"1,caf\xe9.jpg\n1,b.jpg\n")
    assert [os.fsencode(path) for path in imports.read(file)[0]] == [b"caf\xe9.jpg", b"b.jpg"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "no columns at all\n",
        "1,a.jpg,3\n1,b.jpg,3\n",
        "1,a.jpg\n1,b.jpg,c\n",
        "1,a.jpg\n2,b.jpg\n",
        '1,"a.jpg\n1,b.jpg\n',
        "[]",
        "{}",
        "[[]]",
        "[" * 100_000,
        '[[{"path": "a"}, {"path": "b"}',
        '[[{"path": 1}, {"path": null}]]',
        '{"cullr": 1, "groups": []}',
        "[1, 2]",
        "\0,\0\n\0,\0\0",
    ],
    ids=lambda text: repr(text[:30]),
)
def test_what_is_no_list_is_refused_with_the_shapes_that_are_known(tmp_path: Path, text: str) -> None:
    file = tmp_path / "list"
    file.write_text(text)
    with pytest.raises(UsageError) as refused:
        imports.read(file)
    assert str(file) in refused.value.message
    assert "Czkawka" in refused.value.remedy


@given(st.binary(max_size=60) | st.text('[]{},;:"\n\\ab./1', max_size=60).map(str.encode))
def test_any_bytes_are_groups_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any"
    file.write_bytes(data)
    try:
        assert all(len(group) > 1 for group in imports.read(file))
    except UsageError as error:
        assert error.remedy


def facts(*places: tuple[int, str]) -> list[ShotFacts]:
    """Shots by their faces; a RAW of the same stem belongs to each."""
    made = []
    for number, (root, path) in enumerate(places):
        face, raw = File(root, path, 1, 1), File(root, path.rpartition(".")[0] + ".cr2", 1, 1)
        taken = Taken(number, TimeSource.MTIME)
        made.append(ShotFacts(ShotId(number), Shot(face, (face, raw)), Metadata("jpeg", 1, 1), taken))
    return made


def grouped(named: Sequence[Sequence[str]], roots: Sequence[Path], known: list[ShotFacts]) -> tuple[object, list[str]]:
    said: list[str] = []
    found = imports.groups([list(paths) for paths in named], roots, known, said.append)
    assert all(group.kind is Kind.PHASH for group in found)
    return [[known[shot].shot.path for shot in group.shots] for group in found], said


def test_paths_are_found_absolute_from_here_in_any_root_and_through_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roots = [tmp_path / "one", tmp_path / "two"]
    for root in roots:
        (root / "day").mkdir(parents=True)
    (tmp_path / "link").symlink_to(roots[1])
    known = facts((0, "day/a.jpg"), (0, "b.jpg"), (1, "day/c.jpg"), (1, "d.jpg"))
    monkeypatch.chdir(tmp_path)
    for paths in (
        [f"{tmp_path}/one/day/a.jpg", f"{tmp_path}/two/day/c.jpg"],
        ["one/day/a.jpg", "two/../link/day/c.jpg"],
        ["day/a.jpg", "day/c.jpg"],
        ["day/a.cr2", "./day/c.jpg"],
    ):
        assert grouped([paths], roots, known) == ([["day/a.jpg", "day/c.jpg"]], []), paths


def test_paths_that_lead_elsewhere_or_nowhere_are_counted_and_left_out(tmp_path: Path) -> None:
    known = facts((0, "a.jpg"), (0, "b.jpg"))
    root = tmp_path / "root"
    root.mkdir()
    (root / "loop").symlink_to("loop")
    odd = [
        "/etc/passwd",
        "../a.jpg",
        "a\0b",
        "\ud800",
        "a\0/b",
        "\ud800/b",
        "loop/a.jpg",
        "",
        "/",
        "x" * 5000,
        "gone.jpg",
    ]
    found, said = grouped([["a.jpg", *odd, "b.jpg"]], [root], known)
    assert found == [["a.jpg", "b.jpg"]]
    [sentence] = said
    assert sentence.startswith(f"{len(odd)} of the listed files")


def test_two_files_of_one_shot_are_no_group(tmp_path: Path) -> None:
    assert grouped([["a.jpg", "a.cr2"]], [tmp_path], facts((0, "a.jpg"), (0, "b.jpg"))) == ([], [])


@pytest.mark.parametrize("size", [3, imports.ALL_PAIRS + 5])
def test_a_listed_group_stays_one_whatever_its_size(tmp_path: Path, size: int) -> None:
    names = [f"{number:04}.jpg" for number in range(size)]
    found, _ = grouped([names], [tmp_path], facts(*((0, name) for name in names)))
    assert found == [names]


def test_pairs_make_no_chain(tmp_path: Path) -> None:
    names = [f"{letter}.jpg" for letter in "abcdef"]
    found, _ = grouped(list(itertools.pairwise(names)), [tmp_path], facts(*((0, name) for name in names)))
    assert isinstance(found, list)
    assert all(len(group) <= 3 for group in found)
    assert max(len(group) for group in found) == 3
