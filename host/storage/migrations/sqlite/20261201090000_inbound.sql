-- Addresses at which outside services tell of a practice's features.
CREATE TABLE inbound_addresses (
    -- Whose.
    practice TEXT    NOT NULL,
    -- UUIDv7 of the address: it opens nothing.
    id       BLOB    NOT NULL PRIMARY KEY,
    -- SHA-256 of the address's secret, in hexadecimal digits.
    digest   TEXT    NOT NULL UNIQUE,
    -- Since when; Unix milliseconds UTC.
    made_at  INTEGER NOT NULL,
    -- Optimistic lock: one more with every save.
    version  INTEGER NOT NULL,
    -- JSON of the core's InboundAddress.
    doc      TEXT    NOT NULL
) STRICT;

CREATE INDEX inbound_addresses_practice_idx ON inbound_addresses (practice, made_at);

-- What was told, so that it is known when it is told again.
CREATE TABLE inbound_deliveries (
    -- Whose.
    practice TEXT    NOT NULL,
    -- Of which feature.
    feature  TEXT    NOT NULL,
    -- SHA-256 of the service's own id of the delivery.
    name     BLOB    NOT NULL,
    -- When; Unix milliseconds UTC.
    told_at  INTEGER NOT NULL,
    PRIMARY KEY (practice, feature, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX inbound_deliveries_time_idx ON inbound_deliveries (practice, told_at);
