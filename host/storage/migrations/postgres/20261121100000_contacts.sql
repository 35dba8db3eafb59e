CREATE TABLE contacts (
    practice    TEXT COLLATE "C" NOT NULL,
    id          UUID             NOT NULL PRIMARY KEY,
    state       TEXT COLLATE "C" NOT NULL,
    received_at BIGINT           NOT NULL,
    origin_hash BYTEA,
    version     BIGINT           NOT NULL,
    doc         TEXT             NOT NULL
);

COMMENT ON COLUMN contacts.practice IS 'Whose: the practice''s name in its file.';
COMMENT ON COLUMN contacts.id IS 'UUIDv7.';
COMMENT ON COLUMN contacts.state IS 'received, open, concluded, closed.';
COMMENT ON COLUMN contacts.received_at IS 'Unix milliseconds UTC.';
COMMENT ON COLUMN contacts.origin_hash IS 'SHA-256 of practice and origin: finds repeated contacts without the number.';
COMMENT ON COLUMN contacts.version IS 'Optimistic lock: one more with every save.';
COMMENT ON COLUMN contacts.doc IS 'JSON of the core''s Contact: the only column here with personal data.';

CREATE INDEX contacts_newest_idx ON contacts (practice, received_at, id);
CREATE INDEX contacts_state_newest_idx ON contacts (practice, state, received_at, id);
CREATE INDEX contacts_origin_idx ON contacts (practice, origin_hash, received_at) WHERE origin_hash IS NOT NULL;
