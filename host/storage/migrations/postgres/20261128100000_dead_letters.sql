ALTER TABLE jobs ADD COLUMN failures BIGINT NOT NULL DEFAULT 0;

COMMENT ON COLUMN jobs.failures IS 'How often it failed in a row; a lease that ended without a word counts.';
COMMENT ON COLUMN jobs.lane IS '0 urgent, 1 normal, 2 bulk, 3 alert.';

-- The order of a lane, with all that a lease looks at.
DROP INDEX jobs_lane_idx;
CREATE INDEX jobs_lane_idx ON jobs (lane, run_at, id, due_at, practice);
-- When to wake up next.
DROP INDEX jobs_due_idx;
CREATE INDEX jobs_due_idx ON jobs (lane, due_at);
-- What is leased, for the bound of a practice.
CREATE INDEX jobs_leased_idx ON jobs (lane, practice, due_at) WHERE due_at > run_at;

-- Jobs that were given up: work for a person.
CREATE TABLE dead_letters (
    id       UUID             NOT NULL PRIMARY KEY,
    practice TEXT COLLATE "C" NOT NULL,
    state    TEXT COLLATE "C" NOT NULL,
    died_at  BIGINT           NOT NULL,
    doc      TEXT             NOT NULL,
    version  BIGINT           NOT NULL
);

COMMENT ON COLUMN dead_letters.id IS 'The job''s id.';
COMMENT ON COLUMN dead_letters.practice IS 'Whose.';
COMMENT ON COLUMN dead_letters.state IS 'open, retried, closed.';
COMMENT ON COLUMN dead_letters.died_at IS 'When it was given up; Unix milliseconds UTC.';
COMMENT ON COLUMN dead_letters.doc IS 'JSON of the core''s DeadLetter: ids and codes, no personal data but the reason.';
COMMENT ON COLUMN dead_letters.version IS 'Optimistic lock.';

-- The list of a practice.
CREATE INDEX dead_letters_list_idx ON dead_letters (practice, died_at, id);
