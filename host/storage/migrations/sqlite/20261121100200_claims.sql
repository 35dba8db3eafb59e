-- Rows exist only while their intent is live: a release is a delete.
CREATE TABLE claims (
    -- Whose.
    practice TEXT    NOT NULL,
    -- agenda:<feature>/<agenda>, room:<id>…
    resource TEXT    NOT NULL,
    -- From 0.
    seat     INTEGER NOT NULL,
    -- First instant inside, buffers included; Unix milliseconds UTC.
    start_ms INTEGER NOT NULL,
    -- First instant after; Unix milliseconds UTC.
    end_ms   INTEGER NOT NULL,
    -- Who holds it.
    intent   BLOB    NOT NULL REFERENCES intents (id),
    -- First intent of the appointment's life: an appointment and its own move may overlap.
    chain    BLOB    NOT NULL,
    CHECK (start_ms < end_ms),
    PRIMARY KEY (practice, intent, resource, seat, start_ms, end_ms)
) STRICT, WITHOUT ROWID;

-- Led by the end, so that the search for an overlap reads no claim of the past.
CREATE INDEX claims_overlap_idx ON claims (practice, resource, end_ms, start_ms, seat, chain);

-- Exact, because SQLite has one writer at a time: nothing can come between this
-- search and the insert.
CREATE TRIGGER claims_no_overlap_insert
BEFORE INSERT ON claims
WHEN EXISTS (
    SELECT 1
    FROM claims
    WHERE practice = NEW.practice
      AND resource = NEW.resource
      AND seat = NEW.seat
      AND end_ms > NEW.start_ms
      AND start_ms < NEW.end_ms
      AND chain <> NEW.chain
)
BEGIN
    SELECT RAISE(ABORT, 'claim-taken');
END;

CREATE TRIGGER claims_no_overlap_update
BEFORE UPDATE ON claims
WHEN EXISTS (
    SELECT 1
    FROM claims
    WHERE practice = NEW.practice
      AND resource = NEW.resource
      AND seat = NEW.seat
      AND end_ms > NEW.start_ms
      AND start_ms < NEW.end_ms
      AND chain <> NEW.chain
      AND intent <> OLD.intent
)
BEGIN
    SELECT RAISE(ABORT, 'claim-taken');
END;
