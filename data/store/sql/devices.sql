-- name: version
SELECT coalesce(max(version), 0) FROM data_version;

-- name: overview
-- One row a series of every device, with its latest value.
SELECT device.id AS device_id, device.name AS device, device.convention, space.name AS space,
    building.timezone, device_state.last_seen,
    series.id AS series_id, series.metric, series.kind, series.quantity, series.unit,
    latest.at, latest.value, latest.text
FROM device
JOIN device_state ON device_state.device_id = device.id AND device_state.last_seen IS NOT NULL
JOIN series ON series.device_id = device.id
LEFT JOIN latest ON latest.series_id = series.id
LEFT JOIN space ON space.id = device.space_id
LEFT JOIN building ON building.id = device.building_id
WHERE %(device_id)s::int IS NULL OR device.id = %(device_id)s::int
ORDER BY device.name, device.id, series.metric;

-- name: nearby
-- The nearest other devices within a box around a device's own place; the distance is along the
-- great circle of a sphere of the earth's mean radius.
SELECT other.id AS device_id, other.name AS device, distance_m
FROM device_state AS own
CROSS JOIN LATERAL (
    SELECT (own.location #>> '{coordinates,0}')::float8 AS longitude,
        (own.location #>> '{coordinates,1}')::float8 AS latitude
) AS here
CROSS JOIN LATERAL (
    SELECT %(radius_m)s::float8 / 111195 AS north,
        %(radius_m)s::float8 / (111195 * greatest(cosd(here.latitude), 0.01)) AS east
) AS reach
CROSS JOIN LATERAL device_within(here.longitude - reach.east, here.latitude - reach.north,
                                 here.longitude + reach.east, here.latitude + reach.north) AS inside (device_id)
JOIN device AS other ON other.id = inside.device_id
JOIN device_state AS state ON state.device_id = other.id
CROSS JOIN LATERAL (
    SELECT 2 * 6371008.8 * asind(least(1, sqrt(
        power(sind(((state.location #>> '{coordinates,1}')::float8 - here.latitude) / 2), 2)
        + cosd(here.latitude) * cosd((state.location #>> '{coordinates,1}')::float8)
        * power(sind(((state.location #>> '{coordinates,0}')::float8 - here.longitude) / 2), 2)
    ))) * pi() / 180 AS distance_m
) AS distance
WHERE own.device_id = %(device_id)s AND other.id <> %(device_id)s AND distance_m <= %(radius_m)s
ORDER BY distance_m, other.name
LIMIT 20;

-- name: refused
-- Why messages were refused since a time, most frequent first; `total` counts those of all reasons.
SELECT reason, count(*) AS count, (sum(count(*)) OVER ())::int AS total, max(received_at) AS last_at,
    (array_agg(topic ORDER BY received_at DESC))[1] AS topic
FROM dead_letter
WHERE received_at >= %(since)s
GROUP BY reason
ORDER BY count DESC, reason
LIMIT 20;
