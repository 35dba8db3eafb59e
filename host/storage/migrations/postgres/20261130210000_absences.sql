-- When a practitioner, a room or a device is not there, as it was told while the practice works.
CREATE TABLE absences (
    practice TEXT COLLATE "C" NOT NULL,
    id       UUID             NOT NULL PRIMARY KEY,
    from_ms  BIGINT           NOT NULL,
    until_ms BIGINT           NOT NULL,
    version  BIGINT           NOT NULL,
    doc      TEXT             NOT NULL
);

COMMENT ON COLUMN absences.practice IS 'Whose.';
COMMENT ON COLUMN absences.id IS 'UUIDv7 of whoever told it.';
COMMENT ON COLUMN absences.from_ms IS 'First instant; Unix milliseconds UTC.';
COMMENT ON COLUMN absences.until_ms IS 'First instant after; the largest number as long as nobody knows.';
COMMENT ON COLUMN absences.version IS 'Optimistic lock: one more with every save.';
COMMENT ON COLUMN absences.doc IS 'JSON of the core''s ReportedAbsence.';

-- Led by the end, so that the search for an overlap reads nothing that is over.
CREATE INDEX absences_time_idx ON absences (practice, until_ms, from_ms);
