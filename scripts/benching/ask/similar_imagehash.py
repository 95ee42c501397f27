"""FOLDER OUT BITS: the loop everyone writes first, its comparison in numpy so that the hashing is what is measured."""

import json
import sys
from pathlib import Path

import imagehash
import numpy as np
from PIL import Image

folder, out, bits = sys.argv[1:]
paths = sorted(str(path) for path in Path(folder).rglob("*") if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
hashes = np.array([int(str(imagehash.phash(Image.open(path))), 16) for path in paths], np.uint64)
pairs = []
for place, one in enumerate(hashes):
    near = np.flatnonzero(np.bitwise_count(hashes[place + 1 :] ^ one) <= int(bits))
    pairs += [[paths[place], paths[place + 1 + other]] for other in near.tolist()]
Path(out).write_text(json.dumps(pairs))
