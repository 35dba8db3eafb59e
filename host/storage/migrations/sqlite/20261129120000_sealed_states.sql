-- What the host carries for a feature from one use to the next: sealed by the
-- host, so that the database holds bytes that it cannot read.
CREATE TABLE sealed_states (
    -- Whose.
    practice   TEXT    NOT NULL,
    -- The practice's name for the binding.
    feature    TEXT    NOT NULL,
    -- The state's name inside the feature.
    name       TEXT    NOT NULL,
    -- The state; NULL while it was only held.
    sealed     BLOB,
    -- When it was written, in Unix milliseconds of the time of leases.
    written_at INTEGER NOT NULL,
    -- Number of the latest hold; only grows.
    fence      INTEGER NOT NULL,
    -- Number of the latest hold that its holder ended himself.
    ended      INTEGER NOT NULL,
    -- When the latest hold ends by itself, in Unix milliseconds of the time of
    -- leases; 0 once it has ended.
    until      INTEGER NOT NULL,
    PRIMARY KEY (practice, feature, name)
) STRICT, WITHOUT ROWID;
