-- Settings of grids and scripts that open contacts began with: the practice may
-- have written others since.
CREATE TABLE kept_settings (
    practice TEXT COLLATE "C" NOT NULL,
    digest   BYTEA            NOT NULL,
    settings TEXT             NOT NULL,
    PRIMARY KEY (practice, digest)
);

COMMENT ON COLUMN kept_settings.practice IS 'Whose.';
COMMENT ON COLUMN kept_settings.digest IS 'SHA-256 of the plugin''s id and the settings, 32 bytes.';
COMMENT ON COLUMN kept_settings.settings IS 'Canonical JSON, at most 1 MiB. No personal data.';

-- Which contact names which settings. A contact that is closed names none.
CREATE TABLE pins (
    practice TEXT COLLATE "C" NOT NULL,
    contact  UUID             NOT NULL,
    digest   BYTEA            NOT NULL,
    PRIMARY KEY (practice, contact, digest),
    FOREIGN KEY (practice, digest) REFERENCES kept_settings (practice, digest)
);

COMMENT ON COLUMN pins.practice IS 'Whose.';
COMMENT ON COLUMN pins.contact IS 'The contact.';
COMMENT ON COLUMN pins.digest IS 'The settings.';

-- Whether anybody names them still.
CREATE INDEX pins_settings_idx ON pins (practice, digest);
