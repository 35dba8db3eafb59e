CREATE TABLE intents (
    practice TEXT COLLATE "C" NOT NULL,
    id       UUID             NOT NULL PRIMARY KEY,
    op       TEXT COLLATE "C" NOT NULL,
    state    TEXT COLLATE "C" NOT NULL,
    version  BIGINT           NOT NULL,
    doc      TEXT             NOT NULL,
    -- One op-id is one intent, for ever.
    UNIQUE (practice, op)
);

COMMENT ON COLUMN intents.practice IS 'Whose.';
COMMENT ON COLUMN intents.id IS 'UUIDv7.';
COMMENT ON COLUMN intents.op IS 'The client''s idempotency key.';
COMMENT ON COLUMN intents.state IS 'drafted, claimed, held, sending, confirmed, refused, unknown, …';
COMMENT ON COLUMN intents.version IS 'Optimistic lock: one more with every save.';
COMMENT ON COLUMN intents.doc IS 'JSON of the core''s Intent: the only column here with personal data.';
