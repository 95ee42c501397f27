"""Sets in real folders: one whole set of two goes to `delete_review/`, from whatever root, and comes back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cullr import report
from cullr.cli.main import main
from cullr.model import Kind, Review
from cullr.session import Session
from cullr.session import plan as plans
from cullr_tests.session.render_sets import files, lay, moved


def reviewed(*roots: Path, **flags: object) -> Review:
    return Session.open(roots, flags).review()[0]


def set_groups(review: Review) -> list[dict[str, set[str]]]:
    """What each set group keeps and culls."""
    return [
        {
            word: {f.shot.path for f, p in zip(each.shots, each.proposals, strict=True) if p.keep is keep}
            for word, keep in (("keep", True), ("cull", False))
        }
        for each in review.groups
        if each.group.kind is Kind.SET
    ]


def test_sets_across_two_roots_go_whole_with_all_that_belongs_to_them_and_come_back(
    shared_photos: Path, tmp_path: Path
) -> None:
    """By `cullr stage` without more: of two sets one stays whole in its folder, of the other nothing does."""
    first, second = tmp_path / "first", tmp_path / "second"
    old = {letter: lay(shared_photos, first, letter) for letter in "ABD"}
    new = {letter: lay(shared_photos, second, letter, later=5000) for letter in "ABD"}
    before = files(first, second)
    assert main(["stage", str(first), str(second), "--yes", "--quiet"]) == 0
    for letter in "ABD":
        gone = [moved("delete_review", names, [first, second]) for names in (old[letter], new[letter])]
        assert sorted(map(len, gone)) == [0, len(old[letter])], "one whole set, and nothing of the other"
    after = files(first, second)
    assert sorted(after.values()) == sorted(before.values())
    for name in after:
        if "delete_review" in name and name.endswith(".png"):
            stem = name.removesuffix(".png")
            beside = {each for each in before if each.startswith(stem.replace("delete_review/", "") + ".")}
            assert {each.replace("delete_review/", "") for each in after if each.startswith(stem + ".")} == beside
    assert main(["undo", str(first), str(second), "--all", "--quiet"]) == 0
    assert files(first, second) == before


def test_runs_that_lack_a_stage_and_single_renders_are_told_and_never_culled_as_a_set(
    shared_photos: Path, tmp_path: Path
) -> None:
    root = tmp_path / "renders"
    lay(shared_photos, root, "ABDEF")
    broken = lay(shared_photos, root, "AB", later=5000, stages=2)
    single = lay(shared_photos, root, "E", later=90_000, stages=1)
    review = reviewed(root)
    assert set_groups(review) == []
    told = {each.paths: each.why for each in review.left_out if each.kind is Kind.SET}
    assert told == {
        tuple(broken[:2]): "its set lacks upscaled",
        tuple(broken[2:]): "its set lacks upscaled",
        tuple(single): "its set lacks face_swapped, upscaled",
    }
    said = [pair for each in review.groups for pair in zip(each.shots, each.proposals, strict=True)]
    culled = {facts.shot.path for facts, proposal in said if not proposal.keep}
    assert culled <= set(single), "a stage of a run is not thinned by itself"


@pytest.mark.parametrize("format", report.FORMATS)
def test_every_report_tells_what_the_recipes_say_otherwise_and_which_runs_are_not_whole(
    shared_photos: Path, tmp_path: Path, format: str
) -> None:
    root = tmp_path / "renders"
    lay(shared_photos, root, "AB")
    lay(shared_photos, root, "A", later=5000, seed="77")
    lay(shared_photos, root, "B", later=5000)
    [single] = lay(shared_photos, root, "F", stages=1)
    output = tmp_path / "report"
    assert main(["report", str(root), "--quiet", "--format", format, "-o", str(output)]) == 0
    text = output.read_text("utf-8")
    assert "77" in text and "seed" in text
    if format in {"json", "jsonl"}:
        rows = [json.loads(text)] if format == "json" else [json.loads(line) for line in text.splitlines()]
        groups = [group for row in rows for group in row.get("groups", [row]) if "id" in group]
        groups = [group for group in groups if group["kind"] == "set"]
        (agreed,) = [group for group in groups if group["recipe"] == []]
        (other,) = [group for group in groups if group["recipe"]]
        assert agreed["id"] != other["id"]
        assert {(each["key"], each["own"]) for each in other["recipe"]} == {("seed", "77")}
        assert single in text
    elif format != "csv":
        assert single.replace("_", r"\_") in text if format == "md" else single in text
        assert "never culled as a set" in text
        assert "The recipes agree" in text


def test_the_recipe_s_keys_are_the_person_s_and_one_that_differs_can_keep_the_set(
    shared_photos: Path, tmp_path: Path
) -> None:
    root = tmp_path / "renders"
    lay(shared_photos, root, "A")
    lay(shared_photos, root, "A", later=5000, seed="77")
    [fate] = set_groups(reviewed(root))
    assert len(fate["cull"]) == 3, "shown, but no veto unless asked for"
    (root / "cullr.toml").write_text("[match]\nsame_recipe = true\n", "utf-8")
    [fate] = set_groups(reviewed(root))
    assert fate["cull"] == set()
    (root / "cullr.toml").write_text('[match]\nsame_recipe = true\nrecipe = ["prompt"]\n', "utf-8")
    [fate] = set_groups(reviewed(root))
    assert len(fate["cull"]) == 3


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(path.read_bytes() + b"x"),
        lambda path: path.with_suffix(".xmp").write_text("<x/>"),
        lambda path: path.with_suffix(".yaml").unlink(),
    ],
)
def test_a_set_of_which_one_stage_changed_stays_whole(
    shared_photos: Path, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    """Also by a plan of yesterday, and each of the other sets goes all the same."""
    root = tmp_path / "renders"
    lay(shared_photos, root, "ABE")
    lay(shared_photos, root, "ABE", later=5000)
    session = Session.open([root])
    review, _ = session.review()
    (plan_file := tmp_path / "plan.json").write_text("", "utf-8")
    with plan_file.open("w", encoding="utf-8") as stream:
        report.write(review, "json", stream)
    gone = min(set_groups(review), key=lambda fate: len(fate["cull"]))["cull"]
    spoil(root / sorted(gone)[1])
    done = session.stage(session.planned(plans.read(plan_file)))
    assert moved("delete_review", sorted(gone), [root]) == []
    assert {each.path for each in done.left} == gone
    assert all(sorted(gone)[1] in each.why or "vanished" in each.why for each in done.left)
    assert done.shots == 6


def test_look_alikes_by_vectors_are_never_staged_unless_they_are_named(
    shared_photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plan holds what its report was asked for, and what it would move is told by kind before it is agreed to."""
    from PIL import Image

    root = tmp_path / "shoot"
    root.mkdir()
    with Image.open(shared_photos / "singles/cyclamen_persicum.jpg") as image:
        whole = image.convert("RGB")
    whole.save(root / "a.jpg")
    whole.crop((whole.width // 8, whole.height // 8, whole.width, whole.height)).save(root / "b.jpg")
    review = reviewed(root, encoder="builtin")
    assert [each.group.kind for each in review.groups] == [Kind.CLIP]
    assert review.groups[0].group.weakest.score >= review.groups[0].group.weakest.threshold
    (root / "cullr.toml").write_text('encoder = "builtin"\ncluster = true\n', "utf-8")
    before = files(root)
    assert main(["stage", str(root), "--yes", "--quiet"]) == 0
    assert files(root) == before, "whoever sets an encoder for good has not said that either"
    with (plan := tmp_path / "plan.json").open("w", encoding="utf-8") as stream:
        report.write(review, "json", stream)
    assert main(["stage", "--plan", str(plan), "--quiet"]) == 2
    assert "Move 1 shot (1 clip; 1 file," in capsys.readouterr().err
    assert files(root) == before
    assert main(["stage", str(root), "--yes", "--quiet", "--encoder", "builtin", "--kind", "clip"]) == 0
    assert len(moved("_review_dupes", ["a.jpg", "b.jpg"], [root])) == 1


def test_with_an_encoder_sets_are_found_by_their_vectors_too(shared_photos: Path, tmp_path: Path) -> None:
    root = tmp_path / "renders"
    lay(shared_photos, root, "ABDEF")
    lay(shared_photos, root, "ABDEF", later=5000)
    found = set_groups(reviewed(root, encoder="builtin"))
    assert [len(fate["cull"]) == len(fate["keep"]) for fate in found] == [True] * 5
