"""The text of `.cullr/HOW_TO_UNDO.txt`: ten lines of Python that put everything back where cullr is not installed.

The latest move that names a staged path owns what lies there, so reading the moves backwards needs no bookkeeping.
"""

NAME = "HOW_TO_UNDO.txt"

SCRIPT = """\
import json, os
moves, here = [], os.path.realpath(".") + os.sep
for line in open(".cullr/journal.jsonl", "rb"):
    try: entry = json.loads(line)
    except ValueError: continue  # a line that was being written when the power went
    moves += [file for shot in entry.get("shots", []) for file in shot["files"] if entry["kind"] == "stage"]
for old, new in ((file["from"], file["to"]) for file in reversed(moves)):
    if os.path.lexists(new) and not os.path.lexists(old) and os.path.realpath(old).startswith(here):
        os.makedirs(os.path.dirname(old) or ".", exist_ok=True)
        print(old.encode("utf-8", "backslashreplace").decode()); os.rename(new, old)
"""

TEXT = f"""\
The photos in _review_dupes/ and delete_review/ were moved there by cullr. Nothing was deleted.

With cullr installed, `cullr undo --all` in the folder above this one puts all of them back, and
`cullr history` lists what was moved when. Without it, save the ten lines below as undo.py and run
`python3 undo.py` in the folder above this one, while no other program writes there. A file whose old
place is taken stays where it is. Each line of journal.jsonl says what was moved from where to where.

----- undo.py -----
{SCRIPT}"""
