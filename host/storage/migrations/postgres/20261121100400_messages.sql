CREATE TABLE messages (
    practice   TEXT COLLATE "C" NOT NULL,
    id         UUID             NOT NULL PRIMARY KEY,
    state      TEXT COLLATE "C" NOT NULL,
    created_at BIGINT           NOT NULL,
    version    BIGINT           NOT NULL,
    doc        TEXT             NOT NULL
);

COMMENT ON COLUMN messages.practice IS 'Whose.';
COMMENT ON COLUMN messages.id IS 'UUIDv7.';
COMMENT ON COLUMN messages.state IS 'queued, sending, sent, delivered, failed, uncertain, withdrawn.';
COMMENT ON COLUMN messages.created_at IS 'Unix milliseconds UTC.';
COMMENT ON COLUMN messages.version IS 'Optimistic lock: one more with every save.';
COMMENT ON COLUMN messages.doc IS 'JSON of the core''s Message: the only column here with personal data.';

CREATE INDEX messages_newest_idx ON messages (practice, created_at, id);
CREATE INDEX messages_state_newest_idx ON messages (practice, state, created_at, id);
