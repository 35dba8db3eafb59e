CREATE TABLE commitments (
    -- Whose.
    practice TEXT    NOT NULL,
    -- UUIDv7, 16 bytes.
    id       BLOB    NOT NULL PRIMARY KEY,
    -- promised, in-progress, kept, kept-late, broken, withdrawn.
    state    TEXT    NOT NULL,
    -- Until when; Unix milliseconds UTC.
    due_at   INTEGER NOT NULL,
    -- Optimistic lock: one more with every save.
    version  INTEGER NOT NULL,
    -- JSON of the core's Commitment: the only column here with personal data.
    doc      TEXT    NOT NULL
) STRICT;

CREATE INDEX commitments_due_idx ON commitments (practice, due_at, id);
CREATE INDEX commitments_state_due_idx ON commitments (practice, state, due_at, id);
