-- Which installation of greffon this database is: one row, made once.
CREATE TABLE installation (
    -- Its id: what plugins write beside what they write into shared agendas.
    id TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

INSERT INTO installation (id) VALUES (lower(hex(randomblob(16))));
