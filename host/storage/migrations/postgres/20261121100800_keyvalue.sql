-- One row per feature: what all its buckets have in common.
CREATE TABLE keyvalue_spaces (
    practice   TEXT COLLATE "C" NOT NULL,
    feature    TEXT COLLATE "C" NOT NULL,
    revision   BIGINT           NOT NULL,
    size_bytes BIGINT           NOT NULL,
    PRIMARY KEY (practice, feature)
);

COMMENT ON COLUMN keyvalue_spaces.practice IS 'Whose.';
COMMENT ON COLUMN keyvalue_spaces.feature IS 'The binding whose space it is.';
COMMENT ON COLUMN keyvalue_spaces.revision IS 'The last revision given to a key. Never used twice, so that a key that was deleted and written again never looks unchanged.';
COMMENT ON COLUMN keyvalue_spaces.size_bytes IS 'Bytes of all keys and values.';

CREATE TABLE keyvalue (
    practice TEXT COLLATE "C" NOT NULL,
    feature  TEXT COLLATE "C" NOT NULL,
    bucket   BYTEA            NOT NULL,
    key      BYTEA            NOT NULL,
    value    BYTEA            NOT NULL,
    revision BIGINT           NOT NULL,
    PRIMARY KEY (practice, feature, bucket, key)
);

COMMENT ON COLUMN keyvalue.practice IS 'Whose.';
COMMENT ON COLUMN keyvalue.feature IS 'The binding whose space it is.';
COMMENT ON COLUMN keyvalue.bucket IS 'UTF-8; bytes, so that the order is bytewise and every character is allowed.';
COMMENT ON COLUMN keyvalue.key IS 'UTF-8; bytes, for the same reason.';
COMMENT ON COLUMN keyvalue.value IS 'What the plugin wrote: may hold personal data.';
COMMENT ON COLUMN keyvalue.revision IS 'Of the space''s revisions, the one that wrote this value.';
