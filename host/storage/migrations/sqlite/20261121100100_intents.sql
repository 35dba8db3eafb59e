CREATE TABLE intents (
    -- Whose.
    practice TEXT    NOT NULL,
    -- UUIDv7, 16 bytes.
    id       BLOB    NOT NULL PRIMARY KEY,
    -- The client's idempotency key.
    op       TEXT    NOT NULL,
    -- drafted, claimed, held, sending, confirmed, refused, unknown, …
    state    TEXT    NOT NULL,
    -- Optimistic lock: one more with every save.
    version  INTEGER NOT NULL,
    -- JSON of the core's Intent: the only column here with personal data.
    doc      TEXT    NOT NULL,
    -- One op-id is one intent, for ever.
    UNIQUE (practice, op)
) STRICT;
