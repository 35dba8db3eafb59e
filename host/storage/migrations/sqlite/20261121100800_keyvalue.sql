-- One row per feature: what all its buckets have in common.
CREATE TABLE keyvalue_spaces (
    -- Whose.
    practice   TEXT    NOT NULL,
    -- The binding whose space it is.
    feature    TEXT    NOT NULL,
    -- The last revision given to a key. Never used twice, so that a key that was
    -- deleted and written again never looks unchanged.
    revision   INTEGER NOT NULL,
    -- Bytes of all keys and values.
    size_bytes INTEGER NOT NULL,
    PRIMARY KEY (practice, feature)
) STRICT, WITHOUT ROWID;

CREATE TABLE keyvalue (
    -- Whose.
    practice TEXT    NOT NULL,
    -- The binding whose space it is.
    feature  TEXT    NOT NULL,
    -- UTF-8; bytes, so that the order is bytewise and every character is allowed.
    bucket   BLOB    NOT NULL,
    -- UTF-8; bytes, for the same reason.
    key      BLOB    NOT NULL,
    -- What the plugin wrote: may hold personal data.
    value    BLOB    NOT NULL,
    -- Of the space's revisions, the one that wrote this value.
    revision INTEGER NOT NULL,
    PRIMARY KEY (practice, feature, bucket, key)
) STRICT;
