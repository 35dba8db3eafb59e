-- When a practitioner, a room or a device is not there, as it was told while the practice works.
CREATE TABLE absences (
    -- Whose.
    practice TEXT    NOT NULL,
    -- UUIDv7 of whoever told it.
    id       BLOB    NOT NULL PRIMARY KEY,
    -- First instant; Unix milliseconds UTC.
    from_ms  INTEGER NOT NULL,
    -- First instant after; the largest number as long as nobody knows.
    until_ms INTEGER NOT NULL,
    -- Optimistic lock: one more with every save.
    version  INTEGER NOT NULL,
    -- JSON of the core's ReportedAbsence.
    doc      TEXT    NOT NULL
) STRICT;

-- Led by the end, so that the search for an overlap reads nothing that is over.
CREATE INDEX absences_time_idx ON absences (practice, until_ms, from_ms);
