-- Spatial questions. Those that begin with `postgis_` are answered by the server's geometry; those that
-- begin with `outlines_` hand out what is kept as GeoJSON, to be answered outside; the rest serve both.

-- name: has_postgis
-- The function is made where the server has PostGIS and it was reconciled (../reconcile/postgis.sql). How
-- many sides an outline has is guessed far too high, and a statement of milliseconds was compiled for two
-- seconds: not in this transaction.
SELECT to_regprocedure('space_within(int, float8, float8, float8, float8)') IS NOT NULL,
    set_config('jit', 'off', true);

-- name: devices_in
-- Placed in the room, or in none but on equipment that stands in it.
SELECT device.id, device.name
FROM device
WHERE device.space_id = %(room)s
    OR device.space_id IS NULL
        AND device.equipment_id IN (SELECT equipment.id FROM equipment WHERE equipment.space_id = %(room)s)
ORDER BY device.name, device.id;

-- name: rooms
SELECT space.id, space.name, space.long_name, space.storey_id, storey.name AS storey,
    space.footprint_area_m2 AS area_m2
FROM space
LEFT JOIN storey ON storey.id = space.storey_id
WHERE space.id = ANY (%(ids)s) AND space.gone_at IS NULL;

-- name: place
-- Where a room is: its building, its storey, and the point of its label.
SELECT building_id, storey_id, (label_point #>> '{coordinates,0}')::float8 AS x,
    (label_point #>> '{coordinates,1}')::float8 AS y
FROM space
WHERE id = %(room)s AND gone_at IS NULL;

-- name: storeys
-- The storeys of a building that have rooms with an outline.
SELECT storey.id, storey.elevation_m
FROM storey
WHERE storey.building_id = %(building)s AND storey.gone_at IS NULL
    AND EXISTS (SELECT FROM space
        WHERE space.storey_id = storey.id AND space.footprint IS NOT NULL AND space.gone_at IS NULL);

-- name: doors
-- The rooms on the other side of a room's doors, with the names of the doors.
SELECT beyond.space_id, array_agg(coalesce(door.name, '') ORDER BY door.id) AS doors
FROM space_door AS own
JOIN space_door AS beyond ON beyond.door_id = own.door_id AND beyond.space_id <> own.space_id
JOIN door ON door.id = own.door_id
JOIN space ON space.id = beyond.space_id AND space.gone_at IS NULL
WHERE own.space_id = %(room)s
GROUP BY beyond.space_id;

-- name: sensors
SELECT series.id AS series_id, series.metric, device.id AS device_id, device.name AS device,
    space.id AS space_id, space.name AS space, space.storey_id, storey.name AS storey
FROM series
JOIN device ON device.id = series.device_id
LEFT JOIN equipment ON equipment.id = device.equipment_id
LEFT JOIN space ON space.id = coalesce(device.space_id, equipment.space_id) AND space.gone_at IS NULL
LEFT JOIN storey ON storey.id = space.storey_id
WHERE series.id = ANY (%(ids)s);

-- name: outlines_sensors
-- What measures a quantity, or anything, in the rooms of a building: at the place of the equipment that a
-- device is, else at the label of its room.
SELECT series.id, (place.point #>> '{coordinates,0}')::float8 AS x,
    (place.point #>> '{coordinates,1}')::float8 AS y
FROM device
LEFT JOIN equipment ON equipment.id = device.equipment_id AND equipment.gone_at IS NULL
JOIN space ON space.id = coalesce(device.space_id, equipment.space_id) AND space.gone_at IS NULL
JOIN series ON series.device_id = device.id
CROSS JOIN LATERAL (SELECT coalesce(equipment.position, space.label_point) AS point) AS place
WHERE space.building_id = %(building)s AND place.point IS NOT NULL
    AND (%(quantity)s::text IS NULL OR series.quantity = %(quantity)s);

-- name: outlines_rooms
SELECT id, footprint::text
FROM space
WHERE building_id = %(building)s AND gone_at IS NULL AND footprint IS NOT NULL
    AND (%(storeys)s::int[] IS NULL OR storey_id = ANY (%(storeys)s));

-- name: outlines_own
SELECT building_id, footprint::text FROM space WHERE id = %(room)s AND footprint IS NOT NULL;

-- name: outlines_outdoors
-- Where the devices that measure a quantity, or anything, say they are.
SELECT series.id, (state.location #>> '{coordinates,0}')::float8 AS longitude,
    (state.location #>> '{coordinates,1}')::float8 AS latitude
FROM device_state AS state
JOIN series ON series.device_id = state.device_id
WHERE state.location IS NOT NULL AND (%(quantity)s::text IS NULL OR series.quantity = %(quantity)s);

-- name: outlines_buildings
SELECT id, (location #>> '{coordinates,0}')::float8 AS longitude,
    (location #>> '{coordinates,1}')::float8 AS latitude
FROM building
WHERE location IS NOT NULL;

-- name: outlines_devices
SELECT device_id, (location #>> '{coordinates,0}')::float8 AS longitude,
    (location #>> '{coordinates,1}')::float8 AS latitude
FROM device_state
WHERE location IS NOT NULL;

-- name: buildings
SELECT id, name, (location #>> '{coordinates,0}')::float8 AS longitude,
    (location #>> '{coordinates,1}')::float8 AS latitude
FROM building
WHERE id = ANY (%(ids)s)
ORDER BY name, id;

-- name: devices
SELECT device.id, device.name, (state.location #>> '{coordinates,0}')::float8 AS longitude,
    (state.location #>> '{coordinates,1}')::float8 AS latitude
FROM device
JOIN device_state AS state ON state.device_id = device.id
WHERE device.id = ANY (%(ids)s)
ORDER BY device.name, device.id;

-- name: postgis_distances
-- The rooms of a building within a radius of a point of its plans; inside a room the distance is 0.
SELECT space.id, ST_Distance(space.geom, here.point) AS distance_m
FROM (SELECT ST_Point(%(x)s, %(y)s) AS point) AS here
CROSS JOIN LATERAL space_within(%(building)s, %(x)s - %(radius_m)s, %(y)s - %(radius_m)s,
                                %(x)s + %(radius_m)s, %(y)s + %(radius_m)s) AS inside (space_id)
JOIN space ON space.id = inside.space_id
WHERE (%(storeys)s::int[] IS NULL OR space.storey_id = ANY (%(storeys)s))
    AND ST_DWithin(space.geom, here.point, %(radius_m)s);

-- name: postgis_shared_walls
-- For each room beside a room: how much of the room's own outline faces it across no more than a wall.
-- Sides face each other when they run against each other, as all outlines are turned one way round; ends
-- are flat, so that rooms which only meet at a corner share nothing. An outline that crosses itself has no
-- way round and is mended first.
WITH own AS (
    SELECT id, building_id, ST_Expand(geom, %(wall_m)s) AS reach,
        ST_CollectionExtract(ST_MakeValid(geom), 3) AS geom
    FROM space WHERE id = %(room)s
), beside AS (
    SELECT space.id, ST_CollectionExtract(ST_MakeValid(space.geom), 3) AS geom
    FROM own
    CROSS JOIN LATERAL space_within(own.building_id, ST_XMin(own.reach), ST_YMin(own.reach),
                                    ST_XMax(own.reach), ST_YMax(own.reach)) AS inside (space_id)
    JOIN space ON space.id = inside.space_id AND space.id <> own.id
    WHERE space.storey_id = ANY (%(storeys)s) AND ST_DWithin(space.geom, own.geom, %(wall_m)s)
), own_side AS (
    SELECT side.path, side.geom, ST_Azimuth(ST_StartPoint(side.geom), ST_EndPoint(side.geom)) AS azimuth
    FROM own CROSS JOIN LATERAL ST_DumpSegments(ST_ForcePolygonCCW(own.geom)) AS side
), other_side AS (
    SELECT beside.id, side.geom, ST_Azimuth(ST_StartPoint(side.geom), ST_EndPoint(side.geom)) AS azimuth
    FROM beside CROSS JOIN LATERAL ST_DumpSegments(ST_ForcePolygonCCW(beside.geom)) AS side
), shared AS (
    SELECT other_side.id, ST_Length(ST_Intersection(own_side.geom,
        ST_Union(ST_Buffer(other_side.geom, %(wall_m)s, 'endcap=flat')))) AS length_m
    FROM own_side
    JOIN other_side ON cos(own_side.azimuth - other_side.azimuth) < %(against)s
        AND ST_DWithin(own_side.geom, other_side.geom, %(wall_m)s)
    GROUP BY other_side.id, own_side.path, own_side.geom
)
SELECT id, sum(length_m) AS length_m FROM shared GROUP BY id;

-- name: postgis_overlaps
-- For each room of some storeys: the area that lies right above or below a room.
WITH own AS (
    SELECT building_id, geom FROM space WHERE id = %(room)s
)
SELECT space.id, ST_Area(ST_Intersection(ST_MakeValid(own.geom), ST_MakeValid(space.geom))) AS area_m2
FROM own
CROSS JOIN LATERAL space_within(own.building_id, ST_XMin(own.geom), ST_YMin(own.geom),
                                ST_XMax(own.geom), ST_YMax(own.geom)) AS inside (space_id)
JOIN space ON space.id = inside.space_id
WHERE space.storey_id = ANY (%(storeys)s);

-- name: postgis_sensors
SELECT series.id, ST_Distance(ST_Force2D(ST_SetSRID(ST_GeomFromGeoJSON(place.point), 0)),
    ST_Point(%(x)s, %(y)s)) AS distance_m
FROM device
LEFT JOIN equipment ON equipment.id = device.equipment_id AND equipment.gone_at IS NULL
JOIN space ON space.id = coalesce(device.space_id, equipment.space_id) AND space.gone_at IS NULL
JOIN series ON series.device_id = device.id
CROSS JOIN LATERAL (SELECT coalesce(equipment.position, space.label_point) AS point) AS place
WHERE space.building_id = %(building)s AND place.point IS NOT NULL
    AND (%(quantity)s::text IS NULL OR series.quantity = %(quantity)s);

-- name: postgis_outdoors
-- On a sphere of the earth's mean radius.
SELECT series.id, ST_DistanceSphere(state.geom, here.point) AS distance_m
FROM (SELECT ST_SetSRID(ST_Point(%(longitude)s, %(latitude)s), 4326) AS point) AS here
CROSS JOIN unnest(%(wests)s::float8[], %(easts)s::float8[]) AS box (west, east)
CROSS JOIN LATERAL device_within(box.west, %(south)s, box.east, %(north)s) AS inside (device_id)
JOIN device_state AS state ON state.device_id = inside.device_id
JOIN series ON series.device_id = state.device_id
WHERE (%(quantity)s::text IS NULL OR series.quantity = %(quantity)s)
    AND ST_DistanceSphere(state.geom, here.point) <= %(radius_m)s;

-- name: postgis_buildings
SELECT DISTINCT building.id
FROM unnest(%(wests)s::float8[], %(easts)s::float8[]) AS box (west, east)
CROSS JOIN LATERAL building_within(box.west, %(south)s, box.east, %(north)s) AS inside (building_id)
JOIN building ON building.id = inside.building_id
WHERE ST_Covers(ST_MakeEnvelope(box.west, %(south)s, box.east, %(north)s, 4326), building.geom);

-- name: postgis_devices
SELECT DISTINCT state.device_id
FROM unnest(%(wests)s::float8[], %(easts)s::float8[]) AS box (west, east)
CROSS JOIN LATERAL device_within(box.west, %(south)s, box.east, %(north)s) AS inside (device_id)
JOIN device_state AS state ON state.device_id = inside.device_id
WHERE ST_Covers(ST_MakeEnvelope(box.west, %(south)s, box.east, %(north)s, 4326), state.geom);
