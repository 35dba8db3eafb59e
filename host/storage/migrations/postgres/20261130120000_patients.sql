-- The registry of patients of each practice.
CREATE TABLE patients (
    practice    TEXT COLLATE "C" NOT NULL,
    id          UUID             NOT NULL PRIMARY KEY,
    doubtful    BIGINT           NOT NULL,
    merged_into UUID,
    created_at  BIGINT           NOT NULL,
    terms_key   BYTEA            NOT NULL,
    version     BIGINT           NOT NULL,
    doc         TEXT             NOT NULL
);

COMMENT ON COLUMN patients.practice IS 'Whose.';
COMMENT ON COLUMN patients.id IS 'UUIDv7.';
COMMENT ON COLUMN patients.doubtful IS '1 when a person should say whether it is another one.';
COMMENT ON COLUMN patients.merged_into IS 'The one that a person found this one to be.';
COMMENT ON COLUMN patients.created_at IS 'When the practice first heard of them; Unix milliseconds UTC.';
COMMENT ON COLUMN patients.terms_key IS 'Which key its terms are hashed with.';
COMMENT ON COLUMN patients.version IS 'Optimistic lock: one more with every save.';
COMMENT ON COLUMN patients.doc IS 'JSON of the core''s Patient: the only column here with personal data.';

CREATE INDEX patients_doubtful_idx ON patients (practice, created_at, id) WHERE doubtful = 1;
CREATE INDEX patients_terms_key_idx ON patients (terms_key);

-- What patients are found by.
CREATE TABLE patient_terms (
    practice TEXT COLLATE "C" NOT NULL,
    term     BYTEA            NOT NULL,
    patient  UUID             NOT NULL REFERENCES patients (id),
    PRIMARY KEY (practice, term, patient)
);

COMMENT ON COLUMN patient_terms.practice IS 'Whose.';
COMMENT ON COLUMN patient_terms.term IS 'Keyed hash of practice and term (birth date, names, telephone), 16 bytes.';
COMMENT ON COLUMN patient_terms.patient IS 'Which patient.';

CREATE INDEX patient_terms_patient_idx ON patient_terms (patient);

-- Which patient a contact is about, once that is certain.
ALTER TABLE contacts ADD COLUMN patient UUID;

COMMENT ON COLUMN contacts.patient IS 'Which patient it is about, once that is certain.';

CREATE INDEX contacts_patient_idx ON contacts (practice, patient, received_at) WHERE patient IS NOT NULL;
