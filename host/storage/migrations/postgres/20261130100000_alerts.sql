CREATE TABLE alerts (
    practice  TEXT COLLATE "C" NOT NULL,
    id        UUID             NOT NULL PRIMARY KEY,
    state     TEXT COLLATE "C" NOT NULL,
    raised_at BIGINT           NOT NULL,
    version   BIGINT           NOT NULL,
    doc       TEXT             NOT NULL
);

COMMENT ON COLUMN alerts.practice IS 'Whose.';
COMMENT ON COLUMN alerts.id IS 'UUIDv7.';
COMMENT ON COLUMN alerts.state IS 'open, acknowledged, ended.';
COMMENT ON COLUMN alerts.raised_at IS 'Since when; Unix milliseconds UTC.';
COMMENT ON COLUMN alerts.version IS 'Optimistic lock: one more with every save.';
COMMENT ON COLUMN alerts.doc IS 'JSON of the core''s Alert: names of recipients and notes, nothing of a patient.';

CREATE INDEX alerts_raised_idx ON alerts (practice, raised_at, id);
CREATE INDEX alerts_state_raised_idx ON alerts (practice, state, raised_at, id);
