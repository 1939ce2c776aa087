CREATE TABLE entries (
    pos    INTEGER PRIMARY KEY,
    stream TEXT NOT NULL,
    seq    INTEGER NOT NULL,
    id     TEXT NOT NULL UNIQUE,
    key    TEXT NOT NULL,
    type   TEXT NOT NULL,
    body   TEXT NOT NULL,
    hash   TEXT NOT NULL,
    UNIQUE (stream, seq)
) STRICT;

-- a key that the caller did not give is the id, which is unique already
CREATE UNIQUE INDEX entries_by_given_key ON entries (key, stream) WHERE key <> id;

CREATE TRIGGER entries_never_change BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'journal entries never change'); END;
CREATE TRIGGER entries_never_go BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'journal entries are never deleted'); END;

-- values the hashed entry only commits to; a row may be deleted by redaction, never changed.
-- place is the entry's pos × 2^20 + a number: rows of one entry stand together, and new ones at the end, where they cost least
CREATE TABLE sealed (
    place    INTEGER PRIMARY KEY,
    entry_id TEXT NOT NULL,
    pointer  TEXT NOT NULL,
    salt     BLOB NOT NULL,
    value    TEXT NOT NULL
) STRICT;

CREATE TRIGGER sealed_never_change BEFORE UPDATE ON sealed BEGIN SELECT RAISE(ABORT, 'sealed values never change'); END;

CREATE TABLE contents (
    sha256 TEXT PRIMARY KEY,
    bytes  BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- coordination, not history: a released lease keeps its epoch and has no owner
CREATE TABLE leases (
    name    TEXT PRIMARY KEY,
    owner   TEXT,
    epoch   INTEGER NOT NULL,
    expires TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE projections (
    name    TEXT PRIMARY KEY,
    version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
