CREATE TABLE audit (
    -- Whose.
    practice TEXT    NOT NULL,
    -- UUIDv7, 16 bytes.
    id       BLOB    NOT NULL PRIMARY KEY,
    -- When; Unix milliseconds UTC.
    at       INTEGER NOT NULL,
    -- contact.received, intent.confirmed, message.sent…
    action   TEXT    NOT NULL,
    -- In which contact, if in any.
    contact  BLOB,
    -- JSON of the core's AuditEvent: ids, codes and numbers, no personal data.
    doc      TEXT    NOT NULL
) STRICT;

CREATE INDEX audit_newest_idx ON audit (practice, at, id);
CREATE INDEX audit_contact_newest_idx ON audit (practice, contact, at, id) WHERE contact IS NOT NULL;

-- What was written stays written, whoever is connected.
CREATE TRIGGER audit_no_update
BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit is append-only');
END;

CREATE TRIGGER audit_no_delete
BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'audit is append-only');
END;
