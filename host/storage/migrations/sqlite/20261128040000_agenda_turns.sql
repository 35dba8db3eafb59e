-- Who may write to an external agenda now: one row per agenda that was ever
-- learnt, over all practices that name it.
CREATE TABLE agenda_turns (
    -- The agenda's identity: an absolute URL or a URN.
    agenda TEXT    NOT NULL PRIMARY KEY,
    -- Number of the latest turn; only grows.
    fence  INTEGER NOT NULL,
    -- Whoever took the latest turn and has not given it back; a fresh id each time.
    holder BLOB,
    -- When the turn ends by itself, in Unix milliseconds of the time of leases.
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the agendas of a practice are, as their plugins said.
CREATE TABLE agenda_identities (
    -- Whose.
    practice  TEXT    NOT NULL,
    -- The practice's name for the binding.
    feature   TEXT    NOT NULL,
    -- The binding's name for the agenda.
    agenda    TEXT    NOT NULL,
    -- The agenda's identity.
    identity  TEXT    NOT NULL REFERENCES agenda_turns (agenda),
    -- Digest of the binding that said so: another one is asked again.
    binding   TEXT    NOT NULL,
    -- When, in Unix milliseconds.
    learnt_at INTEGER NOT NULL,
    PRIMARY KEY (practice, feature, agenda)
) STRICT, WITHOUT ROWID;

-- For those who name the same agenda.
CREATE INDEX agenda_identities_identity ON agenda_identities (identity);
