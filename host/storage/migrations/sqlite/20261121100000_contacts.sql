CREATE TABLE contacts (
    -- Whose: the practice's name in its file.
    practice    TEXT    NOT NULL,
    -- UUIDv7, 16 bytes.
    id          BLOB    NOT NULL PRIMARY KEY,
    -- received, open, concluded, closed.
    state       TEXT    NOT NULL,
    -- Unix milliseconds UTC.
    received_at INTEGER NOT NULL,
    -- SHA-256 of practice and origin: finds repeated contacts without the number.
    origin_hash BLOB,
    -- Optimistic lock: one more with every save.
    version     INTEGER NOT NULL,
    -- JSON of the core's Contact: the only column here with personal data.
    doc         TEXT    NOT NULL
) STRICT;

CREATE INDEX contacts_newest_idx ON contacts (practice, received_at, id);
CREATE INDEX contacts_state_newest_idx ON contacts (practice, state, received_at, id);
CREATE INDEX contacts_origin_idx ON contacts (practice, origin_hash, received_at) WHERE origin_hash IS NOT NULL;
