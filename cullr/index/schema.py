"""The index's tables, as numbered migrations: each runs once, in one transaction with the record that it ran.

Paths are BLOBs because file names are bytes; hashes are signed 64-bit integers because SQLite has no others.
"""

from __future__ import annotations

import sqlite3

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE folder (id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE);
    CREATE TABLE photo (
      id INTEGER PRIMARY KEY,
      folder INTEGER NOT NULL REFERENCES folder(id),
      name BLOB NOT NULL,
      size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL,
      why TEXT,                      -- reason it cannot be read; NULL when it can or was not tried yet
      fingerprint BLOB, content BLOB,  -- digests: of beginning, middle and end; of every byte
      format TEXT, width INTEGER, height INTEGER, orientation INTEGER,
      wall_us INTEGER, time_source TEXT, offset_minutes INTEGER,
      camera TEXT, seconds REAL, f_number REAL, iso INTEGER, bias_ev REAL,
      rating INTEGER, label TEXT, pick INTEGER, tags INTEGER, panorama INTEGER,
      rung TEXT, hash_name TEXT, hash INTEGER, contrast REAL, grey BLOB,
      UNIQUE (folder, name)
    );
    CREATE INDEX photo_size ON photo (size, mtime_ns);
    CREATE TABLE measure (
      photo INTEGER PRIMARY KEY REFERENCES photo(id) ON DELETE CASCADE,
      sharpness REAL NOT NULL, tiles BLOB NOT NULL, shadows REAL NOT NULL, highlights REAL NOT NULL,
      brightness REAL NOT NULL, preview BLOB NOT NULL
    );
    CREATE TABLE sidecar (
      folder INTEGER NOT NULL REFERENCES folder(id), name BLOB NOT NULL,
      size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
      rating INTEGER, label TEXT, pick INTEGER,
      PRIMARY KEY (folder, name)
    ) WITHOUT ROWID;
    """,
    """
    CREATE TABLE review_group (
      row INTEGER PRIMARY KEY AUTOINCREMENT,  -- the place in the list; never given twice
      review TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL,
      shots INTEGER NOT NULL, culled INTEGER NOT NULL, frees INTEGER NOT NULL,
      taken_us INTEGER NOT NULL, certainty REAL NOT NULL,
      shielded TEXT, provisional INTEGER NOT NULL,
      title TEXT NOT NULL, words TEXT NOT NULL,
      members TEXT NOT NULL, data TEXT NOT NULL, proposals TEXT NOT NULL,
      UNIQUE (review, id)
    );
    CREATE TABLE review_pass (
      review TEXT NOT NULL, name TEXT NOT NULL, done INTEGER NOT NULL, total INTEGER NOT NULL,
      began REAL NOT NULL, at REAL NOT NULL, PRIMARY KEY (review, name)
    );
    CREATE TABLE review_state (review TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE review_skipped (review TEXT NOT NULL, root INTEGER NOT NULL, path TEXT NOT NULL, why TEXT NOT NULL);
    CREATE INDEX review_skipped_by_review ON review_skipped (review, root, path);
    """,
    """
    CREATE TABLE vector (
      photo INTEGER NOT NULL REFERENCES photo(id) ON DELETE CASCADE,
      model TEXT NOT NULL,
      data BLOB NOT NULL,     -- float16, of unit length
      sum INTEGER NOT NULL,   -- CRC-32 of photo, fingerprint, model and data: none of them can drift from the others
      PRIMARY KEY (photo, model)
    );
    CREATE TRIGGER vector_of_other_bytes AFTER UPDATE OF fingerprint ON photo
    WHEN old.fingerprint IS NOT new.fingerprint
    BEGIN DELETE FROM vector WHERE photo = new.id; END;
    """,
    """
    -- Totals and kinds of 20 000 groups: 33 ms without, and the screen asks after every change.
    CREATE INDEX review_group_totals ON review_group (review, kind, culled, frees);
    """,
    """
    -- Sidecars tell more by now; all are read again.
    ALTER TABLE photo ADD COLUMN edited INTEGER;
    ALTER TABLE sidecar ADD COLUMN edited INTEGER NOT NULL DEFAULT 0;
    DELETE FROM sidecar;
    """,
    """
    -- Each measure on demand, and previews only for a screen: the one table that held both goes.
    DROP TABLE measure;
    CREATE TABLE measure (
      photo INTEGER NOT NULL REFERENCES photo(id) ON DELETE CASCADE,
      name TEXT NOT NULL, data BLOB NOT NULL,
      PRIMARY KEY (photo, name)
    );
    CREATE TABLE preview (photo INTEGER PRIMARY KEY REFERENCES photo(id) ON DELETE CASCADE, jpeg BLOB NOT NULL);
    """,
    """
    CREATE TABLE answer (
      row INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL UNIQUE, key BLOB NOT NULL, code INTEGER NOT NULL, text BLOB NOT NULL
    );
    ALTER TABLE review_state ADD COLUMN key BLOB;  -- what a complete review was worked out from
    """,
    """
    -- What could be read but not compared. Groups tell what they hold back by now: those written before are found anew.
    CREATE TABLE review_left_out (
      review TEXT NOT NULL, kind TEXT NOT NULL, root INTEGER NOT NULL, paths TEXT NOT NULL, why TEXT NOT NULL
    );
    CREATE INDEX review_left_out_by_review ON review_left_out (review);
    DELETE FROM review_group; DELETE FROM review_state; DELETE FROM answer;
    """,
    """
    ALTER TABLE photo ADD COLUMN compression INTEGER;
    """,
    """
    -- Shots that no stronger group culls, and their bytes: a shot of two groups is moved once.
    ALTER TABLE review_group ADD COLUMN first INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE review_group ADD COLUMN first_frees INTEGER NOT NULL DEFAULT 0;
    DROP INDEX review_group_totals;
    CREATE INDEX review_group_totals ON review_group (review, kind, first, first_frees);
    DELETE FROM review_group; DELETE FROM review_state; DELETE FROM answer;
    """,
    """
    -- Large JPEGs are drafted to another size by now, and the hashes of one set come from one decoder.
    UPDATE photo SET rung = NULL, hash_name = NULL, hash = NULL, contrast = NULL, grey = NULL WHERE rung = 'draft';
    """,
    """
    -- By which dialects marks were read: those of an older reading are read again.
    ALTER TABLE photo ADD COLUMN dialects INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sidecar ADD COLUMN dialects INTEGER NOT NULL DEFAULT 0;
    """,
    """
    -- And smaller JPEGs too.
    UPDATE photo SET rung = NULL, hash_name = NULL, hash = NULL, contrast = NULL, grey = NULL WHERE rung = 'draft';
    """,
    """
    -- The members' fingerprints in hex: which groups a decision is about.
    ALTER TABLE review_group ADD COLUMN prints TEXT NOT NULL DEFAULT '[]';
    CREATE INDEX review_group_reach ON review_group (review, members, prints);
    DELETE FROM review_group; DELETE FROM review_state; DELETE FROM answer;
    """,
    """
    -- Large greys are averaged before they are scaled by now, and all are turned afterwards. Drafts of smaller JPEGs
    -- never were large and always were turned so.
    UPDATE photo SET rung = NULL, hash_name = NULL, hash = NULL, contrast = NULL, grey = NULL
      WHERE (rung <> 'draft' OR width * height >= 4000000) AND (min(width, height) >= 256 OR orientation <> 1);
    """,
)


def migrate(db: sqlite3.Connection) -> int:
    """Bring the database up to date and return its version; a higher version than known is returned untouched."""
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    for number, script in enumerate(MIGRATIONS[version:], version + 1):
        # executescript commits what is open first, so the transaction is part of the script.
        db.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")
    return max(version, len(MIGRATIONS))


def newest() -> int:
    """The version this code writes."""
    return len(MIGRATIONS)
