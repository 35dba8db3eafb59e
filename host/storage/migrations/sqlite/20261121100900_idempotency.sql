CREATE TABLE idempotency (
    -- Whose.
    practice TEXT    NOT NULL,
    -- The subject of the token that sent the request.
    subject  TEXT    NOT NULL,
    -- The Idempotency-Key header.
    key      TEXT    NOT NULL,
    -- Digest of the request: another one under the same key is an error.
    digest   TEXT    NOT NULL,
    -- When the request began; Unix milliseconds UTC.
    began_at INTEGER NOT NULL,
    -- A reference to what it made; absent while it runs. No personal data.
    result   TEXT,
    PRIMARY KEY (practice, subject, key)
) STRICT, WITHOUT ROWID;

-- What may be forgotten.
CREATE INDEX idempotency_began_idx ON idempotency (began_at);
