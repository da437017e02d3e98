-- What an import of a building model writes.

-- name: building_add
INSERT INTO building (tenant_id, name) VALUES (app_tenant(), %(name)s) ON CONFLICT (tenant_id, name) DO NOTHING;

-- name: building_lock
-- Two imports of one building follow each other.
SELECT id, model_sha256 FROM building WHERE name = %(name)s FOR UPDATE;

-- name: building_set
-- A place that is doubtful or not stated leaves the one that is known; what people say wins.
UPDATE building SET model_sha256 = %(model_sha256)s, model = %(model)s, georeference = %(georeference)s,
    timezone = coalesce(%(timezone)s, timezone),
    said_location = coalesce(%(location)s, said_location), said_north_deg = %(true_north_deg)s,
    location = CASE WHEN placed_by IS NULL THEN coalesce(%(location)s, location) ELSE location END,
    true_north_deg = CASE WHEN placed_by IS NULL THEN %(true_north_deg)s ELSE true_north_deg END
WHERE id = %(building_id)s;

-- name: storeys_known
SELECT id, name, global_id, elevation_m, gone_at IS NOT NULL AS gone
FROM storey WHERE building_id = %(building_id)s ORDER BY id;

-- name: spaces_known
SELECT id, name, long_name, global_id, storey_id AS storey, footprint, floor_m, area_m2, properties,
    gone_at IS NOT NULL AS gone
FROM space WHERE building_id = %(building_id)s ORDER BY id;

-- name: equipment_known
SELECT id, name, global_id, kind, tag, storey_id AS storey, space_id AS space,
    position -> 'coordinates' AS position, properties, gone_at IS NOT NULL AS gone
FROM equipment WHERE building_id = %(building_id)s ORDER BY id;

-- name: building_named
SELECT id FROM building WHERE name = %(name)s;

-- name: reissue_add
-- Before anything is written: with all rows as they are.
INSERT INTO model_reissue (tenant_id, building_id, model_sha256, previous_sha256, frame, added, before, actor)
SELECT app_tenant(), %(building_id)s, %(model_sha256)s, %(previous_sha256)s, %(frame)s, '{}', model_snapshot(%(building_id)s),
    coalesce(nullif(current_setting('app.actor', true), ''), session_user)
RETURNING id;

-- name: reissue_set
UPDATE model_reissue SET added = %(added)s WHERE id = %(reissue_id)s;

-- name: forget
-- What is written anew. Members and rooms of doors and systems go with them.
WITH doors AS (DELETE FROM door WHERE building_id = %(building_id)s),
systems AS (DELETE FROM system WHERE building_id = %(building_id)s),
served AS (
    DELETE FROM equipment_serves USING equipment
    WHERE equipment.id = equipment_serves.equipment_id AND equipment.building_id = %(building_id)s
)
DELETE FROM equipment_link USING equipment
WHERE equipment.id = equipment_link.source_id AND equipment.building_id = %(building_id)s;

-- name: gone
WITH storeys AS (
    UPDATE storey SET gone_at = now()
    WHERE building_id = %(building_id)s AND gone_at IS NULL AND id <> ALL (%(storeys)s::int[])
    RETURNING 'storey' AS thing
), spaces AS (
    UPDATE space SET gone_at = now()
    WHERE building_id = %(building_id)s AND gone_at IS NULL AND id <> ALL (%(spaces)s::int[])
    RETURNING 'space' AS thing
), equipment AS (
    UPDATE equipment SET gone_at = now()
    WHERE building_id = %(building_id)s AND gone_at IS NULL AND id <> ALL (%(equipment)s::int[])
    RETURNING 'equipment' AS thing
)
SELECT thing, count(*)
FROM (SELECT thing FROM storeys UNION ALL SELECT thing FROM spaces UNION ALL SELECT thing FROM equipment) AS left_over
GROUP BY thing;

-- name: storey_add
INSERT INTO storey (tenant_id, building_id, name, global_id, elevation_m, plan)
VALUES (app_tenant(), %(building_id)s, %(name)s, %(global_id)s, %(elevation_m)s, %(plan)s)
RETURNING id;

-- name: storey_set
UPDATE storey SET name = %(name)s, global_id = %(global_id)s, elevation_m = %(elevation_m)s, plan = %(plan)s, gone_at = NULL
WHERE id = %(id)s
RETURNING id;

-- name: space_add
INSERT INTO space (tenant_id, building_id, storey_id, name, long_name, global_id, footprint, label_point,
    footprint_area_m2, area_m2, area_source, height_m, mean_height_m, floor_m, use, zones, properties)
