"""The only way to open a picture: a path in, metadata, grey pixels and previews out. Nothing here writes.

Each file is taken by its content, never by its extension, and by the cheapest rung of the ladder that will do:
embedded thumbnail, embedded preview, DCT-scaled draft, full decode. Meant to run in a worker process (`cullr.pool`):
a damaged picture may crash or hang the decoder, and then it takes one worker down, not the run.
"""

from cullr.decode.errors import Unreadable
from cullr.decode.head import Head, read_fresh, read_head, read_marks
from cullr.decode.picture import Picture, open_picture

__all__ = ["Head", "Picture", "Unreadable", "open_picture", "read_fresh", "read_head", "read_marks"]
