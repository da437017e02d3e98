-- What the map shows. Those that begin with `postgis_` are answered from the server's geometry and its GiST
-- index, those that begin with `outlines_` from the GeoJSON that is kept, where there is no PostGIS; both
-- answer the same.

-- name: buildings
-- One row a building, by name, with the outlines of the rooms on its ground floor: the lowest storey
-- that is not below the ground, else the highest of those below.
SELECT building.id, building.name, building.location, building.true_north_deg,
    ground.footprints, heights.bottom_m, heights.top_m
FROM building
LEFT JOIN LATERAL (
    SELECT jsonb_agg(space.footprint ORDER BY space.id) AS footprints
    FROM storey
    JOIN space ON space.storey_id = storey.id AND space.gone_at IS NULL AND space.footprint IS NOT NULL
    WHERE storey.building_id = building.id AND storey.gone_at IS NULL
    GROUP BY storey.id
    ORDER BY coalesce(storey.elevation_m, 0) < -0.5, abs(coalesce(storey.elevation_m, 0)), storey.id
    LIMIT 1
) AS ground ON true
CROSS JOIN LATERAL (
    SELECT min(level.floor_m) AS bottom_m, max(level.floor_m + coalesce(space.height_m, 0)) AS top_m
    FROM space
    LEFT JOIN storey ON storey.id = space.storey_id
    CROSS JOIN LATERAL (SELECT coalesce(space.floor_m, storey.elevation_m) AS floor_m) AS level
    WHERE space.building_id = building.id AND space.gone_at IS NULL AND space.footprint IS NOT NULL
) AS heights
ORDER BY building.name, building.id;

-- name: postgis_clusters
-- Devices outdoors in one tile of the web's square map, put together by a grid of cells in it: one row a
-- cell, at the middle of its devices. A device belongs to one cell alone, so tiles can be set side by side.
WITH outdoors AS (
    SELECT inside.*, ST_SnapToGrid(ST_Transform(geom, 3857), -%(cell_from_m)s, %(cell_from_m)s,
                                   %(cell_m)s, %(cell_m)s) AS cell
    FROM device_outdoors(%(west)s, %(south)s, %(east)s, %(north)s) AS inside
)
SELECT count(*) AS devices, avg(ST_X(geom)) AS longitude, avg(ST_Y(geom)) AS latitude,
    min(device_id) AS device_id, min(device) AS device, max(last_seen) AS last_seen,
    count(*) FILTER (WHERE last_seen < %(silent_before)s) AS silent
FROM outdoors
GROUP BY cell
HAVING ST_Intersects(cell, ST_TileEnvelope(%(z)s, %(x)s, %(y)s))
ORDER BY ST_Y(cell) DESC, ST_X(cell);

-- name: outlines_clusters
WITH outdoors AS (
    SELECT device.id, device.name, state.last_seen, place.longitude, place.latitude
    FROM device_state AS state
    JOIN device ON device.id = state.device_id AND device.space_id IS NULL
    CROSS JOIN LATERAL (
        SELECT (state.location #>> '{coordinates,0}')::float8 AS longitude,
            (state.location #>> '{coordinates,1}')::float8 AS latitude
    ) AS place
    WHERE place.longitude BETWEEN %(west)s AND %(east)s AND place.latitude BETWEEN %(south)s AND %(north)s
),
placed AS (
    SELECT outdoors.*,
        floor((longitude + 180) / 360 * %(cells_around)s + %(edge)s)::bigint AS column_,
        floor((0.5 - ln((1 + sind(latitude)) / (1 - sind(latitude))) / (4 * pi())) * %(cells_around)s
              + %(edge)s)::bigint AS row_
    FROM outdoors
)
SELECT count(*) AS devices, avg(longitude) AS longitude, avg(latitude) AS latitude,
    min(id) AS device_id, min(name) AS device, max(last_seen) AS last_seen,
    count(*) FILTER (WHERE last_seen < %(silent_before)s) AS silent
FROM placed
WHERE column_ BETWEEN %(first_column)s AND %(last_column)s AND row_ BETWEEN %(first_row)s AND %(last_row)s
GROUP BY column_, row_
ORDER BY row_, column_;

-- name: nearest
-- Devices outdoors within a box about a place, the nearest first; the distance is along the great circle
-- of a sphere of the earth's mean radius.
WITH reach AS (
    SELECT %(radius_m)s::float8 / 111195 AS north,
        %(radius_m)s::float8 / (111195 * greatest(cosd(%(latitude)s::float8), 0.01)) AS east
)
SELECT device.id AS device_id, device.name AS device, state.last_seen,
    place.longitude, place.latitude, distance_m
FROM reach
CROSS JOIN LATERAL device_within(%(longitude)s - reach.east, %(latitude)s - reach.north,
                                 %(longitude)s + reach.east, %(latitude)s + reach.north) AS inside (device_id)
JOIN device ON device.id = inside.device_id AND device.space_id IS NULL
JOIN device_state AS state ON state.device_id = device.id
CROSS JOIN LATERAL (
    SELECT (state.location #>> '{coordinates,0}')::float8 AS longitude,
        (state.location #>> '{coordinates,1}')::float8 AS latitude
) AS place
CROSS JOIN LATERAL (
    SELECT 2 * 6371008.8 * asind(least(1, sqrt(
        power(sind((place.latitude - %(latitude)s) / 2), 2)
        + cosd(%(latitude)s::float8) * cosd(place.latitude)
        * power(sind((place.longitude - %(longitude)s) / 2), 2)
    ))) * pi() / 180 AS distance_m
) AS far
WHERE distance_m <= %(radius_m)s
ORDER BY distance_m, device.name
LIMIT %(limit)s;

-- name: extent
-- The box about all devices outdoors; no row where there are none.
SELECT min((state.location #>> '{coordinates,0}')::float8) AS west,
    min((state.location #>> '{coordinates,1}')::float8) AS south,
    max((state.location #>> '{coordinates,0}')::float8) AS east,
    max((state.location #>> '{coordinates,1}')::float8) AS north
FROM device_state AS state
JOIN device ON device.id = state.device_id
WHERE device.space_id IS NULL AND state.location IS NOT NULL
HAVING count(*) > 0;
