-- How far the agendas of a feature were followed: one row per feature of a practice that has
-- ever had agendas that were followed.
CREATE TABLE agenda_watches (
    practice TEXT COLLATE "C" NOT NULL,
    feature  TEXT COLLATE "C" NOT NULL,
    version  BIGINT           NOT NULL,
    doc      TEXT             NOT NULL,
    PRIMARY KEY (practice, feature)
);

COMMENT ON COLUMN agenda_watches.practice IS 'Whose.';
COMMENT ON COLUMN agenda_watches.feature IS 'The practice''s name for the feature.';
COMMENT ON COLUMN agenda_watches.version IS 'Optimistic lock: one more with every save.';
COMMENT ON COLUMN agenda_watches.doc IS 'JSON of the core''s AgendaWatch: names of agendas, places to go on from, instants.';
