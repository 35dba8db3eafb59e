-- What is kept about a contact is found by it, and goes with it.
ALTER TABLE intents ADD COLUMN contact BLOB;

UPDATE intents
SET contact = unhex(json_extract(doc, '$.contact'), '-');

CREATE INDEX intents_contact_idx ON intents (practice, contact, id) WHERE contact IS NOT NULL;

-- When a patient was last heard of, as far as no contact says it: Unix milliseconds UTC.
ALTER TABLE patients ADD COLUMN heard_of_at INTEGER NOT NULL DEFAULT 0;

UPDATE patients
SET heard_of_at = created_at;

CREATE INDEX patients_heard_of_idx ON patients (practice, heard_of_at, id) WHERE merged_into IS NULL;
