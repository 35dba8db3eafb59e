CREATE TABLE appointments (
    -- Whose.
    practice  TEXT    NOT NULL,
    -- The binding that serves the agenda.
    feature   TEXT    NOT NULL,
    -- The appointment's name in its agenda.
    id        TEXT    NOT NULL,
    -- First instant, without buffers; Unix milliseconds UTC.
    start_ms  INTEGER NOT NULL,
    -- First instant after; Unix milliseconds UTC.
    end_ms    INTEGER NOT NULL,
    -- end_ms - start_ms: the longest of a practice bounds the search of a window.
    length_ms INTEGER NOT NULL,
    -- Optimistic lock: one more with every save.
    version   INTEGER NOT NULL,
    -- JSON of the core's Appointment: the only column here with personal data.
    doc       TEXT    NOT NULL,
    PRIMARY KEY (practice, feature, id)
) STRICT;

CREATE INDEX appointments_earliest_idx ON appointments (practice, start_ms, feature, id, end_ms);
CREATE INDEX appointments_longest_idx ON appointments (practice, length_ms);
-- Finds the practice of an appointment that is named alone.
CREATE INDEX appointments_name_idx ON appointments (id, practice);
