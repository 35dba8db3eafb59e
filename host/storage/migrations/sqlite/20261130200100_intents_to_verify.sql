-- The bookings, moves and cancellations that wait for a person: few, and looked for by people.
CREATE INDEX intents_to_verify_idx ON intents (practice, id) WHERE state = 'needs-human';
