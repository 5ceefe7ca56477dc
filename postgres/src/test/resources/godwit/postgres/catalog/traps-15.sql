-- What only version 15 and later have.
CREATE TABLE s.since_15 (a int, b int, t text, UNIQUE NULLS NOT DISTINCT (a), PRIMARY KEY (b));
CREATE UNIQUE INDEX since_15_b ON s.since_15 (t) NULLS NOT DISTINCT;
CREATE TABLE s.refers_15 (a int, b int, CONSTRAINT set_one FOREIGN KEY (a) REFERENCES s.since_15 (b) ON DELETE SET NULL (a));
CREATE VIEW s.invoker WITH (security_invoker = true) AS SELECT * FROM s.since_15;
CREATE UNLOGGED SEQUENCE s.loud_sequence;
CREATE PUBLICATION filtered FOR TABLE s.since_15 (b, t) WHERE (b > 5 AND t <> 'x''y');
CREATE PUBLICATION schemas FOR TABLES IN SCHEMA s, "Odd ""Schema""", TABLE ONLY public.outside;
