-- Settings of grids and scripts that open contacts began with: the practice may
-- have written others since.
CREATE TABLE kept_settings (
    -- Whose.
    practice TEXT NOT NULL,
    -- SHA-256 of the plugin's id and the settings, 32 bytes.
    digest   BLOB NOT NULL,
    -- Canonical JSON, at most 1 MiB. No personal data.
    settings TEXT NOT NULL,
    PRIMARY KEY (practice, digest)
) STRICT;

-- Which contact names which settings. A contact that is closed names none.
CREATE TABLE pins (
    -- Whose.
    practice TEXT NOT NULL,
    -- The contact, 16 bytes.
    contact  BLOB NOT NULL,
    -- The settings.
    digest   BLOB NOT NULL,
    PRIMARY KEY (practice, contact, digest),
    FOREIGN KEY (practice, digest) REFERENCES kept_settings (practice, digest)
) STRICT, WITHOUT ROWID;

-- Whether anybody names them still.
CREATE INDEX pins_settings_idx ON pins (practice, digest);
