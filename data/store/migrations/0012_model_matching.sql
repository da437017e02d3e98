-- A new version of a model matched to what was known: what was bound, what people decide, and the way back.
--
-- Devices, series and history hang on the ids of storeys, spaces and equipment. What is sure keeps its id.
-- What is doubtful comes in as new, its devices stay with the old row, and people decide afterwards: by
-- accepting, the old id takes over what the new row says of the model, and the new row goes.

ALTER TABLE building ADD COLUMN decisions int NOT NULL DEFAULT 0; -- a plan that is kept is read anew after each

-- One import of a model over an earlier one.
CREATE TABLE model_reissue (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL,
    building_id int NOT NULL,
    model_sha256 text NOT NULL,
    previous_sha256 text NOT NULL,
    added jsonb NOT NULL, -- {storey: [id], space: [id], equipment: [id]}
    before jsonb, -- the building's rows by table, as they were; none: too long ago to return to
    actor text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    returned_by text,
    returned_at timestamptz,
    CHECK ((returned_at IS NULL) = (returned_by IS NULL)),
    UNIQUE (tenant_id, id),
    FOREIGN KEY (tenant_id, building_id) REFERENCES building (tenant_id, id)
);
CREATE INDEX model_reissue_building ON model_reissue (tenant_id, building_id, id DESC);

