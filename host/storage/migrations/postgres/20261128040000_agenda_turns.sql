-- Who may write to an external agenda now: one row per agenda that was ever
-- learnt, over all practices that name it.
CREATE TABLE agenda_turns (
    agenda TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    fence  BIGINT           NOT NULL,
    holder UUID,
    until  BIGINT           NOT NULL
);

COMMENT ON COLUMN agenda_turns.agenda IS 'The agenda''s identity: an absolute URL or a URN.';
COMMENT ON COLUMN agenda_turns.fence IS 'Number of the latest turn; only grows.';
COMMENT ON COLUMN agenda_turns.holder IS 'Whoever took the latest turn and has not given it back; a fresh id each time.';
COMMENT ON COLUMN agenda_turns.until IS 'When the turn ends by itself, in Unix milliseconds of the time of leases.';

-- What the agendas of a practice are, as their plugins said.
CREATE TABLE agenda_identities (
    practice  TEXT COLLATE "C" NOT NULL,
    feature   TEXT COLLATE "C" NOT NULL,
    agenda    TEXT COLLATE "C" NOT NULL,
    identity  TEXT COLLATE "C" NOT NULL REFERENCES agenda_turns (agenda),
    binding   TEXT COLLATE "C" NOT NULL,
    learnt_at BIGINT           NOT NULL,
    PRIMARY KEY (practice, feature, agenda)
);

COMMENT ON COLUMN agenda_identities.practice IS 'Whose.';
COMMENT ON COLUMN agenda_identities.feature IS 'The practice''s name for the binding.';
COMMENT ON COLUMN agenda_identities.agenda IS 'The binding''s name for the agenda.';
COMMENT ON COLUMN agenda_identities.identity IS 'The agenda''s identity.';
COMMENT ON COLUMN agenda_identities.binding IS 'Digest of the binding that said so: another one is asked again.';
COMMENT ON COLUMN agenda_identities.learnt_at IS 'When, in Unix milliseconds.';

-- For those who name the same agenda.
CREATE INDEX agenda_identities_identity ON agenda_identities (identity);