VALUES (app_tenant(), %(building_id)s, %(storey_id)s, %(name)s, %(long_name)s, %(global_id)s, %(footprint)s,
    %(label_point)s, %(footprint_area_m2)s, %(area_m2)s, %(area_source)s, %(height_m)s,
    %(mean_height_m)s, %(floor_m)s, %(use)s, %(zones)s, %(properties)s)
RETURNING id;

-- name: space_set
UPDATE space SET storey_id = %(storey_id)s, name = %(name)s, global_id = %(global_id)s, long_name = %(long_name)s,
    footprint = %(footprint)s, label_point = %(label_point)s, footprint_area_m2 = %(footprint_area_m2)s,
    area_m2 = %(area_m2)s, area_source = %(area_source)s, height_m = %(height_m)s,
    mean_height_m = %(mean_height_m)s, floor_m = %(floor_m)s, use = %(use)s, zones = %(zones)s,
    properties = %(properties)s, gone_at = NULL
WHERE id = %(id)s
RETURNING id;

-- name: equipment_add
INSERT INTO equipment (tenant_id, building_id, storey_id, space_id, name, kind, predefined_type, tag,
    global_id, position, properties)
VALUES (app_tenant(), %(building_id)s, %(storey_id)s, %(space_id)s, %(name)s, %(kind)s,
    %(predefined_type)s, %(tag)s, %(global_id)s, %(position)s, %(properties)s)
RETURNING id;

-- name: equipment_set
UPDATE equipment SET storey_id = %(storey_id)s, space_id = %(space_id)s, name = %(name)s,
    global_id = %(global_id)s, kind = %(kind)s,
    predefined_type = %(predefined_type)s, tag = %(tag)s, position = %(position)s,
    properties = %(properties)s, gone_at = NULL
WHERE id = %(id)s
RETURNING id;

-- name: door_add
INSERT INTO door (tenant_id, building_id, storey_id, name, global_id, outline)
VALUES (app_tenant(), %(building_id)s, %(storey_id)s, %(name)s, %(global_id)s, %(outline)s)
RETURNING id;

-- name: system_add
INSERT INTO system (tenant_id, building_id, name, global_id, kind)
VALUES (app_tenant(), %(building_id)s, %(name)s, %(global_id)s, %(kind)s)
RETURNING id;

-- name: space_door_add
INSERT INTO space_door (tenant_id, door_id, space_id)
SELECT app_tenant(), door_id, space_id FROM unnest(%(firsts)s::int[], %(seconds)s::int[]) AS pair (door_id, space_id);

-- name: system_equipment_add
INSERT INTO system_equipment (tenant_id, system_id, equipment_id)
SELECT app_tenant(), system_id, equipment_id
FROM unnest(%(firsts)s::int[], %(seconds)s::int[]) AS pair (system_id, equipment_id);

-- name: system_serves_add
INSERT INTO system_serves (tenant_id, system_id, space_id)
SELECT app_tenant(), system_id, space_id FROM unnest(%(firsts)s::int[], %(seconds)s::int[]) AS pair (system_id, space_id);

-- name: equipment_serves_add
INSERT INTO equipment_serves (tenant_id, equipment_id, space_id)
SELECT app_tenant(), equipment_id, space_id
FROM unnest(%(firsts)s::int[], %(seconds)s::int[]) AS pair (equipment_id, space_id);

-- name: equipment_link_add
INSERT INTO equipment_link (tenant_id, source_id, target_id, directed)
SELECT app_tenant(), source_id, target_id, directed
FROM unnest(%(firsts)s::int[], %(seconds)s::int[], %(directed)s::boolean[]) AS pair (source_id, target_id, directed)
ON CONFLICT DO NOTHING;

-- name: reissues_forget
-- Of most re-issues it is enough to know that they were; the newest few can be returned from.
UPDATE model_reissue SET before = NULL
WHERE building_id = %(building_id)s AND before IS NOT NULL AND id NOT IN (
    SELECT id FROM model_reissue WHERE building_id = %(building_id)s AND before IS NOT NULL ORDER BY id DESC LIMIT %(most)s
);

-- name: match_add
INSERT INTO model_match (tenant_id, building_id, reissue_id, thing, old_id, confidence, evidence, candidates, state)
VALUES (app_tenant(), %(building_id)s, %(reissue_id)s, %(thing)s, %(old_id)s, %(confidence)s, %(evidence)s,
    %(candidates)s, %(state)s);

-- name: version_grow
INSERT INTO data_version (tenant_id, version) VALUES (app_tenant(), 1)
ON CONFLICT (tenant_id) DO UPDATE SET version = data_version.version + 1;
