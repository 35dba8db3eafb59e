-- Rows exist only while their intent is live: a release is a delete.
CREATE TABLE claims (
    practice TEXT COLLATE "C" NOT NULL,
    resource TEXT COLLATE "C" NOT NULL,
    seat     BIGINT           NOT NULL,
    start_ms BIGINT           NOT NULL,
    end_ms   BIGINT           NOT NULL,
    intent   UUID             NOT NULL REFERENCES intents (id),
    chain    UUID             NOT NULL,
    CHECK (start_ms < end_ms),
    PRIMARY KEY (practice, intent, resource, seat, start_ms, end_ms),
    CONSTRAINT claims_no_overlap EXCLUDE USING gist (
        practice WITH =,
        resource WITH =,
        seat WITH =,
        int8range(start_ms, end_ms) WITH &&,
        chain WITH <>
    )
);

COMMENT ON COLUMN claims.practice IS 'Whose.';
COMMENT ON COLUMN claims.resource IS 'agenda:<feature>/<agenda>, room:<id>…';
COMMENT ON COLUMN claims.seat IS 'From 0.';
COMMENT ON COLUMN claims.start_ms IS 'First instant inside, buffers included; Unix milliseconds UTC.';
COMMENT ON COLUMN claims.end_ms IS 'First instant after; Unix milliseconds UTC.';
COMMENT ON COLUMN claims.intent IS 'Who holds it.';
COMMENT ON COLUMN claims.chain IS 'First intent of the appointment''s life: an appointment and its own move may overlap.';

-- Led by the end, so that the search for an overlap reads no claim of the past.
CREATE INDEX claims_overlap_idx ON claims (practice, resource, end_ms, start_ms, seat, chain);
