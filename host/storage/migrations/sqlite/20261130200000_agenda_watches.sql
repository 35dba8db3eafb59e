-- How far the agendas of a feature were followed: one row per feature of a practice that has
-- ever had agendas that were followed.
CREATE TABLE agenda_watches (
    -- Whose.
    practice TEXT    NOT NULL,
    -- The practice's name for the feature.
    feature  TEXT    NOT NULL,
    -- Optimistic lock: one more with every save.
    version  INTEGER NOT NULL,
    -- JSON of the core's AgendaWatch: names of agendas, places to go on from, instants.
    doc      TEXT    NOT NULL,
    PRIMARY KEY (practice, feature)
) STRICT;
