-- What only version 18 and later have.
CREATE TABLE s.since_18 (a int CONSTRAINT "a there" NOT NULL, b int CONSTRAINT only_here NOT NULL NO INHERIT, c int,
  v int GENERATED ALWAYS AS (a + 1) VIRTUAL, r int4range, CONSTRAINT temporal PRIMARY KEY (a, r WITHOUT OVERLAPS),
  CONSTRAINT unchecked CHECK (a > 1) NOT ENFORCED);
ALTER TABLE s.since_18 ADD CONSTRAINT c_later NOT NULL c NOT VALID;
COMMENT ON CONSTRAINT "a there" ON s.since_18 IS 'named';
CREATE TABLE s.child_18 (CONSTRAINT own_c NOT NULL c) INHERITS (s.since_18);
CREATE TABLE s.refers_18 (a int, r int4range, x int, CONSTRAINT over_time FOREIGN KEY (a, PERIOD r) REFERENCES s.since_18 (a, PERIOD r),
  CONSTRAINT loosely FOREIGN KEY (x) REFERENCES s.no_identity NOT ENFORCED);
CREATE TABLE s.part_18 (id int CONSTRAINT id_there NOT NULL, n int) PARTITION BY RANGE (id);
CREATE TABLE s.part_18_1 PARTITION OF s.part_18 (CONSTRAINT n_there NOT NULL n) FOR VALUES FROM (1) TO (100);
ALTER TABLE s.part_18 ADD CONSTRAINT unproven_18 FOREIGN KEY (n) REFERENCES s.no_identity NOT VALID;
CREATE PUBLICATION computed FOR TABLE s.wide WITH (publish_generated_columns = stored);
ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT SELECT ON LARGE OBJECTS TO reader;
