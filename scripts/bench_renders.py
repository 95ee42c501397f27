"""1024 x 1536 PNG renders in four variants each: cullr and its peers."""

from __future__ import annotations

from benching import corpus, options
from benching.comparison import compare
from benching.screen import Watched
from benching.tools import cullr


def main() -> None:
    parser = options.with_peers(options.parser(__doc__))
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--size", default="1024x1536")
    chosen = parser.parse_args()
    work, _ = options.prepared(chosen, "renders")
    width, height = map(int, chosen.size.split("x"))
    made = corpus.renders(work, chosen.seeds, (width, height))
    compare("PNG renders", "renders", made, [cullr("cullr")], chosen, Watched(r"render\d"))


if __name__ == "__main__":
    main()
