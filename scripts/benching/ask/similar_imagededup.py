"""FOLDER OUT BITS: imagededup's PHash.

Its import needs torchvision, and PyPI's build beside a CPU-only torch misses two operators: declared, never used.
"""

import json
import sys
from pathlib import Path

import torch

try:
    import torchvision  # noqa: F401
except RuntimeError:
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    library = torch.library.Library("torchvision", "FRAGMENT")
    for operator in ("nms", "qnms"):
        library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

from imagededup.methods import PHash

if __name__ == "__main__":
    folder, out, bits = sys.argv[1:]
    method = PHash(verbose=False)
    encodings = method.encode_images(image_dir=folder, recursive=True)
    found = method.find_duplicates(encoding_map=encodings, max_distance_threshold=int(bits))
    pairs = [[str(Path(folder) / one), str(Path(folder) / other)] for one, others in found.items() for other in others]
    Path(out).write_text(json.dumps(pairs))
