-- A schema in which every kind of object that a move carries stands at least once, most of them as a trap.
-- Expects the roles app, reader and "Odd Role", and a superuser.
CREATE SCHEMA "Odd ""Schema""" AUTHORIZATION "Odd Role";
CREATE SCHEMA s;
COMMENT ON SCHEMA s IS 'it''s a \ schema';
GRANT USAGE ON SCHEMA s TO reader WITH GRANT OPTION;
GRANT USAGE, CREATE ON SCHEMA s TO PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO reader;
COMMENT ON SCHEMA public IS 'changed';
CREATE SCHEMA ext;
CREATE EXTENSION pg_trgm SCHEMA ext;
CREATE EXTENSION btree_gist SCHEMA ext;
COMMENT ON EXTENSION pg_trgm IS 'own words';

-- Collations and types
CREATE COLLATION s.german (provider = icu, locale = 'de-DE');
CREATE COLLATION s.insensitive (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE COLLATION s."C copy" (provider = libc, lc_collate = 'C', lc_ctype = 'C');
ALTER COLLATION s.german OWNER TO app;
COMMENT ON COLLATION s.german IS 'with umlauts';
CREATE TYPE s."Mood" AS ENUM ('sad', 'it''s ok', 'back\slash', '');
ALTER TYPE s."Mood" ADD VALUE 'between' BEFORE 'it''s ok';
ALTER TYPE s."Mood" OWNER TO app;
REVOKE USAGE ON TYPE s."Mood" FROM PUBLIC;
GRANT USAGE ON TYPE s."Mood" TO reader;
COMMENT ON TYPE s."Mood" IS 'how it is';
CREATE TYPE s.none AS ENUM ();
CREATE TYPE s.pair AS (a int, "B b" text COLLATE s.german, gone int, c numeric(10, 2)[]);
ALTER TYPE s.pair DROP ATTRIBUTE gone;
COMMENT ON COLUMN s.pair."B b" IS 'second';
CREATE TYPE s.empty AS ();
CREATE FUNCTION s.minutes(time, time) RETURNS float8 IMMUTABLE LANGUAGE sql AS 'SELECT extract(epoch FROM $1 - $2) / 60';
CREATE TYPE s.timerange AS RANGE (SUBTYPE = time, SUBTYPE_DIFF = s.minutes, MULTIRANGE_TYPE_NAME = s.many_times);
CREATE TYPE s.textrange AS RANGE (SUBTYPE = text, COLLATION = s.german, SUBTYPE_OPCLASS = text_pattern_ops);
CREATE DOMAIN s.code AS varchar(8) COLLATE s.german DEFAULT 'x' NOT NULL CHECK (VALUE <> '') CONSTRAINT "no spaces" CHECK (VALUE !~ ' ');
COMMENT ON CONSTRAINT "no spaces" ON DOMAIN s.code IS 'really';
COMMENT ON DOMAIN s.code IS 'a code';
REVOKE ALL ON DOMAIN s.code FROM PUBLIC;
CREATE DOMAIN s.codes AS s.code[];
CREATE DOMAIN s.loose AS int;
CREATE FUNCTION s.fine(s.loose) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
ALTER DOMAIN s.loose ADD CONSTRAINT circular CHECK (s.fine(VALUE));
ALTER DOMAIN s.loose ADD CONSTRAINT late CHECK (VALUE > 0) NOT VALID;

-- Functions
CREATE FUNCTION s.add(a int, b int DEFAULT 1, VARIADIC rest int[] DEFAULT '{}') RETURNS int LANGUAGE sql STABLE STRICT PARALLEL SAFE COST 7
  SET search_path = s, pg_catalog SET work_mem = '8MB' AS $f$SELECT a + b -- $$ and 'quotes' \ here
  $f$;
ALTER FUNCTION s.add OWNER TO "Odd Role";
REVOKE EXECUTE ON FUNCTION s.add FROM PUBLIC;
GRANT EXECUTE ON FUNCTION s.add TO reader, app WITH GRANT OPTION;
COMMENT ON FUNCTION s.add IS 'adds';
CREATE FUNCTION s."Over Load"(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION s."Over Load"(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION s.outs(IN a int, OUT b int, INOUT c text, OUT "D" s."Mood") LANGUAGE plpgsql SECURITY DEFINER AS $$BEGIN b := a; END$$;
CREATE FUNCTION s.rows(n int) RETURNS TABLE (i int, "T" text) LANGUAGE sql ROWS 5 AS 'SELECT i, i::text FROM generate_series(1, n) i';
CREATE FUNCTION s.sorted(a timestamptz DEFAULT '2020-01-01 12:00+02') RETURNS timestamptz LANGUAGE sql LEAKPROOF RETURN a;
CREATE PROCEDURE s.run(INOUT a int, b s.pair DEFAULT NULL) LANGUAGE plpgsql AS $$BEGIN a := a + 1; END$$;
COMMENT ON PROCEDURE s.run IS 'runs';
GRANT EXECUTE ON PROCEDURE s.run TO reader;
CREATE FUNCTION s.trigger_row() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE FUNCTION s.trigger_event() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN END$$;
CREATE FUNCTION s.even() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION s.odd() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT s.even(); END;
CREATE OR REPLACE FUNCTION s.even() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT s.odd(); END;
CREATE FUNCTION s.asked(IN a int, VARIADIC "Rest" int[] DEFAULT '{}', OUT b text) LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION s.asks() RETURNS int[] LANGUAGE sql BEGIN ATOMIC SELECT ARRAY[s.asked(1, 2)::int]; END;
CREATE OR REPLACE FUNCTION s.asked(IN a int, VARIADIC "Rest" int[] DEFAULT s.asks(), OUT b text) LANGUAGE sql AS 'SELECT $1';
CREATE AGGREGATE s.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0', COMBINEFUNC = int4pl, PARALLEL = SAFE, MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = int, MINITCOND = '0');
CREATE AGGREGATE s.first_of(float8 ORDER BY anyelement) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA, FINALFUNC_MODIFY = SHAREABLE) ;
CREATE AGGREGATE s."Any"(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0', SSPACE = 100);
CREATE AGGREGATE s.lowest(text) (SFUNC = text_smaller, STYPE = text, SORTOP = <);
ALTER AGGREGATE s.total(int) OWNER TO app;
COMMENT ON AGGREGATE s.total(int) IS 'sums';
REVOKE ALL ON FUNCTION s.total(int) FROM PUBLIC;

-- Tables with all column properties
CREATE SEQUENCE s.plain AS smallint START 5 INCREMENT -2 MINVALUE -100 MAXVALUE 10 CACHE 3 CYCLE;
GRANT USAGE ON SEQUENCE s.plain TO reader;
COMMENT ON SEQUENCE s.plain IS 'counts down';
CREATE TABLE s.wide (
  id bigint GENERATED ALWAYS AS IDENTITY (START 10 INCREMENT 5 CYCLE),
  other int GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME s."wide Seq" MINVALUE -5),
  n numeric(12, 3) DEFAULT 1.50 NOT NULL, gone text, v varchar(20) COLLATE "C" DEFAULT 'it''s \ x', b bit(3) DEFAULT B'101',
  t timestamptz(3) DEFAULT now(), i interval day to second(2), a s."Mood"[][] DEFAULT '{sad}', p s.pair, c s.codes, r s.timerange,
  l text DEFAULT s."Over Load"('x'), g numeric GENERATED ALWAYS AS (n * 2) STORED, "Quoted ""Col""" int DEFAULT nextval('s.plain'),
  f float8 DEFAULT 0.1, ts timestamptz DEFAULT '2020-06-01 00:00+00', cs text COLLATE s.insensitive,
  CONSTRAINT positive CHECK (n > 0), CONSTRAINT "only me" CHECK (f < 5) NO INHERIT
) WITH (fillfactor = 70, autovacuum_enabled = false, toast.autovacuum_vacuum_threshold = 77);
ALTER TABLE s.wide DROP COLUMN gone;
ALTER TABLE s.wide ADD CONSTRAINT later CHECK (n < 1000) NOT VALID;
ALTER TABLE s.wide ALTER l SET STORAGE EXTERNAL, ALTER l SET COMPRESSION pglz, ALTER l SET STATISTICS 77, ALTER v SET (n_distinct = -0.5, n_distinct_inherited = 10);
ALTER TABLE s.wide ADD CONSTRAINT "wide Pk" PRIMARY KEY (id, other) INCLUDE (n) WITH (fillfactor = 60) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE s.wide ADD CONSTRAINT wide_excl EXCLUDE USING gist (id WITH =, r WITH &&) WITH (fillfactor = 50) WHERE (n > 5) DEFERRABLE;
ALTER TABLE s.wide ADD UNIQUE (v) WITH (fillfactor = 55);
CREATE UNIQUE INDEX wide_ident ON s.wide (n, id);
ALTER TABLE s.wide REPLICA IDENTITY USING INDEX wide_ident;
ALTER TABLE s.wide CLUSTER ON wide_ident;
CREATE INDEX "wide Trgm" ON s.wide USING gin (l ext.gin_trgm_ops) WITH (fastupdate = off);
CREATE INDEX wide_expr ON s.wide USING btree (lower(l) COLLATE "C" text_pattern_ops DESC NULLS LAST, (n + 1)) INCLUDE (t) WHERE v = 'WHERE x' AND n > 3;
ALTER INDEX s.wide_expr ALTER COLUMN 2 SET STATISTICS 500;
COMMENT ON INDEX s.wide_expr IS 'indexed';
COMMENT ON CONSTRAINT "wide Pk" ON s.wide IS 'key';
COMMENT ON CONSTRAINT positive ON s.wide IS 'check';
COMMENT ON TABLE s.wide IS E'two\nlines';
COMMENT ON COLUMN s.wide."Quoted ""Col""" IS 'odd';
COMMENT ON SEQUENCE s."wide Seq" IS 'of identity';
GRANT SELECT ON SEQUENCE s."wide Seq" TO reader;
GRANT SELECT, INSERT ON s.wide TO reader WITH GRANT OPTION;
GRANT UPDATE (n, "Quoted ""Col"""), REFERENCES (id) ON s.wide TO reader, PUBLIC;
SET ROLE reader; GRANT SELECT ON s.wide TO "Odd Role"; RESET ROLE;
ALTER TABLE s.wide OWNER TO app;
REVOKE DELETE, TRUNCATE ON s.wide FROM app;
CREATE TABLE s.serial (id serial PRIMARY KEY, big bigserial, note text DEFAULT '');
ALTER TABLE s.serial OWNER TO app;
GRANT USAGE ON SEQUENCE s.serial_id_seq TO reader;
CREATE TABLE s.borrows (id int DEFAULT nextval('s.serial_id_seq'));
CREATE TABLE s.typed OF s.pair (a WITH OPTIONS NOT NULL DEFAULT 3, PRIMARY KEY (a));
CREATE TABLE s.typed_plain OF s.pair;
CREATE TABLE s.nocolumns ();
CREATE UNLOGGED TABLE s.loud (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, x text);
CREATE TABLE s.full_identity (a int); ALTER TABLE s.full_identity REPLICA IDENTITY FULL;
CREATE TABLE s.no_identity (a int PRIMARY KEY); ALTER TABLE s.no_identity REPLICA IDENTITY NOTHING;
-- A table whose row type a function takes that its own check, default and generated column need
CREATE TABLE s.circle (id int, x int);
CREATE FUNCTION s.of_row(s.circle) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE FUNCTION s.last_circle() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT max(id) FROM s.circle; END;
ALTER TABLE s.circle ADD CHECK (s.of_row(circle)), ALTER x SET DEFAULT s.last_circle(), ADD whole s.wide, ADD list s.serial[];
CREATE INDEX ON s.circle (s.of_row(circle));

-- Inheritance
CREATE TABLE s.parent (id int NOT NULL DEFAULT 1, t text DEFAULT 'p', u text DEFAULT 'u', CHECK (id > 0), CONSTRAINT mine CHECK (t <> 'n') NO INHERIT);
CREATE TABLE s.parent2 (z int, t text);
CREATE TABLE s.child (extra int, id int DEFAULT 2, CHECK (extra > 1)) INHERITS (s.parent, s.parent2);
ALTER TABLE s.child ALTER t DROP DEFAULT, ALTER u SET DEFAULT 'v', ALTER z SET NOT NULL, ADD CONSTRAINT both_have CHECK (id < 99);
ALTER TABLE s.parent ADD CONSTRAINT both_have CHECK (id < 99), ADD CONSTRAINT unproven CHECK (id < 98) NOT VALID;
CREATE TABLE s.grandchild () INHERITS (s.child);

-- Partitions, two levels deep, in another order of columns, with defaults of their own
CREATE FUNCTION s.bucket(text) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT length($1)';
CREATE TABLE s.part (id int, region text NOT NULL DEFAULT 'eu', at timestamptz NOT NULL, n int DEFAULT 0, g int GENERATED ALWAYS AS (n + 1) STORED, CHECK (n >= 0), PRIMARY KEY (id, region, at)) PARTITION BY LIST (region);
CREATE TABLE s.part_eu (at timestamptz NOT NULL, region text NOT NULL, id int NOT NULL, gone int, n int DEFAULT 5, g int GENERATED ALWAYS AS (n + 1) STORED, CONSTRAINT part_n_check CHECK (n >= 0), CONSTRAINT own CHECK (n < 1000)) PARTITION BY RANGE (at);
ALTER TABLE s.part_eu DROP gone;
CREATE TABLE s.part_eu_20 PARTITION OF s.part_eu FOR VALUES FROM ('2020-01-01 00:00+00') TO ('2021-01-01 00:00+00') WITH (fillfactor = 80);
CREATE TABLE s.part_eu_21 PARTITION OF s.part_eu (n DEFAULT 21) FOR VALUES FROM ('2021-01-01 00:00+00') TO (MAXVALUE);
CREATE TABLE "Odd ""Schema""".part_eu_default PARTITION OF s.part_eu DEFAULT;
ALTER TABLE s.part ATTACH PARTITION s.part_eu FOR VALUES IN ('eu', 'uk');
CREATE TABLE s.part_us PARTITION OF s.part (CONSTRAINT us_own CHECK (n <> 13)) FOR VALUES IN ('us', NULL);
CREATE TABLE s.part_rest PARTITION OF s.part DEFAULT;
CREATE INDEX part_n ON s.part (n) WHERE n > 1;
CREATE INDEX part_only ON ONLY s.part (g);
CREATE UNIQUE INDEX part_ident ON s.part (at, id, region);
ALTER TABLE s.part REPLICA IDENTITY USING INDEX part_ident;
CREATE INDEX leaf_own ON s.part_us (at);
COMMENT ON INDEX s.part_n IS 'parent';
COMMENT ON TABLE s.part_us IS 'leaf';
GRANT SELECT ON s.part TO reader;
CREATE TABLE s.hashed (id int PRIMARY KEY, t text) PARTITION BY HASH (id);
CREATE TABLE s.hashed_0 PARTITION OF s.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE s.hashed_1 PARTITION OF s.hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE s.by_function (t text, c text COLLATE s.german) PARTITION BY RANGE (s.bucket(t), c COLLATE "C");
CREATE TABLE s.by_function_1 PARTITION OF s.by_function FOR VALUES FROM (MINVALUE, MINVALUE) TO (10, 'x''y');
CREATE TABLE s.childless (id int PRIMARY KEY) PARTITION BY RANGE (id);
ALTER TABLE s.hashed ADD CONSTRAINT unique_t UNIQUE (id, t);

-- Views
CREATE VIEW s.simple AS SELECT id, n, v AS "V v" FROM s.wide WHERE n > 0;
COMMENT ON VIEW s.simple IS 'view';
COMMENT ON COLUMN s.simple."V v" IS 'view column';
GRANT SELECT ("V v") ON s.simple TO reader;
ALTER VIEW s.simple ALTER n SET DEFAULT 7;
ALTER VIEW s.simple OWNER TO app;
CREATE VIEW s.guarded WITH (security_barrier) AS SELECT * FROM s.simple WHERE n < 5 WITH LOCAL CHECK OPTION;
CREATE VIEW s.cascaded AS SELECT * FROM s.guarded WITH CASCADED CHECK OPTION;
CREATE RECURSIVE VIEW s.counting (k) AS VALUES (1) UNION ALL SELECT k + 1 FROM counting WHERE k < 5;
CREATE VIEW s.grouped AS SELECT id, note FROM s.serial GROUP BY id;      -- stands on the primary key
CREATE VIEW s.on_grouped AS SELECT count(*) FROM s.grouped;
CREATE FUNCTION s.reads_grouped() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM s.on_grouped; END;
CREATE VIEW s.loop AS SELECT 1 AS a, 'x'::text COLLATE s.german AS b;
CREATE FUNCTION s.of_loop(s.loop) RETURNS int LANGUAGE sql AS 'SELECT $1.a';
CREATE VIEW s.loop2 AS SELECT s.of_loop(l) AS a FROM s.loop l;
CREATE OR REPLACE VIEW s.loop AS SELECT a, 'x'::text COLLATE s.german AS b FROM s.loop2;
CREATE VIEW s.calls AS SELECT s.even() AS e;
CREATE MATERIALIZED VIEW s.mat WITH (fillfactor = 75) AS SELECT id, count(*) AS c FROM s.parent GROUP BY id;
CREATE UNIQUE INDEX mat_id ON s.mat (id);
ALTER MATERIALIZED VIEW s.mat CLUSTER ON mat_id;
ALTER MATERIALIZED VIEW s.mat ALTER c SET STATISTICS 9;
COMMENT ON MATERIALIZED VIEW s.mat IS 'kept';
GRANT SELECT ON s.mat TO reader;
CREATE MATERIALIZED VIEW s.mat_of_mat AS SELECT max(c) FROM s.mat;
CREATE MATERIALIZED VIEW s.a_mat_first AS SELECT * FROM s.mat_of_mat;
CREATE MATERIALIZED VIEW s.unfilled AS SELECT 1 AS x WITH NO DATA;
CREATE MATERIALIZED VIEW s.on_key AS SELECT id, note FROM s.serial GROUP BY id;

CREATE TABLE public.outside (id int PRIMARY KEY);

-- Statistics
CREATE STATISTICS s."Stat" (ndistinct, mcv) ON n, v FROM s.wide;
CREATE STATISTICS s.stat_expr ON (n + 1), lower(v) FROM s.wide;
ALTER STATISTICS s."Stat" SET STATISTICS 44;
ALTER STATISTICS s."Stat" OWNER TO app;
COMMENT ON STATISTICS s."Stat" IS 'stats';

-- Foreign keys
CREATE TABLE s.target (a int, b int, PRIMARY KEY (a, b), UNIQUE (b, a));
CREATE TABLE s.source (a int DEFAULT 0, b int, c int, d int, p_id int, p_region text, p_at timestamptz, self int UNIQUE REFERENCES s.source (self));
ALTER TABLE s.source ADD CONSTRAINT full_fk FOREIGN KEY (a, b) REFERENCES s.target MATCH FULL ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE s.source ADD CONSTRAINT unproven FOREIGN KEY (c, d) REFERENCES s.target (b, a) ON DELETE SET DEFAULT NOT VALID;
ALTER TABLE s.source ADD CONSTRAINT to_part FOREIGN KEY (p_id, p_region, p_at) REFERENCES s.part;
ALTER TABLE s.part ADD CONSTRAINT from_part FOREIGN KEY (n) REFERENCES s.hashed (id) ON DELETE CASCADE;
ALTER TABLE s.part_us ADD CONSTRAINT leaf_fk FOREIGN KEY (n) REFERENCES s.no_identity;
COMMENT ON CONSTRAINT full_fk ON s.source IS 'fk';

-- Triggers, rules, policies
CREATE TRIGGER "Before Row" BEFORE INSERT OR UPDATE OF n, v ON s.wide FOR EACH ROW WHEN (NEW.n > 1) EXECUTE FUNCTION s.trigger_row('a', 'it''s');
CREATE TRIGGER transition AFTER UPDATE ON s.wide REFERENCING OLD TABLE AS o NEW TABLE AS "N" FOR EACH STATEMENT EXECUTE FUNCTION s.trigger_row();
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON s.wide DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION s.trigger_row();
CREATE TRIGGER truncating BEFORE TRUNCATE ON s.wide EXECUTE FUNCTION s.trigger_row();
ALTER TABLE s.wide DISABLE TRIGGER "Before Row", ENABLE REPLICA TRIGGER transition, ENABLE ALWAYS TRIGGER truncating;
COMMENT ON TRIGGER late ON s.wide IS 'trigger';
CREATE TRIGGER on_part AFTER INSERT ON s.part FOR EACH ROW EXECUTE FUNCTION s.trigger_row();
CREATE TRIGGER on_part_statement AFTER INSERT ON s.part FOR EACH STATEMENT EXECUTE FUNCTION s.trigger_row();
CREATE TRIGGER on_part_always AFTER DELETE ON s.part FOR EACH ROW EXECUTE FUNCTION s.trigger_row();
ALTER TABLE s.part ENABLE ALWAYS TRIGGER on_part_always;
ALTER TABLE s.part_us DISABLE TRIGGER on_part;
CREATE TRIGGER on_leaf BEFORE UPDATE ON s.part_eu_20 FOR EACH ROW EXECUTE FUNCTION s.trigger_row();
CREATE TRIGGER on_view INSTEAD OF INSERT ON s.simple FOR EACH ROW EXECUTE FUNCTION s.trigger_row();
CREATE RULE "No Delete" AS ON DELETE TO s.target DO INSTEAD NOTHING;
CREATE RULE copy AS ON INSERT TO s.source WHERE NEW.a > 5 DO ALSO (INSERT INTO s.full_identity VALUES (NEW.a); DELETE FROM s.no_identity WHERE a = NEW.b);
CREATE RULE on_guarded AS ON UPDATE TO s.guarded DO INSTEAD UPDATE s.wide SET n = NEW.n WHERE id = OLD.id RETURNING id, n, v;
ALTER TABLE s.target DISABLE RULE "No Delete";
COMMENT ON RULE copy ON s.source IS 'rule';
CREATE POLICY "Mine" ON s.target AS RESTRICTIVE FOR SELECT TO reader, "Odd Role" USING (a > (SELECT min(x) FROM s.circle));
CREATE POLICY writes ON s.target FOR INSERT WITH CHECK (b > 0);
CREATE POLICY everything ON s.part TO app USING (true) WITH CHECK (n < 5);
COMMENT ON POLICY writes ON s.target IS 'policy';
ALTER TABLE s.target ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE s.part ENABLE ROW LEVEL SECURITY;
ALTER TABLE s.source FORCE ROW LEVEL SECURITY;

-- Default privileges, publications, event triggers
ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT SELECT ON TABLES TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE app REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA s GRANT USAGE ON SEQUENCES TO reader WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES FOR ROLE "Odd Role" GRANT USAGE ON SCHEMAS TO PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE "Odd Role" REVOKE USAGE ON TYPES FROM PUBLIC;
CREATE PUBLICATION "All Of It" FOR ALL TABLES WITH (publish = 'insert, delete');
CREATE PUBLICATION few FOR TABLE s.wide, ONLY s.parent, s.part WITH (publish_via_partition_root = true);
CREATE PUBLICATION none;
ALTER PUBLICATION few OWNER TO app;
COMMENT ON PUBLICATION few IS 'some';
CREATE EVENT TRIGGER watch ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'DROP TABLE') EXECUTE FUNCTION s.trigger_event();
CREATE EVENT TRIGGER "Always" ON sql_drop EXECUTE FUNCTION s.trigger_event();
ALTER EVENT TRIGGER "Always" ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER watch IS 'event';
