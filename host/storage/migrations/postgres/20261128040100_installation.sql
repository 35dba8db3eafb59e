-- Which installation of greffon this database is: one row, made once.
CREATE TABLE installation (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY
);

COMMENT ON COLUMN installation.id IS 'Its id: what plugins write beside what they write into shared agendas.';

INSERT INTO installation (id) VALUES (replace(gen_random_uuid()::text, '-', ''));
