-- The registry of patients of each practice.
CREATE TABLE patients (
    -- Whose.
    practice    TEXT    NOT NULL,
    -- UUIDv7, 16 bytes.
    id          BLOB    NOT NULL PRIMARY KEY,
    -- 1 when a person should say whether it is another one.
    doubtful    INTEGER NOT NULL,
    -- The one that a person found this one to be.
    merged_into BLOB,
    -- When the practice first heard of them; Unix milliseconds UTC.
    created_at  INTEGER NOT NULL,
    -- Which key its terms are hashed with.
    terms_key   BLOB    NOT NULL,
    -- Optimistic lock: one more with every save.
    version     INTEGER NOT NULL,
    -- JSON of the core's Patient: the only column here with personal data.
    doc         TEXT    NOT NULL
) STRICT;

CREATE INDEX patients_doubtful_idx ON patients (practice, created_at, id) WHERE doubtful = 1;
CREATE INDEX patients_terms_key_idx ON patients (terms_key);

-- What patients are found by.
CREATE TABLE patient_terms (
    -- Whose.
    practice TEXT NOT NULL,
    -- Keyed hash of practice and term (birth date, names, telephone), 16 bytes.
    term     BLOB NOT NULL,
    -- Which patient.
    patient  BLOB NOT NULL REFERENCES patients (id),
    PRIMARY KEY (practice, term, patient)
) STRICT, WITHOUT ROWID;

CREATE INDEX patient_terms_patient_idx ON patient_terms (patient);

-- Which patient a contact is about, once that is certain.
ALTER TABLE contacts ADD COLUMN patient BLOB;

CREATE INDEX contacts_patient_idx ON contacts (practice, patient, received_at) WHERE patient IS NOT NULL;
