-- How often the job failed in a row; a lease that ended without a word counts.
ALTER TABLE jobs ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;

-- A new lane: 3 alert (the others: 0 urgent, 1 normal, 2 bulk). The order of a
-- lane, with all that a lease looks at.
DROP INDEX jobs_lane_idx;
CREATE INDEX jobs_lane_idx ON jobs (lane, run_at, id, due_at, practice);
-- When to wake up next.
DROP INDEX jobs_due_idx;
CREATE INDEX jobs_due_idx ON jobs (lane, due_at);
-- What is leased, for the bound of a practice.
CREATE INDEX jobs_leased_idx ON jobs (lane, practice, due_at) WHERE due_at > run_at;

-- Jobs that were given up: work for a person.
CREATE TABLE dead_letters (
    -- The job's id, 16 bytes.
    id       BLOB    NOT NULL PRIMARY KEY,
    -- Whose.
    practice TEXT    NOT NULL,
    -- open, retried, closed.
    state    TEXT    NOT NULL,
    -- When it was given up; Unix milliseconds UTC.
    died_at  INTEGER NOT NULL,
    -- JSON of the core's DeadLetter: ids and codes, no personal data but the reason.
    doc      TEXT    NOT NULL,
    -- Optimistic lock.
    version  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The list of a practice.
CREATE INDEX dead_letters_list_idx ON dead_letters (practice, died_at, id);
