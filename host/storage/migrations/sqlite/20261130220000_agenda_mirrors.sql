-- What agendas hold, as far as they were followed: what a search for slots reads. A booking asks
-- the agenda itself.
CREATE TABLE agenda_mirrors (
    -- Whose.
    practice TEXT    NOT NULL,
    -- The practice's name for the feature.
    feature  TEXT    NOT NULL,
    -- Which of its agendas.
    agenda   TEXT    NOT NULL,
    -- Digest of what decides which agenda this is.
    binding  TEXT    NOT NULL,
    -- From when until when everything is held, business time.
    start_ms INTEGER NOT NULL,
    end_ms   INTEGER NOT NULL,
    -- When the agenda was last read, business time.
    read_at  INTEGER NOT NULL,
    -- Whether all is known that takes time there: 0 or 1.
    complete INTEGER NOT NULL,
    PRIMARY KEY (practice, feature, agenda)
) STRICT;

-- One row per entry that takes time: no title, no name, no text.
CREATE TABLE agenda_entries (
    practice TEXT    NOT NULL,
    feature  TEXT    NOT NULL,
    agenda   TEXT    NOT NULL,
    -- appointment or absence: an agenda may use one name for both.
    kind     TEXT    NOT NULL,
    -- Its name in the agenda, of object and occurrence.
    entry    TEXT    NOT NULL,
    start_ms INTEGER NOT NULL,
    end_ms   INTEGER NOT NULL,
    -- Its version in the agenda, where it has one.
    tag      TEXT,
    PRIMARY KEY (practice, feature, agenda, kind, entry)
) STRICT;

CREATE INDEX agenda_entries_by_time ON agenda_entries (practice, feature, end_ms);
