-- The row of a space follows its keys by itself, so that a write is one statement.
-- A key that is written gets the next revision of its space, and the space keeps it:
-- what is deleted and written again is never at the same one.
CREATE TRIGGER keyvalue_inserted
AFTER INSERT ON keyvalue
BEGIN
    INSERT INTO keyvalue_spaces (practice, feature, revision, size_bytes)
    VALUES (NEW.practice, NEW.feature, NEW.revision, length(NEW.key) + length(NEW.value))
    ON CONFLICT (practice, feature) DO UPDATE
    SET revision = MAX(revision, excluded.revision), size_bytes = size_bytes + excluded.size_bytes;
END;

CREATE TRIGGER keyvalue_updated
AFTER UPDATE ON keyvalue
BEGIN
    UPDATE keyvalue_spaces
    SET revision = MAX(revision, NEW.revision), size_bytes = size_bytes + length(NEW.value) - length(OLD.value)
    WHERE practice = NEW.practice AND feature = NEW.feature;
END;

CREATE TRIGGER keyvalue_deleted
AFTER DELETE ON keyvalue
BEGIN
    UPDATE keyvalue_spaces
    SET size_bytes = size_bytes - length(OLD.key) - length(OLD.value)
    WHERE practice = OLD.practice AND feature = OLD.feature;
END;
