-- What a backup says of itself: one row in the file that "greffon backup" writes, none in a
-- database that is worked on.
CREATE TABLE backup_mark (
    -- One row at most.
    only           INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    -- When it was taken; Unix milliseconds UTC.
    taken_at       INTEGER NOT NULL,
    -- The version of greffon that took it.
    version        TEXT    NOT NULL,
    -- Which installation it is of: installation.id.
    installation   TEXT    NOT NULL,
    -- The last migration of its schema.
    schema_version INTEGER NOT NULL
) STRICT;

-- Restores of this database, from 1.
CREATE TABLE restores (
    -- Which.
    number      INTEGER NOT NULL PRIMARY KEY,
    -- When; Unix milliseconds UTC.
    restored_at INTEGER NOT NULL,
    -- When the backup was taken; Unix milliseconds UTC. NULL: its tool does not say.
    taken_at    INTEGER
) STRICT;

-- What a practice has done since the last restore: one row per practice that has begun.
CREATE TABLE recoveries (
    -- Whose.
    practice TEXT    NOT NULL PRIMARY KEY,
    -- Of which restore.
    number   INTEGER NOT NULL,
    -- Optimistic lock: one more with every save.
    version  INTEGER NOT NULL,
    -- JSON of the core's Recovery: no personal data.
    doc      TEXT    NOT NULL
) STRICT;

-- Messages and intents that were under way in the restored backup: what became of them
-- since is for the comparison to find out, or for a person.
CREATE TABLE under_way (
    -- Whose.
    practice TEXT NOT NULL,
    -- message or intent.
    kind     TEXT NOT NULL,
    -- UUIDv7, 16 bytes.
    id       BLOB NOT NULL,
    PRIMARY KEY (practice, kind, id)
) STRICT, WITHOUT ROWID;
