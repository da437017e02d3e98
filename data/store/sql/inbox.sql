-- Devices with what they say of themselves and where they stand. A room that the newest model no longer
-- has is none: a device in it waits to be placed again.

-- name: devices
-- One page of the devices that the filters leave, with how many those are. Digits are compared as numbers.
WITH found AS (
    SELECT device.id, device.name, device.label, device.convention, device.manufacturer, device.model,
        device.firmware, device.area, device.created_at, device.ignored_at,
        device_state.last_seen, device_state.online, device_state.online_at, device_state.clock_ahead_s,
        space.id AS space_id, space.name AS space, storey.name AS storey, space.building_id,
        building.name AS building,
        CASE %(sort)s::text
            WHEN 'first_seen' THEN extract(epoch FROM device.created_at)
            WHEN 'heard' THEN extract(epoch FROM device_state.last_seen)
        END AS number_key,
        regexp_replace(regexp_replace(lower(CASE %(sort)s::text
            WHEN 'name' THEN coalesce(device.label, device.name)
            WHEN 'room' THEN concat_ws(' ', building.name, storey.name, space.name)
            WHEN 'product' THEN concat_ws(' ', device.manufacturer, device.model)
        END), '([0-9]+)', '00000000\1', 'g'), '[0-9]*([0-9]{8})', '\1', 'g') AS text_key
    FROM device
    LEFT JOIN device_state ON device_state.device_id = device.id
    LEFT JOIN space ON space.id = device.space_id AND space.gone_at IS NULL
    LEFT JOIN storey ON storey.id = space.storey_id
    LEFT JOIN building ON building.id = space.building_id
    WHERE (%(ids)s::int[] IS NULL OR device.id = ANY (%(ids)s::int[]))
        AND (%(standing)s::text IS NULL OR %(standing)s::text = CASE
            WHEN space.id IS NOT NULL THEN 'placed'
            WHEN device.ignored_at IS NULL THEN 'waiting'
            ELSE 'aside' END)
        AND (%(building_id)s::int IS NULL OR space.building_id = %(building_id)s::int)
        AND (%(convention)s::text IS NULL OR device.convention = %(convention)s::text)
        AND (%(manufacturer)s::text IS NULL OR device.manufacturer = %(manufacturer)s::text)
        AND (%(online)s::text IS NULL OR %(online)s::text = CASE
            WHEN device_state.online THEN 'online'
            WHEN NOT device_state.online THEN 'offline'
            ELSE 'unsaid' END)
        AND (%(flag)s::text IS NULL
            OR (%(flag)s::text = 'clock'
                AND (device_state.clock_ahead_s > %(clock_ahead_s)s OR device_state.clock_ahead_s < -%(clock_behind_s)s))
            OR device.id IN (SELECT series.device_id FROM series_flag
                JOIN series ON series.id = series_flag.series_id WHERE series_flag.flag = %(flag)s::text))
        AND (cardinality(%(patterns)s::text[]) = 0 OR concat_ws(E'\n', device.label, device.name, device.manufacturer, device.model, device.area,
            space.name, space.long_name) ILIKE ALL (%(patterns)s::text[]))
)
SELECT id, name, label, convention, manufacturer, model, firmware, area, created_at, ignored_at,
    last_seen, online, online_at, clock_ahead_s, space_id, space, storey, building_id, building,
    count(*) OVER () AS total
FROM found
ORDER BY
    CASE WHEN NOT %(descending)s THEN number_key END NULLS LAST,
    CASE WHEN %(descending)s THEN number_key END DESC NULLS LAST,
    CASE WHEN NOT %(descending)s THEN nullif(text_key, '') END NULLS LAST,
    CASE WHEN %(descending)s THEN nullif(text_key, '') END DESC NULLS LAST,
    name, id
LIMIT %(limit)s OFFSET %(offset)s;

-- name: series
-- The most telling series of each device with their latest values, and how many it has.
SELECT wanted.device_id, shown.metric, shown.kind, shown.quantity, shown.unit, shown.at, shown.value,
    shown.text, shown.total
