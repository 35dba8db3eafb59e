-- The last test of a practice's chain of alerts: one row per practice that has ever tested it.
CREATE TABLE alert_tests (
    -- Whose.
    practice TEXT    NOT NULL PRIMARY KEY,
    -- Optimistic lock: one more with every save.
    version  INTEGER NOT NULL,
    -- JSON of the core's AlertTest: names of recipients, no addresses.
    doc      TEXT    NOT NULL
) STRICT;
