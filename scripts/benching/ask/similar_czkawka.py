"""FOLDER OUT SIMILARITY: czkawka's groups through its Python binding."""

import json
import sys
from pathlib import Path

from czkawka import ImageSimilarity

folder, out, similarity = sys.argv[1:]
finder = ImageSimilarity()
finder.set_directories([Path(folder)])
finder.set_similarity(int(similarity))
Path(out).write_text(json.dumps([[str(path) for path in group] for group in finder.find_similar()]))
