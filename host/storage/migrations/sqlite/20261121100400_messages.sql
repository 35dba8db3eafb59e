CREATE TABLE messages (
    -- Whose.
    practice   TEXT    NOT NULL,
    -- UUIDv7, 16 bytes.
    id         BLOB    NOT NULL PRIMARY KEY,
    -- queued, sending, sent, delivered, failed, uncertain, withdrawn.
    state      TEXT    NOT NULL,
    -- Unix milliseconds UTC.
    created_at INTEGER NOT NULL,
    -- Optimistic lock: one more with every save.
    version    INTEGER NOT NULL,
    -- JSON of the core's Message: the only column here with personal data.
    doc        TEXT    NOT NULL
) STRICT;

CREATE INDEX messages_newest_idx ON messages (practice, created_at, id);
CREATE INDEX messages_state_newest_idx ON messages (practice, state, created_at, id);
