"""Rendered pictures, decoded back by small decoders: the right pixels, the right place, never over the budget."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from cullr.decode import Unreadable
from cullr.pool import Job, Rendered, RenderOrder, cells, sixels
from cullr.pool.crew import Crew
from cullr.pool.jobs import WIRE_BYTES, Blocks, Task, Way
from cullr.pool.render import fitted, render
from cullr.settings import Limits
from cullr_tests import pictures

WAYS: tuple[Way, ...] = ("kitty", "iterm", "sixel", "cells")
BLOCKS: tuple[Blocks, ...] = ("quadrants", "sextants")
LIMITS = Limits()


def unsixel(data: bytes) -> Image.Image:
    """A decoder of its own: every pixel must have been painted once, and only once."""
    text = data.decode("ascii")
    assert text.startswith("\x1bP") and text.endswith("\x1b\\")
    raster = re.match(r'\x1bP0;1;0q"1;1;(\d+);(\d+)', text)
    assert raster
    width, height = int(raster[1]), int(raster[2])
    pixels = np.full((height, width, 3), -1, dtype=np.int16)
    palette: dict[int, list[int]] = {}
    colour, x, top = 0, 0, 0
    for token in re.finditer(
        r"#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)([?-~])|([?-~])|(\$)|(-)", text[raster.end() : -2]
    ):
        if token[1]:
            palette[int(token[1])] = [round(int(token[n]) * 255 / 100) for n in (2, 3, 4)]
        elif token[5]:
            colour = int(token[5])
        elif token[9]:
            x = 0
        elif token[10]:
            x, top = 0, top + 6
        else:
            bits, run = ord(token[7] or token[8]) - 63, int(token[6] or 1)
            for row in range(6):
                if bits >> row & 1:
                    assert (pixels[top + row, x : x + run] == -1).all(), "painted twice"
                    pixels[top + row, x : x + run] = palette[colour]
            x += run
    assert (pixels >= 0).all(), "left unpainted"
    return Image.fromarray(pixels.astype(np.uint8))


def uncells(rendered: Rendered) -> Image.Image:
    """Two by two pixels a cell, or two by three."""
    size = 7 if rendered.truecolor else 3
    assert len(rendered.data) == size * rendered.columns * rendered.rows
    down = rendered.height // rendered.rows
    out = np.zeros((down * rendered.rows, 2 * rendered.columns, 3), dtype=np.uint8)
    for number in range(rendered.columns * rendered.rows):
        cell = rendered.data[number * size : (number + 1) * size]
        front, back = (cell[1:4], cell[4:7]) if rendered.truecolor else (xterm(cell[1]), xterm(cell[2]))
        y, x = divmod(number, rendered.columns)
        for point in range(2 * down):
            out[down * y + point // 2, 2 * x + point % 2] = list(front if cell[0] >> point & 1 else back)
    return Image.fromarray(out)


def xterm(index: int) -> bytes:
    if index >= 232:
        return bytes([8 + 10 * (index - 232)] * 3)
    level = (0, 95, 135, 175, 215, 255)
    return bytes([level[(index - 16) // 36], level[(index - 16) // 6 % 6], level[(index - 16) % 6]])


def decoded(rendered: Rendered) -> Image.Image:
    if rendered.way == "sixel":
        return unsixel(rendered.data)
    if rendered.way == "cells":
        return uncells(rendered)
    return Image.open(io.BytesIO(rendered.data)).convert("RGB")


def error(one: Image.Image, other: Image.Image) -> float:
    """Mean difference in levels, both scaled to 40 x 30."""
    small = [
        np.asarray(image.convert("RGB").resize((40, 30), Image.Resampling.BOX), dtype=float) for image in (one, other)
    ]
    return float(np.abs(small[0] - small[1]).mean())


def wire(rendered: Rendered) -> int:
    return len(rendered.data) * 4 // 3 if rendered.way in {"kitty", "iterm"} else len(rendered.data)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("box", [(40, 20), (90, 12), (7, 30), (1, 1)])
def test_every_way_shows_the_picture_inside_its_box(tmp_path: Path, way: Way, box: tuple[int, int]) -> None:
    scene = pictures.scene(3, 640, 480)
    path = pictures.save(tmp_path / "a.jpg", scene)
    rendered = render(RenderOrder(str(path), way, *box, cell=(9, 18)), LIMITS)
    assert rendered.way == way
    assert 1 <= rendered.columns <= box[0] and 1 <= rendered.rows <= box[1]
    shown = decoded(rendered)
    assert shown.size == (rendered.width, rendered.height)
    if way == "sixel":
        assert shown.width <= rendered.columns * 9 and shown.height <= rendered.rows * 18
    if box == (40, 20):
        assert abs(rendered.columns * 9 / (rendered.rows * 18) - 4 / 3) < 0.1
        assert error(shown, scene) < 12


@pytest.mark.parametrize("way", WAYS)
def test_no_real_photo_costs_more_than_60_kib_on_the_line(shared_photos: Path, way: Way) -> None:
    photos = sorted((shared_photos / "singles").glob("*.jpg"))[:6]
    photos.append(shared_photos / "singles" / "seeding_by_Clements_Engelhardt.jpg")
    for path in photos:
        rendered = render(RenderOrder(str(path), way, 100, 45, cell=(10, 20)), LIMITS)
        assert wire(rendered) <= WIRE_BYTES, path.name
        assert rendered.columns > 60 or rendered.rows > 25 or way == "sixel", f"{path.name} became a stamp"


@pytest.mark.parametrize("way", WAYS)
def test_even_noise_keeps_to_the_budget(tmp_path: Path, way: Way) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (900, 1200, 3), dtype=np.uint8)
    path = pictures.save(tmp_path / "noise.png", Image.fromarray(noise))
    assert wire(render(RenderOrder(str(path), way, 120, 50, cell=(10, 20)), LIMITS)) <= WIRE_BYTES


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("size", [(3000, 1), (1, 3000), (1, 1)])
def test_lines_and_points_are_pictures_too(tmp_path: Path, way: Way, size: tuple[int, int]) -> None:
    path = pictures.save(tmp_path / "line.png", Image.new("RGB", size, (200, 30, 30)))
    rendered = render(RenderOrder(str(path), way, 40, 20), LIMITS)
    red, green, _ = decoded(rendered).resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
    assert red > 150 and green < 80


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_picture_stands_upright_and_its_shape_with_it(tmp_path: Path, orientation: int) -> None:
    scene = pictures.scene(5, 320, 200)
    from PIL import ImageOps

    path = pictures.save(tmp_path / "a.jpg", scene, tags=pictures.exif(orientation=orientation))
    upright = ImageOps.exif_transpose(Image.open(path))
    rendered = render(RenderOrder(str(path), "iterm", 60, 30), LIMITS)
    assert (rendered.rows * 16 > rendered.columns * 8) == (upright.height > upright.width)
    assert error(decoded(rendered), upright) < 3


def test_an_orientation_in_a_preview_counts_as_well() -> None:
    stream = io.BytesIO()
    pictures.scene(5, 320, 200).save(stream, "JPEG", exif=pictures.exif(orientation=6))
    rendered = render(RenderOrder(stream.getvalue(), "iterm", 60, 30), LIMITS)
    assert rendered.height > rendered.width


def test_wide_gamut_is_shown_in_srgb(tmp_path: Path) -> None:
    """The same numbers under a profile with swapped primaries are other colours."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    assert profile
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"tXYZ", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"tXYZ", b"gXYZ", 1)
    image = Image.new("RGB", (64, 64), (250, 10, 10))
    path = tmp_path / "p3.png"
    image.save(path, icc_profile=swapped)
    plain = pictures.save(tmp_path / "srgb.png", image)
    assert decoded(render(RenderOrder(str(plain), "iterm", 8, 4), LIMITS)).getpixel((3, 3))[0] > 200  # type: ignore[index]
    assert decoded(render(RenderOrder(str(path), "iterm", 8, 4), LIMITS)).getpixel((3, 3))[1] > 200  # type: ignore[index]


