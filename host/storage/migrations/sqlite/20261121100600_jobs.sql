CREATE TABLE jobs (
    -- UUIDv7, 16 bytes.
    id       BLOB    NOT NULL PRIMARY KEY,
    -- Whose.
    practice TEXT    NOT NULL,
    -- deliver-message, reconcile-booking, … for the eye; doc says it exactly.
    kind     TEXT    NOT NULL,
    -- 0 urgent, 1 normal, 2 bulk.
    lane     INTEGER NOT NULL,
    -- When it should run; Unix milliseconds UTC.
    run_at   INTEGER NOT NULL,
    -- When it may be leased: run_at, or the end of the running lease; Unix milliseconds UTC.
    due_at   INTEGER NOT NULL,
    -- How often it was leased.
    attempt  INTEGER NOT NULL,
    -- JSON of the core's Job: ids only, no personal data.
    doc      TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- The order of a lane.
CREATE INDEX jobs_lane_idx ON jobs (lane, run_at, id, due_at);
-- When to wake up next.
CREATE INDEX jobs_due_idx ON jobs (due_at);
