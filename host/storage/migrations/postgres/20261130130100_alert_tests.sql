-- The last test of a practice's chain of alerts: one row per practice that has ever tested it.
CREATE TABLE alert_tests (
    practice TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    version  BIGINT           NOT NULL,
    doc      TEXT             NOT NULL
);

COMMENT ON COLUMN alert_tests.practice IS 'Whose.';
COMMENT ON COLUMN alert_tests.version IS 'Optimistic lock: one more with every save.';
COMMENT ON COLUMN alert_tests.doc IS 'JSON of the core''s AlertTest: names of recipients, no addresses.';
