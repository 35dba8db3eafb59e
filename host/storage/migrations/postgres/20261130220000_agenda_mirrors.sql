-- What agendas hold, as far as they were followed: what a search for slots reads. A booking asks
-- the agenda itself.
CREATE TABLE agenda_mirrors (
    practice TEXT COLLATE "C" NOT NULL,
    feature  TEXT COLLATE "C" NOT NULL,
    agenda   TEXT COLLATE "C" NOT NULL,
    binding  TEXT             NOT NULL,
    start_ms BIGINT           NOT NULL,
    end_ms   BIGINT           NOT NULL,
    read_at  BIGINT           NOT NULL,
    complete BIGINT           NOT NULL,
    PRIMARY KEY (practice, feature, agenda)
);

COMMENT ON COLUMN agenda_mirrors.practice IS 'Whose.';
COMMENT ON COLUMN agenda_mirrors.feature IS 'The practice''s name for the feature.';
COMMENT ON COLUMN agenda_mirrors.agenda IS 'Which of its agendas.';
COMMENT ON COLUMN agenda_mirrors.binding IS 'Digest of what decides which agenda this is.';
COMMENT ON COLUMN agenda_mirrors.start_ms IS 'From when everything is held, business time.';
COMMENT ON COLUMN agenda_mirrors.end_ms IS 'Until when, business time.';
COMMENT ON COLUMN agenda_mirrors.read_at IS 'When the agenda was last read, business time.';
COMMENT ON COLUMN agenda_mirrors.complete IS 'Whether all is known that takes time there: 0 or 1.';

-- One row per entry that takes time: no title, no name, no text.
CREATE TABLE agenda_entries (
    practice TEXT COLLATE "C" NOT NULL,
    feature  TEXT COLLATE "C" NOT NULL,
    agenda   TEXT COLLATE "C" NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    entry    TEXT COLLATE "C" NOT NULL,
    start_ms BIGINT           NOT NULL,
    end_ms   BIGINT           NOT NULL,
    tag      TEXT,
    PRIMARY KEY (practice, feature, agenda, kind, entry)
);

COMMENT ON COLUMN agenda_entries.kind IS 'appointment or absence: an agenda may use one name for both.';
COMMENT ON COLUMN agenda_entries.entry IS 'Its name in the agenda, of object and occurrence.';
COMMENT ON COLUMN agenda_entries.tag IS 'Its version in the agenda, where it has one.';

CREATE INDEX agenda_entries_by_time ON agenda_entries (practice, feature, end_ms);
