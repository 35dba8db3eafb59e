-- A write of a key is one statement: each statement of a function sees what others
-- have committed when it begins, so what is compared is what is there once the
-- space's row is locked.
CREATE FUNCTION keyvalue_put(
    of_practice text, of_feature text, in_bucket bytea, at_key bytea, new_value bytea,
    most bigint, compares boolean, expected bigint
) RETURNS integer
LANGUAGE plpgsql
AS $$
DECLARE
    next_revision bigint;
    used          bigint;
    old_revision  bigint;
    old_bytes     bigint;
    new_bytes     bigint := octet_length(at_key) + octet_length(new_value);
BEGIN
    -- Locks the space: its writers follow each other.
    INSERT INTO keyvalue_spaces AS space (practice, feature, revision, size_bytes)
    VALUES (of_practice, of_feature, 1, 0)
    ON CONFLICT (practice, feature) DO UPDATE SET revision = space.revision + 1
    RETURNING revision, size_bytes INTO next_revision, used;

    SELECT revision, octet_length(key) + octet_length(value) INTO old_revision, old_bytes
    FROM keyvalue
    WHERE practice = of_practice AND feature = of_feature AND bucket = in_bucket AND key = at_key;

    IF compares AND old_revision IS DISTINCT FROM expected THEN
        RETURN 1;
    END IF;
    IF used + new_bytes - COALESCE(old_bytes, 0) > most THEN
        RETURN 2;
    END IF;

    INSERT INTO keyvalue (practice, feature, bucket, key, value, revision)
    VALUES (of_practice, of_feature, in_bucket, at_key, new_value, next_revision)
    ON CONFLICT (practice, feature, bucket, key) DO UPDATE
    SET value = excluded.value, revision = excluded.revision;

    UPDATE keyvalue_spaces
    SET size_bytes = size_bytes + new_bytes - COALESCE(old_bytes, 0)
    WHERE practice = of_practice AND feature = of_feature;
    RETURN 0;
END
$$;

COMMENT ON FUNCTION keyvalue_put IS 'Writes a key at the next revision of its space. 0: written; 1: not at the expected revision; 2: the space would pass its most bytes.';

CREATE FUNCTION keyvalue_delete(of_practice text, of_feature text, in_bucket bytea, at_key bytea) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    old_bytes bigint;
BEGIN
    PERFORM 1 FROM keyvalue_spaces WHERE practice = of_practice AND feature = of_feature FOR UPDATE;

    DELETE FROM keyvalue
    WHERE practice = of_practice AND feature = of_feature AND bucket = in_bucket AND key = at_key
    RETURNING octet_length(key) + octet_length(value) INTO old_bytes;

    UPDATE keyvalue_spaces
    SET size_bytes = size_bytes - old_bytes
    WHERE practice = of_practice AND feature = of_feature AND old_bytes IS NOT NULL;
END
$$;

COMMENT ON FUNCTION keyvalue_delete IS 'Removes a key, and what it took from the bytes of its space.';
