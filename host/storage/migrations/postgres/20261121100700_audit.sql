CREATE TABLE audit (
    practice TEXT COLLATE "C" NOT NULL,
    id       UUID             NOT NULL PRIMARY KEY,
    at       BIGINT           NOT NULL,
    action   TEXT COLLATE "C" NOT NULL,
    contact  UUID,
    doc      TEXT             NOT NULL
);

COMMENT ON COLUMN audit.practice IS 'Whose.';
COMMENT ON COLUMN audit.id IS 'UUIDv7.';
COMMENT ON COLUMN audit.at IS 'When; Unix milliseconds UTC.';
COMMENT ON COLUMN audit.action IS 'contact.received, intent.confirmed, message.sent…';
COMMENT ON COLUMN audit.contact IS 'In which contact, if in any.';
COMMENT ON COLUMN audit.doc IS 'JSON of the core''s AuditEvent: ids, codes and numbers, no personal data.';

CREATE INDEX audit_newest_idx ON audit (practice, at, id);
CREATE INDEX audit_contact_newest_idx ON audit (practice, contact, at, id) WHERE contact IS NOT NULL;

-- What was written stays written, whoever is connected.
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit is append-only';
END;
$$;

CREATE TRIGGER audit_no_change
BEFORE UPDATE OR DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();

CREATE TRIGGER audit_no_truncate
BEFORE TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
