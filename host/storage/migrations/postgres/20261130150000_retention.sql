-- What is kept about a contact is found by it, and goes with it.
ALTER TABLE intents ADD COLUMN contact UUID;

UPDATE intents
SET contact = (doc::json ->> 'contact')::uuid;

COMMENT ON COLUMN intents.contact IS 'In which contact it was made, if in any.';

CREATE INDEX intents_contact_idx ON intents (practice, contact, id) WHERE contact IS NOT NULL;

ALTER TABLE patients ADD COLUMN heard_of_at BIGINT NOT NULL DEFAULT 0;

UPDATE patients
SET heard_of_at = created_at;

COMMENT ON COLUMN patients.heard_of_at IS 'When a patient was last heard of, as far as no contact says it: Unix milliseconds UTC.';

CREATE INDEX patients_heard_of_idx ON patients (practice, heard_of_at, id) WHERE merged_into IS NULL;
