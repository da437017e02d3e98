-- What workers read to analyse it.

-- name: tenants
SELECT analysis_tenants();

-- name: due_series
SELECT analysis_due_series(%(kind)s, %(every)s, %(window)s, %(kinds)s);

-- name: due_devices
SELECT device.id
FROM device
LEFT JOIN health ON health.subject = 'device' AND health.subject_id = device.id
WHERE (health.computed_at IS NULL OR health.computed_at <= now() - %(every)s)
    AND EXISTS (SELECT FROM series WHERE series.device_id = device.id AND series.kind = 'number')
ORDER BY device.id;

-- name: due_buildings
-- Done anew, too, when the series of its rooms have earlier readings than it had seen.
SELECT building.id
FROM building
LEFT JOIN analysis_run AS run ON run.kind = %(kind)s AND run.building_id = building.id
WHERE (run.computed_at IS NULL OR run.computed_at <= now() - %(every)s
    OR (SELECT min(seen.first_at) FROM analysis_run AS seen
        JOIN series ON series.id = seen.series_id
        JOIN device ON device.id = series.device_id
        WHERE device.building_id = building.id AND seen.first_at >= now() - %(window)s)
        <= coalesce(run.first_at, 'infinity') - interval '1 day')
    AND EXISTS (SELECT FROM device WHERE device.building_id = building.id)
ORDER BY building.id;

-- name: series
SELECT series.id AS series_id, device.id AS device_id, coalesce(device.label, device.name) AS device, series.metric,
    series.kind, series.quantity, series.unit, device.space_id, device.building_id, building.timezone,
    device_state.last_seen
FROM series
JOIN device ON device.id = series.device_id
LEFT JOIN device_state ON device_state.device_id = device.id
LEFT JOIN building ON building.id = device.building_id
WHERE series.id = ANY (%(ids)s::int[])
ORDER BY series.id;

-- name: timezone
SELECT timezone FROM building WHERE id = %(building_id)s;

-- name: building_series
-- Numbers of its rooms, and of its weather: what is measured outdoors, or by devices that stand in no room.
SELECT series.id AS series_id, device.id AS device_id, space.id AS space_id, space.storey_id, series.metric,
    series.kind, series.quantity
FROM device
JOIN series ON series.device_id = device.id
LEFT JOIN space ON space.id = device.space_id AND space.gone_at IS NULL
WHERE device.building_id = %(building_id)s AND series.kind <> 'text'
    AND (space.id IS NOT NULL OR series.quantity IN ('outdoor_temperature', 'irradiance', 'wind_speed'))
ORDER BY space.id, series.id;

-- name: building_systems
SELECT system_serves.system_id, system_serves.space_id
FROM system_serves
JOIN system ON system.id = system_serves.system_id
WHERE system.building_id = %(building_id)s
ORDER BY 1, 2;

-- name: means_5min
-- One row a series, with the times and the means of all its buckets packed one after another as the server sends
-- them, in any order: see `analysis_input`.
SELECT series_id, string_agg(timestamptz_send(at), ''::bytea), string_agg(float8send(sum / count), ''::bytea)
FROM tenant_rollup_5min
WHERE series_id = ANY (%(ids)s::int[]) AND at >= %(since)s AND at < %(until)s
GROUP BY series_id;

-- name: means_1hour
SELECT series_id, string_agg(timestamptz_send(at), ''::bytea), string_agg(float8send(sum / count), ''::bytea)
FROM tenant_rollup_1hour
WHERE series_id = ANY (%(ids)s::int[]) AND at >= %(since)s AND at < %(until)s
GROUP BY series_id;

-- name: readings
SELECT series_id, string_agg(timestamptz_send(at), ''::bytea), string_agg(float8send(value), ''::bytea)
FROM tenant_reading
WHERE series_id = ANY (%(ids)s::int[]) AND at >= %(since)s AND at < %(until)s
GROUP BY series_id;

-- name: devices
-- Devices with the series that are judged, and the equipment that each stands at.
SELECT device.id AS device_id, device.building_id, device.space_id, coalesce(device.label, device.name) AS name,
    equipment.properties AS equipment,
    ARRAY(SELECT series.id FROM series WHERE series.device_id = device.id AND series.kind = 'number' ORDER BY series.id)
        AS series
FROM device
LEFT JOIN equipment ON equipment.id = device.equipment_id AND equipment.gone_at IS NULL
WHERE device.id = ANY (%(ids)s::int[])
ORDER BY device.id;

-- name: company
-- Of each series, those of other devices that measure the same in the same room.
SELECT series.id, array_agg(beside.id ORDER BY beside.id)
FROM device
JOIN series ON series.device_id = device.id AND series.kind = 'number' AND series.quantity = ANY (%(quantities)s)
JOIN device AS other ON other.space_id = device.space_id AND other.id <> device.id
JOIN series AS beside ON beside.device_id = other.id AND beside.kind = 'number' AND beside.quantity = series.quantity
WHERE device.id = ANY (%(ids)s::int[])
GROUP BY series.id;

-- name: lock_building
-- Whoever adds up a building waits for whoever does.
SELECT pg_advisory_xact_lock(hashtext('clerestory health'), %(building_id)s);

-- name: device_healths
-- Of a building, and where each device stands.
SELECT device.id AS device_id, coalesce(device.label, device.name) AS name, device.space_id, space.storey_id,
    health.score, health.reasons
FROM device
JOIN health ON health.device_id = device.id AND health.subject = 'device'
LEFT JOIN space ON space.id = device.space_id AND space.gone_at IS NULL
WHERE device.building_id = %(building_id)s
ORDER BY device.id;

-- name: system_devices
-- The devices at the equipment of each system.
SELECT system_equipment.system_id, array_agg(device.id ORDER BY device.id)
FROM system_equipment
JOIN system ON system.id = system_equipment.system_id
JOIN device ON device.equipment_id = system_equipment.equipment_id
WHERE system.building_id = %(building_id)s
GROUP BY system_equipment.system_id;

-- name: places
-- All of a building that may have a health.
SELECT
    ARRAY(SELECT id FROM space WHERE building_id = %(building_id)s) AS spaces,
    ARRAY(SELECT id FROM storey WHERE building_id = %(building_id)s) AS storeys,
    ARRAY(SELECT id FROM system WHERE building_id = %(building_id)s) AS systems;

-- name: equipment
-- Of a building, with its property sets; what its newest model no longer has is gone.
SELECT id, name, properties
FROM equipment
WHERE building_id = %(building_id)s AND gone_at IS NULL AND properties <> '{}'
ORDER BY id;

-- name: equipment_of_series
-- The property sets of the equipment that the devices of some series stand at.
SELECT series.id, equipment.properties
FROM series
JOIN device ON device.id = series.device_id
JOIN equipment ON equipment.id = device.equipment_id AND equipment.gone_at IS NULL
WHERE series.id = ANY (%(ids)s::int[]);

-- name: taken_away
-- Times of readings that a correction took away: where they were is no gap in what the device said.
SELECT reading_flag.series_id, string_agg(timestamptz_send(reading_flag.at), ''::bytea)
FROM reading_flag
WHERE reading_flag.series_id = ANY (%(ids)s::int[]) AND reading_flag.at >= %(since)s AND flag IN ('mask', 'delete')
GROUP BY reading_flag.series_id;
