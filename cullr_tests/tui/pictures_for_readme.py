"""The demo shoot → the pictures of the README: `python -m cullr_tests.tui.pictures_for_readme [FOLDER]`.

Needs chromium, which turns Textual's SVG into pixels; the pictures are the screens as they are, nothing is painted in.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from cullr import demo
from cullr.model import Kind
from cullr.tui.pictures.photo import Photo
from cullr_tests.tui.reviewing import CELLS, Review, play

FOLDER = Path(__file__).resolve().parents[2] / ".readme"
MOST = 150_000
"""Bytes a picture of the README may have."""
SCALE = 2
BLINK = "IMG_0010.JPG"
"""First of the demo's burst of a face: some are soft, some have their eyes shut."""
WAIT = 120.0
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
]


async def settled(review: Review) -> None:
    """Wait until every picture is there and none is on its way."""
    last = ""
    for _ in range(200):
        seen = review.app.export_screenshot()
        asked = [each for each in review.app.screen.query(Photo) if each.display and each.region.area]
        if seen == last and asked and all(each.rendered for each in asked):
            return
        last = seen
        await review.pilot.pause(0.3)


def shots(root: Path) -> dict[str, str]:
    """The screens as SVG, by name."""
    found: dict[str, str] = {}

    async def script(review: Review) -> None:
        def keep(name: str) -> None:
            found[name] = review.app.export_screenshot(title=f"cullr {root.name}")

        async def leave() -> None:
            await review.press("escape")
            await review.until(lambda: review.app.screen is review.screen, WAIT)

        await review.until(review.level, WAIT)
        lines = review.desk.rows(review.screen.groups.keys)
        alike = [line for line in lines.values() if line.kind is Kind.PHASH and line.culled]
        await review.at(max(alike, key=lambda line: line.shots).title)
        await settled(review)
        keep("main")
        await review.press("c")
        await settled(review)
        keep("compare")
        await leave()
        await review.press("R")
        await review.pilot.pause(3.0)
        await review.press("down")
        await review.pilot.pause(4.0)
        keep("rules")

    async def reasons(review: Review) -> None:
        await review.until(review.level, WAIT)
        await review.at(next(title for title in review.titles if title.endswith(BLINK)))
        await review.press("n")
        await settled(review)
        found["survey"] = review.app.export_screenshot(title=f"cullr {root.name}")

    play(root, script, size=(120, 36), terminal=CELLS, whole=False)
    (root / "cullr.toml").write_text('rule = "best_of_burst"\n')
    play(root, reasons, size=(120, 36), terminal=CELLS, whole=False)
    return found


def photograph(svg: str, png: Path, scratch: Path) -> None:
    """Let chromium paint the SVG, and write it small."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("chromium is missing; for example: sudo apt-get install chromium")
    wide, high = (round(float(side)) for side in re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)[0])
    drawing = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL).replace("Fira Code", "DejaVu Sans Mono")
    page, large = scratch / "page.html", scratch / "large.png"
    page.write_text(f"<meta charset='utf-8'><body style='margin:0;background:#121316'>{drawing}</body>", "utf-8")
    command = [browser, *QUIET, f"--user-data-dir={scratch / 'profile'}", f"--screenshot={large}"]
    command += [f"--window-size={wide},{high}", f"--force-device-scale-factor={SCALE}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with Image.open(large) as image:
        image.load()
        picture = image.convert("RGB")
    for width in (1600, 1400, 1200, 1000):
        smaller = picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
        for colours in (256, 128, 64):
            smaller.quantize(colours, dither=Image.Dither.NONE).save(png, optimize=True)
            if png.stat().st_size <= MOST:
                return


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        os.environ.update(CULLR_CACHE=f"{name}/cache", XDG_CONFIG_HOME=f"{name}/config", HOME=name)
        demo.make(scratch / "demo")
        for title, svg in shots(scratch / "demo").items():
            photograph(svg, folder / f"{title}.png", scratch)
            sys.stdout.write(f"{folder / title}.png {(folder / f'{title}.png').stat().st_size}\n")


if __name__ == "__main__":
    main()