def test_a_crop_shows_that_part_in_full_detail(tmp_path: Path) -> None:
    """A checkerboard of single pixels in one corner is grey from afar and black and white at 100 %."""
    board = np.full((1600, 2400), 128, dtype=np.uint8)
    board[:160, :240] = np.indices((160, 240)).sum(axis=0) % 2 * 255
    path = pictures.save(tmp_path / "board.png", Image.fromarray(board).convert("RGB"))
    corner = (0.0, 0.0, 0.1, 0.1)
    whole = decoded(render(RenderOrder(str(path), "kitty", 30, 10), LIMITS))
    part = decoded(render(RenderOrder(str(path), "kitty", 30, 10, crop=corner, budget=1 << 20), LIMITS))
    assert part.size == (240, 160)
    assert np.asarray(part.convert("L")).std() > 100
    assert np.asarray(whole.convert("L")).std() < 40


@given(st.tuples(*[st.floats(-1, 2)] * 4))
def test_no_crop_is_too_odd(crop: tuple[float, float, float, float]) -> None:
    stream = io.BytesIO()
    pictures.scene(1, 60, 40).save(stream, "JPEG")
    rendered = render(RenderOrder(stream.getvalue(), "iterm", 8, 4, crop=crop), LIMITS)
    assert rendered.columns <= 8 and rendered.rows <= 4


