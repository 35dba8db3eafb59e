-- Until when the request that runs holds the key; Unix milliseconds UTC.
ALTER TABLE idempotency ADD COLUMN held_until INTEGER NOT NULL DEFAULT 0;
-- Grows each time that the key is taken.
ALTER TABLE idempotency ADD COLUMN fence INTEGER NOT NULL DEFAULT 0;
