"""Sets and the encoder on the screen: a set is marked and approved whole, embedding pauses by a key."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from cullr.model import Kind
from cullr.tui.facts_panel import lines
from cullr.tui.help import HelpScreen
from cullr_tests.session.render_sets import files, lay, moved
from cullr_tests.tui.reviewing import Review, play


def test_a_set_is_approved_whole_and_comes_back(shared_photos: Path, tmp_path: Path) -> None:
    """After the person kept the set that the rule culls, by a mark on one of its stages."""
    root = tmp_path / "renders"
    old, new = lay(shared_photos, root, "A"), lay(shared_photos, root, "A", later=5000, seed="77")
    before = files(root)

    async def script(review: Review) -> None:
        await review.at(old[0])
        group = review.screen.pane.group
        assert group is not None and group.group.kind is Kind.SET
        culled = {each.shot for each in group.proposals if not each.keep}
        assert len(culled) == 3
        facts = {each.id: each for each in group.shots}
        differs = next(each for each in group.group.recipe or () if each.key == "seed")
        assert "seed" in "\n".join(line.plain for line in lines(group, facts[differs.shot]))
        kept = next(each.id for each in group.shots if each.id not in culled)
        review.screen.pane.point(kept)
        await review.press("x")
        await review.until(lambda: review.said.startswith("The set of"))
        after = review.screen.pane.group
        assert after is not None
        assert {each.shot for each in after.proposals if each.keep} == culled, "the other whole set stays instead"
        review.screen.pane.point(next(iter(culled)))
        await review.press("P")
        await review.until(lambda: "alone is kept, 3 to be culled" in review.said)
        await review.at(old[0])
        await review.press("enter")
        await review.until(lambda: review.said.startswith("Moved 3 shots"))
        gone = [moved("delete_review", names, [root]) for names in (old, new)]
        assert sorted(map(len, gone)) == [0, 3]
        await review.press("ctrl+z")
        await review.until(lambda: review.said.startswith("Took back"))
        assert files(root) == before

    play(root, script)


def test_embedding_pauses_and_goes_on_by_a_key_of_the_person_s_choice(shared_photos: Path, tmp_path: Path) -> None:
    """Told in the header, in the help, and remembered; what waits for a vector is named. `encoder` is in cullr.toml."""
    root = tmp_path / "shoot"
    root.mkdir()
    (root / "cullr.toml").write_text('encoder = "builtin"\n', "utf-8")

    async def rest(review: Review) -> None:
        said = review.hear()
        await review.press("ctrl+e")
        assert review.desk.paused
        assert any("pauses" in each for each in said)  # the indexer may have said something since
        await review.press("ctrl+e", "ctrl+e")
        assert review.desk.paused

    async def go_on(review: Review) -> None:
        assert review.desk.paused
        await review.until(lambda: len(review.desk.left_out()) == 2)
        await review.until(lambda: "embedding paused" in review.screen.header.render().plain)
        assert review.titles == []
        await review.press("K")
        await review.until(lambda: "not compared: 2" in str(review.app.screen.query_one("#title").render()))
        await review.press("escape", "?")
        await review.until(lambda: isinstance(review.app.screen, HelpScreen))
        await review.press("escape", "E")
        await review.until(lambda: not review.desk.paused)
        await review.until(lambda: review.titles == ["a.jpg"])
        await review.until(review.level)
        await review.at("a.jpg")
        assert "cosine 0." in str(review.screen.pane.query_one("#title").render()), "the weakest pair's score"

    play(root, rest, keys={"pause": "ctrl+e"}, whole=False)
    # Not before it pauses: two pictures may be embedded before a busy machine hears the key.
    with Image.open(shared_photos / "singles/cyclamen_persicum.jpg") as image:
        whole = image.convert("RGB")
    whole.save(root / "a.jpg")
    whole.crop((whole.width // 8, whole.height // 8, whole.width, whole.height)).save(root / "b.jpg")
    play(root, go_on, whole=False)