FROM unnest(%(ids)s::int[]) AS wanted (device_id)
CROSS JOIN LATERAL (
    SELECT series.metric, series.kind, series.quantity, series.unit, latest.at, latest.value, latest.text,
        count(*) OVER () AS total
    FROM series
    LEFT JOIN latest ON latest.series_id = series.id
    WHERE series.device_id = wanted.device_id
    ORDER BY latest.at IS NULL, array_position(%(quantities)s::text[], series.quantity), series.metric, series.id
    LIMIT %(most)s
) AS shown;

-- name: flags
SELECT series.device_id, series.metric, series_flag.flag, series_flag.count, series_flag.last_at,
    series_flag.detail
FROM series_flag
JOIN series ON series.id = series_flag.series_id
WHERE series.device_id = ANY (%(ids)s::int[])
ORDER BY series.device_id, series.metric, series_flag.flag;

-- name: counts
SELECT count(*) FILTER (WHERE device.ignored_at IS NULL) AS waiting,
    count(*) FILTER (WHERE device.ignored_at IS NOT NULL) AS aside
FROM device
LEFT JOIN space ON space.id = device.space_id AND space.gone_at IS NULL
WHERE space.id IS NULL;

-- name: choices
-- What there is to filter by.
SELECT ARRAY(SELECT DISTINCT convention FROM device ORDER BY convention) AS conventions,
    ARRAY(SELECT DISTINCT manufacturer FROM device WHERE manufacturer <> '' ORDER BY manufacturer)
        AS manufacturers,
    ARRAY(SELECT id FROM building ORDER BY name) AS building_ids,
    ARRAY(SELECT name FROM building ORDER BY name) AS buildings;

-- name: rooms_revision
-- Another one after every import, which always writes its building's row.
SELECT coalesce(md5(string_agg(md5(building::text), '' ORDER BY building.id)), '') FROM building;

-- name: rooms
-- Every room that a device can be placed in: by building, from the lowest storey up.
SELECT space.id, space.name, space.long_name, storey.name AS storey, building.id AS building_id,
    building.name AS building
FROM space
JOIN building ON building.id = space.building_id
LEFT JOIN storey ON storey.id = space.storey_id
WHERE space.gone_at IS NULL
ORDER BY building.name, storey.elevation_m NULLS LAST, storey.id, space.name, space.id;

-- name: place
-- Each device from the room it was seen in to another, or none; one row a device that moved. Devices are
-- locked in the order of their names, as the ingest writes them.
WITH wanted AS (
    SELECT device_id, from_id, to_id
    FROM unnest(%(device_ids)s::int[], %(from_ids)s::int[], %(to_ids)s::int[])
        AS wanted (device_id, from_id, to_id)
), standing AS (
    SELECT device.id, device.space_id
    FROM device
    WHERE device.id = ANY (%(device_ids)s::int[])
    ORDER BY device.name
    FOR UPDATE OF device
)
UPDATE device SET
    building_id = target.building_id,
    space_id = target.id,
    equipment_id = CASE WHEN target.id IS NOT NULL THEN device.equipment_id END,
    ignored_at = CASE WHEN target.id IS NULL THEN device.ignored_at END
FROM wanted
JOIN standing ON standing.id = wanted.device_id
LEFT JOIN space AS target ON target.id = wanted.to_id AND target.gone_at IS NULL
WHERE device.id = standing.id
    AND (wanted.to_id IS NULL OR target.id IS NOT NULL)
    AND wanted.from_id IS NOT DISTINCT FROM
        (SELECT space.id FROM space WHERE space.id = standing.space_id AND space.gone_at IS NULL)
RETURNING device.id;

-- name: set_aside
-- Among those that stand in no room; one row a device that changed.
WITH standing AS (
    SELECT device.id
    FROM device
    WHERE device.id = ANY (%(device_ids)s::int[])
        AND (device.ignored_at IS NULL) = %(aside)s
        AND NOT EXISTS (SELECT FROM space WHERE space.id = device.space_id AND space.gone_at IS NULL)
    ORDER BY device.name
    FOR UPDATE OF device
)
UPDATE device SET ignored_at = CASE WHEN %(aside)s THEN now() END
FROM standing
WHERE device.id = standing.id
RETURNING device.id;

-- name: version_grow
INSERT INTO data_version (tenant_id, version) VALUES (app_tenant(), 1)
ON CONFLICT (tenant_id) DO UPDATE SET version = data_version.version + 1;
