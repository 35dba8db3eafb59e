-- What practitioners said of grids and scripts: one row per content that a feature ever had. Rows are never removed: a file of
-- signatures that is put back must find what was withdrawn or replaced since.
CREATE TABLE content_approvals (
    -- Whose.
    practice TEXT    NOT NULL,
    -- The practice's name for the feature.
    feature  TEXT    NOT NULL,
    -- SHA-256 of the plugin's id and the settings.
    settings BLOB    NOT NULL,
    -- Optimistic lock: one more with every save. Their sum grows with every change.
    version  INTEGER NOT NULL,
    -- JSON of the core's Approval: instants, and who attested (token's subject, RPPS number).
    doc      TEXT    NOT NULL,
    PRIMARY KEY (practice, feature, settings)
) STRICT;
