"""A folder of your own: cullr and its peers. What is right there nobody knows, so only times and pairs are compared."""

from __future__ import annotations

from pathlib import Path

from benching import corpus, options
from benching.comparison import compare
from benching.tools import cullr


def main() -> None:
    parser = options.with_peers(options.parser(__doc__))
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args()
    compare(str(chosen.folder), "folder", corpus.given(chosen.folder.resolve()), [cullr("cullr")], chosen)


if __name__ == "__main__":
    main()
