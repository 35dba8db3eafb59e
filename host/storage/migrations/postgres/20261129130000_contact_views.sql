-- What grids and script last said of a contact, so that whoever reads one asks no
-- plugin. It is gone with its contact.
CREATE TABLE contact_views (
    contact  UUID             NOT NULL PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,
    practice TEXT COLLATE "C" NOT NULL,
    doc      TEXT             NOT NULL
);

COMMENT ON COLUMN contact_views.practice IS 'Whose.';
COMMENT ON COLUMN contact_views.doc IS 'JSON of the core''s Said, with personal data: it repeats what was answered.';
