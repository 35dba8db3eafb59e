-- What the agendas of a feature last told of themselves: one row per feature of a
-- practice that has ever had agendas.
CREATE TABLE known_agendas (
    practice TEXT COLLATE "C" NOT NULL,
    feature  TEXT COLLATE "C" NOT NULL,
    read_at  BIGINT           NOT NULL,
    doc      TEXT             NOT NULL,
    PRIMARY KEY (practice, feature)
);

COMMENT ON COLUMN known_agendas.practice IS 'Whose.';
COMMENT ON COLUMN known_agendas.feature IS 'The practice''s name for the feature.';
COMMENT ON COLUMN known_agendas.read_at IS 'When they were read; Unix milliseconds UTC.';
COMMENT ON COLUMN known_agendas.doc IS 'JSON of the core''s KnownAgendas, at most 1 MiB: names of practitioners are in it.';
