-- Restores of this database, from 1. (A backup of PostgreSQL is its own tools' and says
-- nothing of itself.)
CREATE TABLE restores (
    number      BIGINT NOT NULL PRIMARY KEY,
    restored_at BIGINT NOT NULL,
    taken_at    BIGINT
);

COMMENT ON COLUMN restores.number IS 'Which.';
COMMENT ON COLUMN restores.restored_at IS 'When; Unix milliseconds UTC.';
COMMENT ON COLUMN restores.taken_at IS 'When the backup was taken; Unix milliseconds UTC. NULL: its tool does not say.';

-- What a practice has done since the last restore: one row per practice that has begun.
CREATE TABLE recoveries (
    practice TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    number   BIGINT           NOT NULL,
    version  BIGINT           NOT NULL,
    doc      TEXT             NOT NULL
);

COMMENT ON COLUMN recoveries.practice IS 'Whose.';
COMMENT ON COLUMN recoveries.number IS 'Of which restore.';
COMMENT ON COLUMN recoveries.version IS 'Optimistic lock: one more with every save.';
COMMENT ON COLUMN recoveries.doc IS 'JSON of the core''s Recovery: no personal data.';

-- Messages and intents that were under way in the restored backup: what became of them
-- since is for the comparison to find out, or for a person.
CREATE TABLE under_way (
    practice TEXT COLLATE "C" NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    id       UUID             NOT NULL,
    PRIMARY KEY (practice, kind, id)
);

COMMENT ON COLUMN under_way.practice IS 'Whose.';
COMMENT ON COLUMN under_way.kind IS 'message or intent.';
COMMENT ON COLUMN under_way.id IS 'UUIDv7.';