CREATE TABLE model_match (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL,
    building_id int NOT NULL,
    reissue_id int NOT NULL,
    thing text NOT NULL CHECK (thing IN ('storey', 'space', 'equipment')),
    old_id int NOT NULL,
    new_id int, -- the row that was accepted, which may be gone since; none: not accepted
    confidence float8 NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    evidence jsonb NOT NULL, -- of the likeliest candidate: sentences for and against
    candidates jsonb NOT NULL, -- [{id, confidence, evidence, against}], the likeliest first
    state text NOT NULL CHECK (state IN ('sure', 'doubtful', 'accepted', 'rejected', 'undone')),
    decided_by text,
    decided_at timestamptz,
    undo jsonb, -- what accepting changed
    old_storey_id int GENERATED ALWAYS AS (CASE thing WHEN 'storey' THEN old_id END) STORED,
    old_space_id int GENERATED ALWAYS AS (CASE thing WHEN 'space' THEN old_id END) STORED,
    old_equipment_id int GENERATED ALWAYS AS (CASE thing WHEN 'equipment' THEN old_id END) STORED,
    CHECK ((state = 'accepted') = (undo IS NOT NULL)),
    UNIQUE (tenant_id, id),
    FOREIGN KEY (tenant_id, building_id) REFERENCES building (tenant_id, id),
    FOREIGN KEY (tenant_id, reissue_id) REFERENCES model_reissue (tenant_id, id),
    FOREIGN KEY (tenant_id, old_storey_id) REFERENCES storey (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, old_space_id) REFERENCES space (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, old_equipment_id) REFERENCES equipment (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX model_match_building ON model_match (tenant_id, building_id, state);
CREATE INDEX model_match_reissue ON model_match (tenant_id, reissue_id);

DO $$
DECLARE
    added text;
BEGIN
    FOREACH added IN ARRAY ARRAY['model_reissue', 'model_match'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', added);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I TO clerestory_web, clerestory_worker
             USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', added);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO clerestory_worker', added);
        EXECUTE format('GRANT SELECT ON %I TO clerestory_web', added);
    END LOOP;
END
$$;
GRANT UPDATE (added, before) ON model_reissue TO clerestory_worker;

-- The building's rows are audited one by one by their own triggers; a snapshot of all of them is not.
CREATE TRIGGER audit_row AFTER INSERT OR UPDATE OR DELETE ON model_match
    FOR EACH ROW EXECUTE FUNCTION audit_row();

-- Rows as JSON and back ----------------------------------------------------------------------------

CREATE FUNCTION model_columns(relation text) RETURNS text[]
LANGUAGE sql STABLE
RETURN (
    SELECT array_agg(quote_ident(attname) ORDER BY attnum)
    FROM pg_attribute
    WHERE attrelid = relation::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
);

-- All rows of a building in one of its tables, by a condition on it as `t`, without generated columns.
CREATE FUNCTION model_rows(relation text, condition text, of_building int) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    kept_rows jsonb;
BEGIN
    EXECUTE format(
        'SELECT coalesce(jsonb_agg(to_jsonb(kept)), ''[]'')
         FROM (SELECT %s FROM %I AS t WHERE %s) AS kept',
        array_to_string(model_columns(relation), ', '), relation, condition)
        INTO kept_rows USING of_building;
    RETURN kept_rows;
END
$$;

CREATE FUNCTION model_put(relation text, rows jsonb) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    names text := array_to_string(model_columns(relation), ', ');
BEGIN
    EXECUTE format(
        'INSERT INTO %1$I (%2$s) OVERRIDING SYSTEM VALUE
         SELECT %2$s FROM jsonb_populate_recordset(NULL::%1$I, $1)', relation, names)
        USING rows;
END
$$;

CREATE FUNCTION model_set(relation text, wanted int, "row" jsonb) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    names text := array_to_string(array_remove(model_columns(relation), 'id'), ', ');
BEGIN
    EXECUTE format(
        'UPDATE %1$I SET (%2$s) = (SELECT %2$s FROM jsonb_populate_record(NULL::%1$I, $1))
         WHERE id = $2 AND tenant_id = app_tenant()', relation, names)
        USING "row", wanted;
END
$$;

CREATE FUNCTION model_row(relation text, wanted int) RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    kept_rows jsonb;
BEGIN
    EXECUTE format(
        'SELECT to_jsonb(kept) FROM (SELECT %s FROM %I WHERE id = $1 AND tenant_id = app_tenant()) AS kept',
        array_to_string(model_columns(relation), ', '), relation)
        INTO kept_rows USING wanted;
    RETURN kept_rows;
END
$$;

-- The tables of a model, parents first, and which of their rows are a building's.
CREATE FUNCTION model_tables() RETURNS TABLE (place int, relation text, condition text)
LANGUAGE sql IMMUTABLE
AS $$
    VALUES
        (1, 'storey', 't.building_id = $1'),
        (2, 'space', 't.building_id = $1'),
        (3, 'equipment', 't.building_id = $1'),
        (4, 'door', 't.building_id = $1'),
        (5, 'system', 't.building_id = $1'),
        (6, 'space_door', 't.door_id IN (SELECT id FROM door WHERE building_id = $1)'),
        (7, 'system_equipment', 't.system_id IN (SELECT id FROM system WHERE building_id = $1)'),
        (8, 'system_serves', 't.system_id IN (SELECT id FROM system WHERE building_id = $1)'),
        (9, 'equipment_serves', 't.equipment_id IN (SELECT id FROM equipment WHERE building_id = $1)'),
        (10, 'equipment_link', 't.source_id IN (SELECT id FROM equipment WHERE building_id = $1)')
$$;

-- Everything an import of a building may change, as it is now.
CREATE FUNCTION model_snapshot(of_building int) RETURNS jsonb
LANGUAGE sql STABLE
RETURN (
    SELECT jsonb_object_agg(relation, model_rows(relation, condition, of_building))
    FROM model_tables()
) || jsonb_build_object('building', model_rows('building', 't.id = $1', of_building));

-- What refers to a storey, a space or a piece of equipment. Rows with an id of their own are put back one
-- by one; the others are the new row's alone.
CREATE FUNCTION model_references(of_thing text) RETURNS TABLE (relation text, field text, single boolean)
LANGUAGE sql IMMUTABLE
AS $$
    SELECT known.relation, known.field, known.single
    FROM (VALUES
        ('storey', 'space', 'storey_id', true),
        ('storey', 'equipment', 'storey_id', true),
        ('storey', 'door', 'storey_id', true),
        ('space', 'equipment', 'space_id', true),
        ('space', 'device', 'space_id', true),
        ('space', 'space_door', 'space_id', false),
        ('space', 'system_serves', 'space_id', false),
        ('space', 'equipment_serves', 'space_id', false),
        ('equipment', 'device', 'equipment_id', true),
        ('equipment', 'system_equipment', 'equipment_id', false),
        ('equipment', 'equipment_serves', 'equipment_id', false),
        ('equipment', 'equipment_link', 'source_id', false),
        ('equipment', 'equipment_link', 'target_id', false)
    ) AS known (thing, relation, field, single)
    WHERE known.thing = of_thing
$$;

-- Deciding -----------------------------------------------------------------------------------------
-- Rooms are not the web role's to write, so these have the owner's rights and say the tenant themselves.
-- A refusal is one sentence, of SQLSTATE P0001.

CREATE FUNCTION match_actor() RETURNS text
LANGUAGE sql STABLE
RETURN coalesce(nullif(current_setting('app.actor', true), ''), session_user);

-- The match, locked together with its building: imports and other decisions wait.
CREATE FUNCTION match_lock(wanted int) RETURNS model_match
LANGUAGE plpgsql
AS $$
DECLARE
    question model_match;
BEGIN
    PERFORM FROM building
    WHERE tenant_id = app_tenant()
        AND id = (SELECT building_id FROM model_match WHERE id = wanted AND tenant_id = app_tenant())
    FOR UPDATE;
    SELECT * INTO question FROM model_match WHERE id = wanted AND tenant_id = app_tenant() FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no such question.';
    END IF;
    RETURN question;
END
$$;

CREATE FUNCTION match_told(of_building int) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    UPDATE building SET decisions = decisions + 1 WHERE id = of_building AND tenant_id = app_tenant();
    INSERT INTO data_version (tenant_id, version) VALUES (app_tenant(), 1)
    ON CONFLICT (tenant_id) DO UPDATE SET version = data_version.version + 1;
END
$$;

-- Devices are locked in the order of their names, as the ingest writes them.
CREATE FUNCTION match_move_devices(of_thing text, from_id int, to_id int, only_ids int[]) RETURNS int[]
LANGUAGE plpgsql
AS $$
DECLARE
    moved int[];
BEGIN
    SELECT coalesce(array_agg(id), '{}') INTO moved
    FROM (
        SELECT id FROM device
        WHERE tenant_id = app_tenant() AND CASE of_thing WHEN 'space' THEN space_id ELSE equipment_id END = from_id
            AND (only_ids IS NULL OR id = ANY (only_ids))
        ORDER BY name FOR UPDATE
    ) AS standing;
    IF of_thing = 'space' THEN
        UPDATE device SET space_id = to_id WHERE id = ANY (moved);
    ELSIF of_thing = 'equipment' THEN
        UPDATE device SET equipment_id = to_id WHERE id = ANY (moved);
    END IF;
    RETURN moved;
END
$$;

-- All that refers to one row refers to another; gives the ids of what has some, by table and column.
CREATE FUNCTION match_repoint(of_thing text, from_id int, to_id int, only_ids jsonb) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    reference record;
    moved int[];
    all_moved jsonb := '{}';
    told text;
BEGIN
    FOR reference IN SELECT * FROM model_references(of_thing) LOOP
        told := reference.relation || '.' || reference.field;
        IF reference.relation = 'device' THEN
            moved := match_move_devices(of_thing, from_id, to_id,
                CASE WHEN only_ids IS NOT NULL THEN ARRAY(SELECT jsonb_array_elements_text(only_ids -> told)::int) END);
            all_moved := all_moved || jsonb_build_object(told, to_jsonb(moved));
        ELSIF reference.single THEN
            EXECUTE format(
                'WITH moved AS (
                     UPDATE %1$I SET %2$I = $2 WHERE %2$I = $1 AND tenant_id = app_tenant()
                         AND ($3 IS NULL OR id = ANY ($3)) RETURNING id
                 ) SELECT array_agg(id ORDER BY id) FROM moved', reference.relation, reference.field)
                INTO moved
                USING from_id, to_id,
                    CASE WHEN only_ids IS NOT NULL THEN ARRAY(SELECT jsonb_array_elements_text(only_ids -> told)::int) END;
            all_moved := all_moved || jsonb_build_object(told, to_jsonb(coalesce(moved, '{}')));
        ELSE
            EXECUTE format('UPDATE %1$I SET %2$I = $2 WHERE %2$I = $1 AND tenant_id = app_tenant()',
                           reference.relation, reference.field)
                USING from_id, to_id;
        END IF;
    END LOOP;
    RETURN all_moved;
END
$$;

-- What a candidate is by now: a row that another one took over is that one.
CREATE FUNCTION match_target(question model_match, target int) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    candidate jsonb := model_row(question.thing, target);
BEGIN
    IF candidate IS NULL THEN
        SELECT model_row(thing, old_id) INTO candidate
        FROM model_match
        WHERE tenant_id = app_tenant() AND building_id = question.building_id AND thing = question.thing
            AND new_id = target AND state = 'accepted' AND undo ->> 'how' = 'takes over';
    END IF;
    IF candidate IS NULL OR (candidate ->> 'building_id')::int <> question.building_id OR candidate ->> 'gone_at' IS NOT NULL THEN
        RAISE EXCEPTION 'The current model has no such candidate any more.';
    END IF;
    RETURN candidate;
END
$$;

-- The old row is the target. A row that came with this version is taken over and goes; to one that was
-- there before, or was taken over already, the devices go.
CREATE FUNCTION match_accept(wanted int, target int) RETURNS model_match
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s'
AS $$
DECLARE
    question model_match := match_lock(wanted);
    before jsonb := model_row(question.thing, question.old_id);
    candidate jsonb;
    came boolean;
    changed jsonb;
BEGIN
    IF question.state <> 'doubtful' THEN
        RAISE EXCEPTION 'This was decided already.';
    ELSIF before ->> 'gone_at' IS NULL THEN
        RAISE EXCEPTION 'The current model has it again, so there is nothing to decide.';
    END IF;
    candidate := match_target(question, target);
    SELECT added -> question.thing @> (candidate -> 'id') INTO came
    FROM model_reissue WHERE id = question.reissue_id;
    changed := jsonb_build_object(
        'sha256', (SELECT model_sha256 FROM building WHERE id = question.building_id), 'into', candidate -> 'id');
    IF came THEN
        changed := changed || jsonb_build_object('how', 'takes over', 'old', before, 'new', candidate,
            'moved', match_repoint(question.thing, target, question.old_id, NULL));
        -- Before the old row says the same: a later version may have bound the new one.
        UPDATE model_match SET old_id = question.old_id
        WHERE tenant_id = app_tenant() AND thing = question.thing AND old_id = target;
        PERFORM model_set(question.thing, question.old_id, candidate || jsonb_build_object('id', question.old_id));
        EXECUTE format('DELETE FROM %I WHERE id = $1 AND tenant_id = app_tenant()', question.thing) USING target;
    ELSIF question.thing = 'storey' THEN
        RAISE EXCEPTION 'That storey is another one already; nothing hangs on a storey that could go to it.';
    ELSE
        changed := changed || jsonb_build_object('how', 'joins', 'moved', jsonb_build_object('devices',
            to_jsonb(match_move_devices(question.thing, question.old_id, (candidate ->> 'id')::int, NULL))));
    END IF;
    UPDATE model_match SET state = 'accepted', new_id = target, undo = changed,
        decided_by = match_actor(), decided_at = now()
    WHERE id = wanted RETURNING * INTO question;
    PERFORM match_told(question.building_id);
    RETURN question;
END
$$;

CREATE FUNCTION match_reject(wanted int) RETURNS model_match
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s'
AS $$
DECLARE
    question model_match := match_lock(wanted);
BEGIN
    IF question.state <> 'doubtful' THEN
        RAISE EXCEPTION 'This was decided already.';
    END IF;
    UPDATE model_match SET state = 'rejected', decided_by = match_actor(), decided_at = now()
    WHERE id = wanted RETURNING * INTO question;
    PERFORM match_told(question.building_id);
    RETURN question;
END
$$;

-- Put back what accepting changed.
CREATE FUNCTION match_put_back(question model_match) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    kept jsonb := question.undo;
BEGIN
    IF kept ->> 'how' = 'joins' THEN
        PERFORM match_move_devices(question.thing, (kept ->> 'into')::int, question.old_id,
            ARRAY(SELECT jsonb_array_elements_text(kept -> 'moved' -> 'devices')::int));
        RETURN;
    END IF;
    PERFORM model_put(question.thing, jsonb_build_array(kept -> 'new'));
    PERFORM match_repoint(question.thing, question.old_id, question.new_id, kept -> 'moved');
    PERFORM model_set(question.thing, question.old_id, kept -> 'old');
END
$$;

-- What was bound without a question is parted: the old row is as it was, and gone; what the model says is
-- a new row. Devices stay with the old one.
CREATE FUNCTION match_part(question model_match) RETURNS int
LANGUAGE plpgsql
AS $$
DECLARE
    earlier jsonb;
    "row" jsonb := model_row(question.thing, question.old_id);
    added_id int := nextval(pg_get_serial_sequence(question.thing, 'id'));
    stays jsonb;
BEGIN
    SELECT one INTO earlier
    FROM model_reissue, jsonb_array_elements(model_reissue.before -> question.thing) AS one
    WHERE model_reissue.id = question.reissue_id AND (one ->> 'id')::int = question.old_id;
    IF earlier IS NULL THEN
        RAISE EXCEPTION 'How it was before is no longer kept.';
    END IF;
    PERFORM model_put(question.thing, jsonb_build_array("row" || jsonb_build_object('id', added_id)));
    stays := match_repoint(question.thing, question.old_id, added_id, NULL);
    PERFORM match_move_devices(question.thing, added_id, question.old_id, NULL);
    PERFORM model_set(question.thing, question.old_id, earlier || jsonb_build_object('gone_at', now()));
    UPDATE model_reissue SET added = jsonb_set(added, ARRAY[question.thing], added -> question.thing || to_jsonb(added_id))
    WHERE id = question.reissue_id;
    RETURN added_id;
END
$$;

-- Take a decision back, or a binding that nobody was asked about; the question is open then.
CREATE FUNCTION match_undo(wanted int) RETURNS model_match
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s'
AS $$
DECLARE
    question model_match := match_lock(wanted);
    current_sha256 text := (SELECT model_sha256 FROM building WHERE id = question.building_id);
    made_sha256 text := coalesce(question.undo ->> 'sha256',
        (SELECT model_sha256 FROM model_reissue WHERE id = question.reissue_id));
    added_id int;
BEGIN
    IF question.state NOT IN ('sure', 'accepted', 'rejected') THEN
        RAISE EXCEPTION 'There is nothing to undo.';
    ELSIF question.state <> 'rejected' AND current_sha256 IS DISTINCT FROM made_sha256 THEN
        RAISE EXCEPTION 'A newer model came since; return to the version before it first.';
    ELSIF question.state <> 'rejected' AND EXISTS (
        SELECT FROM model_match
        WHERE tenant_id = app_tenant() AND building_id = question.building_id AND thing = question.thing
            AND state = 'accepted' AND id <> wanted AND (undo ->> 'into')::int = question.old_id
    ) THEN
        RAISE EXCEPTION 'The devices of another room came here afterwards; undo that first.';
    END IF;
    IF question.state = 'accepted' THEN
        PERFORM match_put_back(question);
    ELSIF question.state = 'sure' THEN
        added_id := match_part(question);
    END IF;
    UPDATE model_match SET state = 'doubtful', new_id = NULL, undo = NULL, decided_by = NULL, decided_at = NULL,
        candidates = CASE WHEN added_id IS NULL THEN candidates
            ELSE jsonb_build_array(candidates -> 0 || jsonb_build_object('id', added_id)) END
    WHERE id = wanted RETURNING * INTO question;
    PERFORM match_told(question.building_id);
    RETURN question;
END
$$;

-- Make a building what it was before its newest model, decisions on that one included.
CREATE FUNCTION model_return(of_building int) RETURNS model_reissue
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s'
AS $$
DECLARE
    newest model_reissue;
    decided model_match;
BEGIN
    PERFORM FROM building WHERE id = of_building AND tenant_id = app_tenant() FOR UPDATE;
    SELECT * INTO newest FROM model_reissue
    WHERE tenant_id = app_tenant() AND building_id = of_building AND returned_at IS NULL
    ORDER BY id DESC LIMIT 1 FOR UPDATE;
    IF newest.before IS NULL THEN
        RAISE EXCEPTION 'No earlier version of this model is kept.';
    END IF;
    FOR decided IN
        SELECT * FROM model_match
        WHERE tenant_id = app_tenant() AND building_id = of_building AND state = 'accepted'
            AND undo ->> 'sha256' = newest.model_sha256
        ORDER BY decided_at DESC, id DESC
    LOOP
        PERFORM match_put_back(decided);
        UPDATE model_match SET state = 'doubtful', new_id = NULL, undo = NULL, decided_by = NULL, decided_at = NULL
        WHERE id = decided.id;
    END LOOP;
    UPDATE model_match SET state = 'undone', decided_by = match_actor(), decided_at = now()
    WHERE tenant_id = app_tenant() AND reissue_id = newest.id;
    PERFORM model_restore(of_building, newest.before);
    UPDATE model_reissue SET returned_by = match_actor(), returned_at = now(), before = NULL
    WHERE id = newest.id RETURNING * INTO newest;
    UPDATE model_version SET state = 'replaced'
    WHERE tenant_id = app_tenant() AND building_id = of_building AND state = 'current';
    -- The same file may have been brought more than once.
    UPDATE model_version SET state = 'current', decided_by = match_actor(), decided_at = now()
    WHERE id = (
        SELECT max(id) FROM model_version
        WHERE tenant_id = app_tenant() AND building_id = of_building AND state = 'replaced'
            AND file_sha256 = newest.previous_sha256
    );
    PERFORM audit_write(newest.tenant_id, 'return to an earlier model', 'building ' || of_building, NULL,
                        to_jsonb(newest) - 'added');
    PERFORM match_told(of_building);
    RETURN newest;
END
$$;

CREATE FUNCTION model_restore(of_building int, kept jsonb) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    known record;
    one jsonb;
    present jsonb;
BEGIN
    FOR known IN SELECT * FROM model_tables() WHERE place > 3 ORDER BY place DESC LOOP
        EXECUTE format('DELETE FROM %I AS t WHERE t.tenant_id = app_tenant() AND %s', known.relation, known.condition)
            USING of_building;
    END LOOP;
    -- Rows that are to go may be referred to until all that stay are as they were.
    FOR known IN SELECT * FROM model_tables() WHERE place <= 3 ORDER BY place LOOP
        FOR one IN SELECT jsonb_array_elements(kept -> known.relation) LOOP
            PERFORM model_set(known.relation, (one ->> 'id')::int, one);
        END LOOP;
    END LOOP;
    PERFORM model_leave(of_building, kept);
    FOR known IN SELECT * FROM model_tables() WHERE place <= 3 ORDER BY place DESC LOOP
        EXECUTE format('DELETE FROM %I AS t WHERE t.tenant_id = app_tenant() AND %s AND NOT $2 @> to_jsonb(t.id)',
                       known.relation, known.condition)
            USING of_building, jsonb_path_query_array(kept -> known.relation, '$[*].id');
    END LOOP;
    FOR known IN SELECT * FROM model_tables() WHERE place > 3 ORDER BY place LOOP
        PERFORM model_put(known.relation, kept -> known.relation);
    END LOOP;
    -- What people say of a building stays, as its name does and a place that they gave it.
    present := model_row('building', of_building);
    SELECT jsonb_object_agg(key, value) INTO one
    FROM jsonb_each(kept -> 'building' -> 0)
    WHERE key IN ('model_sha256', 'model', 'georeference', 'timezone', 'said_location', 'said_north_deg')
        OR (key IN ('location', 'true_north_deg') AND present ->> 'placed_by' IS NULL);
    PERFORM model_set('building', of_building, present || one);
END
$$;

-- Devices that people placed in what is to go stand nowhere then, and wait in the inbox.
CREATE FUNCTION model_leave(of_building int, kept jsonb) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    rooms int[] := ARRAY(SELECT (one ->> 'id')::int FROM jsonb_array_elements(kept -> 'space') AS one);
    pieces int[] := ARRAY(SELECT (one ->> 'id')::int FROM jsonb_array_elements(kept -> 'equipment') AS one);
BEGIN
    PERFORM FROM device
    WHERE tenant_id = app_tenant() AND building_id = of_building
        AND (space_id <> ALL (rooms) OR equipment_id <> ALL (pieces))
    ORDER BY name FOR UPDATE;
    UPDATE device SET equipment_id = NULL
    WHERE tenant_id = app_tenant() AND building_id = of_building AND equipment_id <> ALL (pieces);
    UPDATE device SET building_id = NULL, space_id = NULL, equipment_id = NULL
    WHERE tenant_id = app_tenant() AND building_id = of_building AND space_id <> ALL (rooms);
END
$$;

REVOKE EXECUTE ON FUNCTION model_columns(text), model_rows(text, text, int), model_put(text, jsonb),
    model_set(text, int, jsonb), model_row(text, int), model_tables(), model_snapshot(int),
    model_references(text), match_actor(), match_lock(int), match_told(int),
    match_move_devices(text, int, int, int[]), match_repoint(text, int, int, jsonb),
    match_target(model_match, int), match_accept(int, int), match_reject(int), match_put_back(model_match),
    match_part(model_match), match_undo(int), model_return(int), model_restore(int, jsonb),
    model_leave(int, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION model_columns(text), model_rows(text, text, int), model_tables(), model_snapshot(int)
    TO clerestory_worker;
GRANT EXECUTE ON FUNCTION match_accept(int, int), match_reject(int), match_undo(int), model_return(int)
    TO clerestory_web, clerestory_worker;
