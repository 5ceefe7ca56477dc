ALTER TABLE agencies ADD PRIMARY KEY (id), ADD UNIQUE (name);
ALTER TABLE officers ADD PRIMARY KEY (id), ADD UNIQUE (badge);
ALTER TABLE persons ADD PRIMARY KEY (id), ADD UNIQUE (ref);
ALTER TABLE cases ADD PRIMARY KEY (id), ADD CHECK (budget >= 0);
ALTER TABLE case_persons ADD PRIMARY KEY (case_id, person_id);
ALTER TABLE evidence ADD PRIMARY KEY (id);
ALTER TABLE audit_notes ADD PRIMARY KEY (id, noted);
ALTER TABLE case_history ADD PRIMARY KEY (id);

ALTER TABLE agencies ADD FOREIGN KEY (parent) REFERENCES agencies;
ALTER TABLE agencies ADD FOREIGN KEY (chief) REFERENCES officers DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE officers ADD FOREIGN KEY (agency) REFERENCES agencies;
ALTER TABLE cases ADD FOREIGN KEY (agency) REFERENCES agencies, ADD FOREIGN KEY (officer) REFERENCES officers,
    ADD FOREIGN KEY (parent) REFERENCES cases;
ALTER TABLE case_persons ADD FOREIGN KEY (case_id) REFERENCES cases ON DELETE CASCADE,
    ADD FOREIGN KEY (person_id) REFERENCES persons;
ALTER TABLE evidence ADD FOREIGN KEY (case_id) REFERENCES cases;
ALTER TABLE audit_notes ADD FOREIGN KEY (case_id) REFERENCES cases;

CREATE INDEX persons_lower_name ON persons (lower(name) text_pattern_ops);
CREATE INDEX persons_facts ON persons USING gin (facts jsonb_path_ops);
CREATE INDEX cases_open ON cases (officer, opened DESC) INCLUDE (title) WHERE state = 'open';
CREATE INDEX case_persons_person ON case_persons (person_id);
CREATE INDEX evidence_case ON evidence (case_id);
CREATE INDEX audit_notes_case ON audit_notes (case_id);

CREATE FUNCTION mark_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER mark_changed BEFORE UPDATE ON persons FOR EACH ROW EXECUTE FUNCTION mark_changed();
CREATE TRIGGER mark_changed BEFORE UPDATE ON cases FOR EACH ROW EXECUTE FUNCTION mark_changed();

CREATE FUNCTION remember_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.case_history (case_id, state) VALUES (NEW.id, NEW.state);
    RETURN NULL;
END $$;
CREATE TRIGGER remember_state AFTER UPDATE OF state ON cases FOR EACH ROW EXECUTE FUNCTION remember_state();

CREATE VIEW open_cases AS
SELECT c.id, c.title, c.opened, o.name AS officer, a.name AS agency,
    (SELECT count(*) FROM case_persons l WHERE l.case_id = c.id) AS persons
FROM cases c JOIN officers o ON o.id = c.officer JOIN agencies a ON a.id = c.agency
WHERE c.state = 'open';
COMMENT ON TABLE cases IS 'what an agency works on';
ANALYZE;