def test_a_difference_glows_red_where_the_pictures_differ_and_is_dim_elsewhere(tmp_path: Path) -> None:
    one = pictures.scene(7, 320, 200)
    other = one.copy()
    other.paste((255, 255, 255), (0, 0, 80, 100))
    paths = [pictures.save(tmp_path / f"{name}.png", image) for name, image in (("1", one), ("2", other))]
    order = RenderOrder(str(paths[0]), "iterm", 40, 20, against=str(paths[1]))
    shown = np.asarray(decoded(render(order, LIMITS)), dtype=int)
    redness = shown[..., 0] - shown[..., 2]
    height, width = redness.shape
    assert redness[: height // 2 - 8, : width // 4 - 8].mean() > 100
    assert abs(redness[:, width // 3 :]).mean() < 5
    assert shown[:, width // 3 :].max() < 110


def test_a_changed_file_is_decoded_anew(tmp_path: Path) -> None:
    path = pictures.save(tmp_path / "a.png", Image.new("RGB", (40, 40), "red"))
    render(RenderOrder(str(path), "iterm", 8, 4), LIMITS)
    pictures.save(path, Image.new("RGB", (48, 40), "blue"))
    shown = decoded(render(RenderOrder(str(path), "iterm", 8, 4), LIMITS))
    assert shown.getpixel((5, 5))[2] > 200  # type: ignore[index]


def test_a_broken_picture_is_a_reason_in_words(tmp_path: Path) -> None:
    path = tmp_path / "broken.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0 no more")
    for order in (RenderOrder(str(path), "kitty", 8, 4), RenderOrder(b"no jpeg", "cells", 8, 4)):
        with pytest.raises(Unreadable):
            render(order, LIMITS)
    with pytest.raises(Unreadable, match="vanished"):
        render(RenderOrder(str(tmp_path / "gone.jpg"), "kitty", 8, 4), LIMITS)


def test_workers_render_and_a_broken_picture_costs_nothing_but_itself(tmp_path: Path) -> None:
    path = pictures.save(tmp_path / "na\udce9me\n.jpg", pictures.scene(1))
    orders = [RenderOrder(str(path), way, 20, 10) for way in WAYS] + [RenderOrder(b"", "kitty", 8, 4)]
    with Crew(Limits(workers=1)) as crew:
        found = {
            outcome.key: outcome for outcome in crew.run(Job.RENDER, [Task(n, "", o) for n, o in enumerate(orders)])
        }
    for number, way in enumerate(WAYS):
        value = found[number].value
        assert isinstance(value, Rendered) and value.way == way
    assert found[4].why


def test_whoever_orders_pictures_loads_no_picture_library() -> None:
    code = (
        "import sys; from cullr.pool import RenderOrder; from cullr.pool.crew import Crew\n"
        "import cullr.tui.pictures.photo, cullr.tui.terminal\n"
        "import cullr.tui.pictures.loader; print([m for m in ('PIL', 'numpy', 'torch') if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"


def test_asking_a_terminal_does_not_load_textual() -> None:
    code = "import sys; import cullr.tui.terminal; print('textual' in sys.modules, 'rich' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
        == "False False\n"
    )


@given(st.integers(1, 40), st.integers(1, 30), st.integers(0, 2**32))
def test_sixels_give_every_pixel_back(width: int, height: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    image = Image.fromarray(random.integers(0, 3, (height, width, 3), dtype=np.uint8) * 127).quantize(16)
    back = np.asarray(unsixel(sixels.encode(image)), dtype=int)
    assert np.abs(back - np.asarray(image.convert("RGB"), dtype=int)).max() <= 2, "colours travel in per cent"


def test_long_runs_of_sixels_are_counted_and_not_repeated() -> None:
    assert len(sixels.encode(Image.new("RGB", (600, 6), "red").quantize(4))) < 80


@pytest.mark.parametrize("blocks", BLOCKS)
@given(st.integers(0, 2**32))
def test_no_other_split_of_a_cell_would_be_closer(blocks: Blocks, seed: int) -> None:
    """Against all 16 or 64 patterns, tried one by one."""
    down = cells.DOWN[blocks]
    count = 2 * down
    points = np.random.default_rng(seed).integers(0, 256, (down, 2, 3), dtype=np.uint8)
    data, _ = cells.encode(Image.fromarray(points), truecolor=True, blocks=blocks)
    shown = np.asarray(uncells(Rendered("cells", 1, 1, 2, down, data)), dtype=float).reshape(count, 3)
    flat = points.reshape(count, 3).astype(float)
    best = min(
        sum(
            ((flat[side] - flat[side].mean(axis=0)) ** 2).sum()
            for side in (list(inside), [*set(range(count)) - set(inside)])
            if side
        )
        for inside in ([n for n in range(count) if glyph >> n & 1] for glyph in range(1 << count))
    )
    assert ((shown - flat) ** 2).sum() <= best + count * 3 * 256, "rounding to whole levels costs that much at most"
    assert ((shown - flat) ** 2).sum() <= best * 1.01 + 16


def test_half_blocks_alone_are_used_where_the_font_has_no_others(tmp_path: Path) -> None:
    path = pictures.save(tmp_path / "a.png", pictures.scene(2))
    data = render(RenderOrder(str(path), "cells", 30, 15, blocks="halves"), LIMITS).data
    assert set(data[::7]) <= {0, 3, 12}


def test_sextants_show_more_of_real_photos_in_as_many_cells_for_hardly_more_bytes(shared_photos: Path) -> None:
    photos = sorted((shared_photos / "singles").glob("*.jpg"))[:6]
    errors, bytes_ = [], []
    for blocks in BLOCKS:
        made = [
            render(RenderOrder(str(path), "cells", 37, 13, blocks=blocks, budget=1 << 20), LIMITS) for path in photos
        ]
        far = []
        for path, rendered in zip(photos, made, strict=True):
            size = (8 * rendered.columns, 16 * rendered.rows)
            photo = Image.open(path).convert("RGB").resize(size, Image.Resampling.LANCZOS)
            there = decoded(rendered).resize(size, Image.Resampling.NEAREST)
            far.append(np.abs(np.asarray(photo, dtype=float) - np.asarray(there, dtype=float)).mean())
        errors.append(sum(far))
        bytes_.append(sum(rendered.wire for rendered in made))
    assert errors[1] < 0.95 * errors[0]
    assert bytes_[1] < 1.05 * bytes_[0]


@pytest.mark.parametrize("blocks", BLOCKS)
def test_cells_of_noise_keep_to_the_budget(tmp_path: Path, blocks: Blocks) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (900, 1200, 3), dtype=np.uint8)
    path = pictures.save(tmp_path / "noise.png", Image.fromarray(noise))
    assert render(RenderOrder(str(path), "cells", 120, 50, blocks=blocks), LIMITS).wire <= WIRE_BYTES


def test_256_colours_are_the_nearest_there_are() -> None:
    random = np.random.default_rng(4).integers(0, 256, (300, 3), dtype=np.uint8)
    table = np.array([list(xterm(index)) for index in range(16, 256)], dtype=float)
    for colour, index in zip(random, cells.to_256(random), strict=True):
        far = ((table - colour) ** 2).sum(axis=1)
        assert far[index - 16] <= far.min() * 1.35 + 30


def test_256_colours_cost_two_bytes_a_cell_and_look_alike(tmp_path: Path) -> None:
    scene = pictures.scene(6)
    path = pictures.save(tmp_path / "a.png", scene)
    rendered = render(RenderOrder(str(path), "cells", 40, 20, truecolor=False), LIMITS)
    assert not rendered.truecolor
    assert error(decoded(rendered), scene) < 25


def test_a_picture_fills_its_box_in_one_direction() -> None:
    order = RenderOrder(b"", "kitty", 40, 20, cell=(8, 16))
    wide, tall = fitted((4000, 1000), order), fitted((1000, 4000), order)
    assert (wide.columns, wide.rows) == (40, 5)
    assert (tall.columns, tall.rows) == (10, 20)


def test_a_preview_takes_the_same_cells_as_its_photo_where_a_side_ends_in_the_middle_of_a_cell() -> None:
    order = RenderOrder("", "kitty", 59, 24, cell=(8, 17))
    photo, preview = fitted((960, 640), order), fitted((320, 213), order)
    assert pytest.approx(18.5, abs=0.02) == 59 * 8 / 17 * 640 / 960
    assert (photo.columns, photo.rows) == (preview.columns, preview.rows) == (59, 18)
