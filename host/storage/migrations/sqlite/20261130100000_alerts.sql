CREATE TABLE alerts (
    -- Whose.
    practice  TEXT    NOT NULL,
    -- UUIDv7, 16 bytes.
    id        BLOB    NOT NULL PRIMARY KEY,
    -- open, acknowledged, ended.
    state     TEXT    NOT NULL,
    -- Since when; Unix milliseconds UTC.
    raised_at INTEGER NOT NULL,
    -- Optimistic lock: one more with every save.
    version   INTEGER NOT NULL,
    -- JSON of the core's Alert: names of recipients and notes, nothing of a patient.
    doc       TEXT    NOT NULL
) STRICT;

CREATE INDEX alerts_raised_idx ON alerts (practice, raised_at, id);
CREATE INDEX alerts_state_raised_idx ON alerts (practice, state, raised_at, id);
