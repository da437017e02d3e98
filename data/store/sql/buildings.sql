-- Buildings as their models say. `gone_at` marks what the newest version of a model no longer has.

-- name: tenant_named
SELECT tenant_named(%(name)s);

-- name: list
-- One row a building, by name.
SELECT building.id, building.name, building.timezone, building.location, building.georeference,
    building.true_north_deg, building.model,
    (SELECT count(*) FROM storey WHERE storey.building_id = building.id AND storey.gone_at IS NULL) AS storeys,
    rooms.spaces, rooms.area_m2, building.placed_by
FROM building
CROSS JOIN LATERAL (
    SELECT count(*) AS spaces, sum(space.area_m2) AS area_m2
    FROM space WHERE space.building_id = building.id AND space.gone_at IS NULL
) AS rooms
ORDER BY building.name;

-- name: storeys
-- The lowest first.
SELECT storey.id, storey.building_id, storey.name, storey.elevation_m, count(space.id) AS rooms
FROM storey
LEFT JOIN space ON space.storey_id = storey.id AND space.gone_at IS NULL
WHERE storey.building_id = %(building_id)s AND storey.gone_at IS NULL
GROUP BY storey.id
ORDER BY storey.elevation_m NULLS LAST, storey.id;

-- name: plan
-- All that one storey draws, in one row: aggregates, so that a page asks once.
SELECT storey.id, storey.building_id, storey.name, storey.elevation_m, building.true_north_deg,
    storey.plan AS elements,
    (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', space.id, 'name', space.name, 'long_name', space.long_name, 'use', space.use,
            'footprint', space.footprint, 'label_point', space.label_point -> 'coordinates',
            'area_m2', space.area_m2, 'height_m', space.height_m)
            ORDER BY space.name, space.id), '[]')
        FROM space WHERE space.storey_id = storey.id AND space.gone_at IS NULL) AS rooms,
    (SELECT coalesce(jsonb_agg(jsonb_build_object(
            'id', door.id, 'name', door.name, 'outline', door.outline,
            'spaces', (SELECT coalesce(jsonb_agg(space_door.space_id ORDER BY space_door.space_id), '[]')
                FROM space_door WHERE space_door.door_id = door.id))
            ORDER BY door.id), '[]')
        FROM door WHERE door.storey_id = storey.id) AS doors
FROM storey
JOIN building ON building.id = storey.building_id
WHERE storey.id = %(storey_id)s;

-- name: space
SELECT space.id, space.building_id, space.storey_id, building.name AS building, storey.name AS storey,
    space.name, space.long_name, space.global_id, space.use, space.zones, space.footprint, space.area_m2,
    space.area_source, space.footprint_area_m2, space.height_m, space.floor_m, space.properties,
    space.gone_at,
    ARRAY(SELECT system.name FROM system_serves JOIN system ON system.id = system_serves.system_id
        WHERE system_serves.space_id = space.id ORDER BY system.name) AS served_by
FROM space
JOIN building ON building.id = space.building_id
LEFT JOIN storey ON storey.id = space.storey_id
WHERE space.id = %(space_id)s;

-- name: spaces_by_global_id
SELECT global_id, id
FROM space
WHERE building_id = %(building_id)s AND global_id IS NOT NULL AND gone_at IS NULL;

-- name: bind_device
-- Into a room of any building of the tenant; no row: there is no such device or no such room.
UPDATE device SET building_id = space.building_id, space_id = space.id
FROM space
WHERE device.id = %(device_id)s AND space.id = %(space_id)s AND space.gone_at IS NULL
RETURNING device.id;

-- name: unbind_device
UPDATE device SET building_id = NULL, space_id = NULL, equipment_id = NULL
WHERE device.id = %(device_id)s
RETURNING device.id;

-- name: version_grow
INSERT INTO data_version (tenant_id, version) VALUES (app_tenant(), 1)
ON CONFLICT (tenant_id) DO UPDATE SET version = data_version.version + 1;

-- name: place_by_hand
UPDATE building SET location = jsonb_build_object('type', 'Point',
        'coordinates', jsonb_build_array(%(longitude)s::float8, %(latitude)s::float8)),
    true_north_deg = %(true_north_deg)s, placed_by = %(actor)s, placed_at = now()
WHERE id = %(building_id)s
RETURNING id;

-- name: place_as_said
UPDATE building SET location = said_location, true_north_deg = said_north_deg, placed_by = NULL, placed_at = NULL
WHERE id = %(building_id)s
RETURNING id;
