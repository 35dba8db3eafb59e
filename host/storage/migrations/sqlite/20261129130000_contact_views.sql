-- What grids and script last said of a contact, so that whoever reads one asks no
-- plugin. It is gone with its contact.
CREATE TABLE contact_views (
    -- UUIDv7, 16 bytes.
    contact  BLOB NOT NULL PRIMARY KEY REFERENCES contacts (id) ON DELETE CASCADE,
    -- Whose.
    practice TEXT NOT NULL,
    -- JSON of the core's Said, with personal data: it repeats what was answered.
    doc      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
