ALTER TABLE idempotency ADD COLUMN held_until BIGINT NOT NULL DEFAULT 0;

ALTER TABLE idempotency ADD COLUMN fence BIGINT NOT NULL DEFAULT 0;

COMMENT ON COLUMN idempotency.held_until IS 'Until when the request that runs holds the key; Unix milliseconds UTC.';
COMMENT ON COLUMN idempotency.fence IS 'Grows each time that the key is taken.';
