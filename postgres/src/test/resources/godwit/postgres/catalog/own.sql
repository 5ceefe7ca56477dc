-- What is Godwit's own stays behind.
CREATE SCHEMA godwit;
CREATE TABLE godwit.run (id int PRIMARY KEY);
CREATE FUNCTION godwit.fence() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
CREATE TRIGGER godwit_fence BEFORE INSERT ON s.target EXECUTE FUNCTION godwit.fence();
CREATE PUBLICATION godwit_own FOR TABLE s.target;
