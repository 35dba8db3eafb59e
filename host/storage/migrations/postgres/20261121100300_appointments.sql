CREATE TABLE appointments (
    practice  TEXT COLLATE "C" NOT NULL,
    feature   TEXT COLLATE "C" NOT NULL,
    id        TEXT COLLATE "C" NOT NULL,
    start_ms  BIGINT           NOT NULL,
    end_ms    BIGINT           NOT NULL,
    length_ms BIGINT           NOT NULL,
    version   BIGINT           NOT NULL,
    doc       TEXT             NOT NULL,
    PRIMARY KEY (practice, feature, id)
);

COMMENT ON COLUMN appointments.practice IS 'Whose.';
COMMENT ON COLUMN appointments.feature IS 'The binding that serves the agenda.';
COMMENT ON COLUMN appointments.id IS 'The appointment''s name in its agenda.';
COMMENT ON COLUMN appointments.start_ms IS 'First instant, without buffers; Unix milliseconds UTC.';
COMMENT ON COLUMN appointments.end_ms IS 'First instant after; Unix milliseconds UTC.';
COMMENT ON COLUMN appointments.length_ms IS 'end_ms - start_ms: the longest of a practice bounds the search of a window.';
COMMENT ON COLUMN appointments.version IS 'Optimistic lock: one more with every save.';
COMMENT ON COLUMN appointments.doc IS 'JSON of the core''s Appointment: the only column here with personal data.';

CREATE INDEX appointments_earliest_idx ON appointments (practice, start_ms, feature, id, end_ms);
CREATE INDEX appointments_longest_idx ON appointments (practice, length_ms);
-- Finds the practice of an appointment that is named alone.
CREATE INDEX appointments_name_idx ON appointments (id, practice);
