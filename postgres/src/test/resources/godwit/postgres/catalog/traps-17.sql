-- What only versions 16 and 17 and later have.
CREATE COLLATION s.ruled (provider = icu, locale = 'und', rules = '&V << w <<< W');
CREATE COLLATION s.builtin (provider = builtin, locale = 'C.UTF-8');
CREATE DOMAIN s.named AS int CONSTRAINT "never null" NOT NULL;
COMMENT ON CONSTRAINT "never null" ON DOMAIN s.named IS 'really not';
CREATE TABLE s.part_identity (id int GENERATED ALWAYS AS IDENTITY, d int) PARTITION BY RANGE (id);
CREATE TABLE s.part_identity_1 PARTITION OF s.part_identity FOR VALUES FROM (1) TO (100);
CREATE TABLE s.part_excl (id int, d int, EXCLUDE USING gist (id WITH =, d WITH =)) PARTITION BY RANGE (id);
CREATE TABLE s.part_excl_1 PARTITION OF s.part_excl FOR VALUES FROM (1) TO (100);
CREATE TABLE s.storing (t text STORAGE main);
ALTER TABLE s.storing ALTER t SET STATISTICS 0;
GRANT MAINTAIN ON s.storing TO reader;
CREATE EVENT TRIGGER logging_in ON login EXECUTE FUNCTION s.trigger_event();
