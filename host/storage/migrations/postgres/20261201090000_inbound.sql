-- Addresses at which outside services tell of a practice's features.
CREATE TABLE inbound_addresses (
    practice TEXT COLLATE "C" NOT NULL,
    id       UUID             NOT NULL PRIMARY KEY,
    digest   TEXT COLLATE "C" NOT NULL UNIQUE,
    made_at  BIGINT           NOT NULL,
    version  BIGINT           NOT NULL,
    doc      TEXT             NOT NULL
);

COMMENT ON COLUMN inbound_addresses.practice IS 'Whose.';
COMMENT ON COLUMN inbound_addresses.id IS 'UUIDv7 of the address: it opens nothing.';
COMMENT ON COLUMN inbound_addresses.digest IS 'SHA-256 of the address''s secret, in hexadecimal digits.';
COMMENT ON COLUMN inbound_addresses.made_at IS 'Since when; Unix milliseconds UTC.';
COMMENT ON COLUMN inbound_addresses.version IS 'Optimistic lock: one more with every save.';
COMMENT ON COLUMN inbound_addresses.doc IS 'JSON of the core''s InboundAddress.';

CREATE INDEX inbound_addresses_practice_idx ON inbound_addresses (practice, made_at);

-- What was told, so that it is known when it is told again.
CREATE TABLE inbound_deliveries (
    practice TEXT COLLATE "C" NOT NULL,
    feature  TEXT COLLATE "C" NOT NULL,
    name     BYTEA            NOT NULL,
    told_at  BIGINT           NOT NULL,
    PRIMARY KEY (practice, feature, name)
);

COMMENT ON COLUMN inbound_deliveries.practice IS 'Whose.';
COMMENT ON COLUMN inbound_deliveries.feature IS 'Of which feature.';
COMMENT ON COLUMN inbound_deliveries.name IS 'SHA-256 of the service''s own id of the delivery.';
COMMENT ON COLUMN inbound_deliveries.told_at IS 'When; Unix milliseconds UTC.';

CREATE INDEX inbound_deliveries_time_idx ON inbound_deliveries (practice, told_at);
