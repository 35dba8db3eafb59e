-- What practitioners said of grids and scripts: one row per content that a feature ever had. Rows are never removed: a file of
-- signatures that is put back must find what was withdrawn or replaced since.
CREATE TABLE content_approvals (
    practice TEXT COLLATE "C" NOT NULL,
    feature  TEXT COLLATE "C" NOT NULL,
    settings BYTEA            NOT NULL,
    version  BIGINT           NOT NULL,
    doc      TEXT             NOT NULL,
    PRIMARY KEY (practice, feature, settings)
);

COMMENT ON COLUMN content_approvals.practice IS 'Whose.';
COMMENT ON COLUMN content_approvals.feature IS 'The practice''s name for the feature.';
COMMENT ON COLUMN content_approvals.settings IS 'SHA-256 of the plugin''s id and the settings.';
COMMENT ON COLUMN content_approvals.version IS 'Optimistic lock: one more with every save. Their sum grows with every change.';
COMMENT ON COLUMN content_approvals.doc IS 'JSON of the core''s Approval: instants, and who attested (token''s subject, RPPS number).';
