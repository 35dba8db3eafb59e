CREATE TABLE jobs (
    id       UUID             NOT NULL PRIMARY KEY,
    practice TEXT COLLATE "C" NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    lane     BIGINT           NOT NULL,
    run_at   BIGINT           NOT NULL,
    due_at   BIGINT           NOT NULL,
    attempt  BIGINT           NOT NULL,
    doc      TEXT             NOT NULL
);

COMMENT ON COLUMN jobs.id IS 'UUIDv7.';
COMMENT ON COLUMN jobs.practice IS 'Whose.';
COMMENT ON COLUMN jobs.kind IS 'deliver-message, reconcile-booking, … for the eye; doc says it exactly.';
COMMENT ON COLUMN jobs.lane IS '0 urgent, 1 normal, 2 bulk.';
COMMENT ON COLUMN jobs.run_at IS 'When it should run; Unix milliseconds UTC.';
COMMENT ON COLUMN jobs.due_at IS 'When it may be leased: run_at, or the end of the running lease; Unix milliseconds UTC.';
COMMENT ON COLUMN jobs.attempt IS 'How often it was leased.';
COMMENT ON COLUMN jobs.doc IS 'JSON of the core''s Job: ids only, no personal data.';

-- The order of a lane.
CREATE INDEX jobs_lane_idx ON jobs (lane, run_at, id, due_at);
-- When to wake up next.
CREATE INDEX jobs_due_idx ON jobs (due_at);
