"""FOLDER OUT METHOD: immaculate's exact and near sets."""

import json
import sys
from pathlib import Path

from immaculate import find_duplicates

folder, out, method = sys.argv[1:]
found = find_duplicates(folder, method=method)
Path(out).write_text(json.dumps([[str(path) for path in group] for group in (*found.exact, *found.near)]))
