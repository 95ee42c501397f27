"""Camera-like JPEGs in bursts, with EXIF thumbnails and, every other burst, MPF previews: cullr and its peers."""

from __future__ import annotations

from benching import corpus, options
from benching.comparison import compare
from benching.screen import Watched
from benching.tools import cullr


def main() -> None:
    parser = options.with_peers(options.parser(__doc__))
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--megapixels", type=float, default=24.0)
    chosen = parser.parse_args()
    work, _ = options.prepared(chosen, "camera")
    made = corpus.camera(work, chosen.count, chosen.megapixels)
    compare(f"{chosen.megapixels:g}-megapixel JPEGs", "camera", made, [cullr("cullr")], chosen, Watched(r"DSC\d"))


if __name__ == "__main__":
    main()
