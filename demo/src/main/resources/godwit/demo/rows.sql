INSERT INTO agencies (name, parent, settings)
SELECT 'Agency ' || i, nullif(i / 4, 0), jsonb_build_object('region', i % 7, 'radio', jsonb_build_array(i, i * 1.5))
FROM generate_series(1, current_setting('demo.agencies')::int) i;

INSERT INTO officers (agency, badge, name, languages, since, active)
SELECT 1 + (i - 1) % current_setting('demo.agencies')::int, 'B-' || i, 'Officer ' || i,
    ARRAY['en', (ARRAY['de', 'fr', 'pl', 'tr'])[1 + i % 4]], date '1990-01-01' + i % 12000, i % 20 <> 0
FROM generate_series(1, current_setting('demo.officers')::int) i;

UPDATE agencies SET chief = id;

INSERT INTO persons (name, born, aliases, facts)
SELECT (ARRAY['Ada', 'Björn', 'Chloé', 'Dmitri', 'Élise', 'Fatima'])[1 + i % 6] || ' Person ' || i,
    date '1930-01-01' + i % 30000, CASE WHEN i % 3 = 0 THEN ARRAY['alias "' || i || '"', NULL, ''] END,
    jsonb_build_object('height', 150 + i % 50, 'marks', jsonb_build_array('scar', NULL))
FROM generate_series(1, current_setting('demo.persons')::int) i;

INSERT INTO cases (agency, officer, parent, title, state, budget, tags, details, opened)
SELECT 1 + (i - 1) % current_setting('demo.agencies')::int, 1 + i % current_setting('demo.officers')::int,
    nullif(i / 10, 0), 'Case ' || i, (enum_range(NULL::case_state))[1 + i % 3], 1000 + i % 90 * 11.25,
    ARRAY['theft', 'urgent'], jsonb_build_object('court', i % 12, 'sum', i * 1.10),
    timestamptz '2024-01-01 00:00+00' + i % 700 * interval '1 day'
FROM generate_series(1, current_setting('demo.cases')::int) i;

INSERT INTO case_persons (case_id, person_id, role)
SELECT 1 + i % current_setting('demo.cases')::int, 1 + i / current_setting('demo.cases')::int,
    (enum_range(NULL::person_role))[1 + i % 4]
FROM generate_series(0, current_setting('demo.links')::int - 1) i;

INSERT INTO evidence (case_id, kind, seized, weight_grams, photo, report)
SELECT 1 + i % current_setting('demo.cases')::int, (ARRAY['phone', 'knife', 'document'])[1 + i % 3],
    timestamptz '2024-06-01 00:00+00' + i * interval '1 second', i * 0.125, decode(repeat(md5(i::text), 8), 'hex'),
    repeat('Found in room ' || i || '. ', CASE WHEN i % 20 = 0 THEN 400 ELSE 5 END)
FROM generate_series(1, current_setting('demo.evidence')::int) i;

INSERT INTO audit_notes (case_id, noted, note)
SELECT 1 + i % current_setting('demo.cases')::int, timestamptz '2024-01-01 00:00+00' + i % 1000 * interval '1 day',
    'Note ' || i || ': ' || md5(i::text)
FROM generate_series(1, current_setting('demo.notes')::int) i;
