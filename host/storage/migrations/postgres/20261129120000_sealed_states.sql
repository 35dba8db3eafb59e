-- What the host carries for a feature from one use to the next: sealed by the
-- host, so that the database holds bytes that it cannot read.
CREATE TABLE sealed_states (
    practice   TEXT COLLATE "C" NOT NULL,
    feature    TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    sealed     BYTEA,
    written_at BIGINT           NOT NULL,
    fence      BIGINT           NOT NULL,
    ended      BIGINT           NOT NULL,
    until      BIGINT           NOT NULL,
    PRIMARY KEY (practice, feature, name)
);

COMMENT ON COLUMN sealed_states.practice IS 'Whose.';
COMMENT ON COLUMN sealed_states.feature IS 'The practice''s name for the binding.';
COMMENT ON COLUMN sealed_states.name IS 'The state''s name inside the feature.';
COMMENT ON COLUMN sealed_states.sealed IS 'The state; NULL while it was only held.';
COMMENT ON COLUMN sealed_states.written_at IS 'When it was written, in Unix milliseconds of the time of leases.';
COMMENT ON COLUMN sealed_states.fence IS 'Number of the latest hold; only grows.';
COMMENT ON COLUMN sealed_states.ended IS 'Number of the latest hold that its holder ended himself.';
COMMENT ON COLUMN sealed_states.until IS 'When the latest hold ends by itself, in Unix milliseconds of the time of leases; 0 once it has ended.';
