"""640 x 480 JPEGs in six copies, as in imagededup's benchmark, matched in all orientations: cullr and its peers."""

from __future__ import annotations

from benching import corpus, options
from benching.comparison import compare
from benching.screen import Watched
from benching.tools import cullr


def main() -> None:
    parser = options.with_peers(options.parser(__doc__))
    parser.add_argument("--sources", type=int, default=2000)
    chosen = parser.parse_args()
    work, _ = options.prepared(chosen, "small")
    made = corpus.small(work, chosen.sources)
    looks = ("--kind", "exact,phash")  # files of one second are no burst here, only copies made by a script
    ours = [cullr("cullr, any orientation", *looks, "--any-orientation"), cullr("cullr, as it comes", *looks)]
    compare("640×480 copies", "small", made, ours, chosen, Watched(r"pic\d", ["--any-orientation"], {"exact", "phash"}))


if __name__ == "__main__":
    main()
