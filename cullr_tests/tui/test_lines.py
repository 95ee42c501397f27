"""What lines say and how wide they are, whatever a name holds."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from cullr.model import File, Kind, Marks, Metadata, Shot, ShotFacts, ShotId, Stage, Taken, TimeSource
from cullr.session.desk import GroupRow, PassRow
from cullr.session.staging import Left, Staged
from cullr.tui import badges, doings, header
from cullr.tui.group_line import fit, pieces
from cullr.tui.stages import line_up

ROW = GroupRow(1, "phash-1", Kind.PHASH, 5, 4, 258_364, 0, 1.0, None, False, "day1/IMG_0010.JPG")
NAMES = st.text(max_size=60) | st.text(alphabet="日本語ﷺ\u202eaב\x1b\n\udcff👨‍👩‍👧", max_size=40)


@given(NAMES, st.integers(30, 90), st.booleans(), st.sampled_from([None, "bracket"]))
def test_a_line_is_exactly_as_wide_as_asked_whatever_the_name(
    title: str, width: int, provisional: bool, shielded: str | None
) -> None:
    row = replace(ROW, title=title, provisional=provisional, shielded=shielded)
    text = "".join(piece for piece, _ in pieces(row, width))
    assert cell_len(text) == width
    assert text.isprintable() or not title.isprintable()
    assert "\x1b" not in text
    assert "\n" not in text


@given(NAMES.filter(str.isprintable), st.integers(1, 40))
def test_what_is_fitted_has_the_width_asked_for(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width


def test_a_name_too_long_keeps_both_ends() -> None:
    assert fit("20250102_200000_stage1_generated.png", 16) == "2025010…ated.png"
    assert fit("日本語日本語.jpg", 9).rstrip() == "日本….jpg"


def test_a_line_tells_what_the_person_said_over_what_the_rule_said() -> None:
    text = "".join(piece for piece, _ in pieces(ROW, 60))
    assert "✗4" in text
    assert "258.4 kB" in text
    told = "".join(piece for piece, _ in pieces(ROW, 60, told=(1, 1000)))
    assert "✗1" in told
    assert "1.0 kB" in told


def test_a_pass_tells_its_rate_and_how_long_still() -> None:
    assert header.progress(PassRow("reading pictures", 120, 600, 2.5)).endswith("120 of 600  48/s  0:10 left")
    assert header.progress(PassRow("reading pictures", 0, 600, 0.0)).endswith("0 of 600")
    assert header.progress(PassRow("walking", 7, 0, 1.0)) == "walking  7"
    assert header.clock(3700) == "1:01:40"
    assert header.bar(0.5) == "██████      "


def test_what_was_done_before_is_told_once() -> None:
    names = ["reading heads", "groups complete by previews", "reading pictures", "groups complete", "measuring"]
    rows = [PassRow(name, 1, 1, 0.1) for name in names]
    assert header.before(rows[:3]) == ["groups complete by previews", "reading heads"]
    assert header.before(rows) == ["groups complete", "reading pictures", "reading heads"]
    assert header.before(rows[:4]) == ["reading pictures", "reading heads"]


def test_what_moved_and_what_stayed_is_told_in_words() -> None:
    staged = Staged(batch=None, shots=3, files=5, bytes=12_000_000)
    assert doings.moved(staged, "Ctrl+Z") == ("Moved 3 shots (5 files, 12.0 MB). Ctrl+Z takes it back.", "good")
    staged.left.append(Left(0, "day1/a\nb.jpg", "it changed"))
    sentence, tone = doings.moved(staged, "F9")
    assert sentence.endswith(r"F9 takes it back. a\nb.jpg stayed: it changed.")
    assert tone == "care"
    assert doings.moved(Staged(), "F9")[1] == "care"


def shot(number: int, path: str, **more: object) -> ShotFacts:
    file = File(0, path, 10, 0)
    facts = ShotFacts(ShotId(number), Shot(file, (file,)), Metadata("png", 8, 8), Taken(number, TimeSource.NAME))
    return replace(facts, **more)  # type: ignore[arg-type]


def test_badges_tell_raw_and_jpeg_companions_stars_label_and_stage() -> None:
    face, raw = File(0, "a.JPG", 1, 0), File(0, "a.CR3", 1, 0)
    companions = (File(0, "a.cropped", 1, 0), File(0, "a.xmp", 1, 0))
    facts = shot(1, "a.JPG", shot=Shot(face, (raw, face), companions), marks=Marks(3, "Red"))
    facts = replace(facts, stage=Stage("20250101_120000", 1.5, "face_swapped"))
    texts = [each.plain for each in badges.badges(facts)]
    assert texts == ["CR3+JPG", "+1", "cropped", "★3", "● Red", "stage 1.5 face_swapped"]


def test_two_sets_stand_stage_by_stage_side_by_side() -> None:
    shots = [
        shot(number, f"{stamp}_{place}.png", stage=Stage(stamp, place, f"s{place:g}"))
        for number, (stamp, place) in enumerate(
            [
                ("20250101_1200", 1),
                ("20250101_1201", 1.5),
                ("20250101_1202", 2),
                ("20250101_1300", 1),
                ("20250101_1301", 2),
            ]
        )
    ]
    rows = line_up(shots)
    assert [row.number for row in rows] == [1, 1.5, 2]
    assert [[each.id if each else None for each in row.shots] for row in rows] == [[0, 3], [1, None], [2, 4]]
    assert line_up(shots[:3]) == []
    told = {each.id: int(each.id in {1, 3}) for each in shots}
    assert [[each.id if each else None for each in row.shots] for row in line_up(shots, told)] == [
        [0, 3],
        [None, 1],
        [2, None],
    ]
    assert line_up([*shots, shot(9, "x.png")]) == []
