CREATE TABLE commitments (
    practice TEXT COLLATE "C" NOT NULL,
    id       UUID             NOT NULL PRIMARY KEY,
    state    TEXT COLLATE "C" NOT NULL,
    due_at   BIGINT           NOT NULL,
    version  BIGINT           NOT NULL,
    doc      TEXT             NOT NULL
);

COMMENT ON COLUMN commitments.practice IS 'Whose.';
COMMENT ON COLUMN commitments.id IS 'UUIDv7.';
COMMENT ON COLUMN commitments.state IS 'promised, in-progress, kept, kept-late, broken, withdrawn.';
COMMENT ON COLUMN commitments.due_at IS 'Until when; Unix milliseconds UTC.';
COMMENT ON COLUMN commitments.version IS 'Optimistic lock: one more with every save.';
COMMENT ON COLUMN commitments.doc IS 'JSON of the core''s Commitment: the only column here with personal data.';

CREATE INDEX commitments_due_idx ON commitments (practice, due_at, id);
CREATE INDEX commitments_state_due_idx ON commitments (practice, state, due_at, id);
