-- What the agendas of a feature last told of themselves: one row per feature of a
-- practice that has ever had agendas.
CREATE TABLE known_agendas (
    -- Whose.
    practice TEXT    NOT NULL,
    -- The practice's name for the feature.
    feature  TEXT    NOT NULL,
    -- When they were read; Unix milliseconds UTC.
    read_at  INTEGER NOT NULL,
    -- JSON of the core's KnownAgendas, at most 1 MiB: names of practitioners are in it.
    doc      TEXT    NOT NULL,
    PRIMARY KEY (practice, feature)
) STRICT;
