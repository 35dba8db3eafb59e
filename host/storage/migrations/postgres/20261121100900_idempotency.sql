CREATE TABLE idempotency (
    practice TEXT COLLATE "C" NOT NULL,
    subject  TEXT COLLATE "C" NOT NULL,
    key      TEXT COLLATE "C" NOT NULL,
    digest   TEXT             NOT NULL,
    began_at BIGINT           NOT NULL,
    result   TEXT,
    PRIMARY KEY (practice, subject, key)
);

COMMENT ON COLUMN idempotency.practice IS 'Whose.';
COMMENT ON COLUMN idempotency.subject IS 'The subject of the token that sent the request.';
COMMENT ON COLUMN idempotency.key IS 'The Idempotency-Key header.';
COMMENT ON COLUMN idempotency.digest IS 'Digest of the request: another one under the same key is an error.';
COMMENT ON COLUMN idempotency.began_at IS 'When the request began; Unix milliseconds UTC.';
COMMENT ON COLUMN idempotency.result IS 'A reference to what it made; absent while it runs. No personal data.';

-- What may be forgotten.
CREATE INDEX idempotency_began_idx ON idempotency (began_at);
