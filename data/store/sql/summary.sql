-- What managers read, by full hours in UTC; `since` and `until` are half-open. Every statement looks at
-- the series of the transaction's tenant alone.

-- name: room_hours
-- The mean over rooms of each comfort quantity: one row a quantity and hour. Every room counts the
-- same, however many sensors it has.
-- The series first, by themselves: a planner that underrates them would walk the hours once a room.
WITH measured AS MATERIALIZED (
    SELECT series.id AS series_id, series.quantity, device.space_id
    FROM series
    JOIN unnest(%(quantities)s::text[], %(units)s::text[]) AS comparable (quantity, unit)
        ON comparable.quantity = series.quantity
        AND comparable.unit IS NOT DISTINCT FROM series.unit
    JOIN device ON device.id = series.device_id
    JOIN space ON space.id = device.space_id AND space.gone_at IS NULL
    WHERE series.quantity IN ('temperature', 'co2')
),
of_room AS (
    SELECT measured.quantity, measured.space_id, hour.at, avg(hour.sum / hour.count) AS value
    FROM measured
    JOIN tenant_rollup_1hour AS hour ON hour.series_id = measured.series_id
    WHERE hour.at >= %(since)s AND hour.at < %(until)s
    GROUP BY measured.quantity, measured.space_id, hour.at
)
SELECT quantity, at, avg(value) AS value, count(*) AS rooms
FROM of_room
GROUP BY quantity, at
ORDER BY quantity, at;

-- name: meter_hours
-- What the two meters that counted most counted in each hour. They are never added up: one may stand
-- behind the other. A counter that fell was set back, and counts on from its lowest value; what was
-- counted over hours without a reading is spread over them.
WITH meter AS MATERIALIZED (
    SELECT series.id AS series_id, device.name AS device
    FROM series
    JOIN unnest(%(quantities)s::text[], %(units)s::text[]) AS comparable (quantity, unit)
        ON comparable.quantity = series.quantity
        AND comparable.unit IS NOT DISTINCT FROM series.unit
    JOIN device ON device.id = series.device_id
    WHERE series.quantity = 'energy'
),
step AS (
    SELECT meter.series_id, meter.device, hour.at, hour.last, hour.min, hour.max,
        lag(hour.last, 1, hour.first) OVER earlier AS before,
        lag(hour.at, 1, hour.at - interval '1 hour') OVER earlier AS before_at
    FROM meter
    JOIN tenant_rollup_1hour AS hour ON hour.series_id = meter.series_id
    WHERE hour.at >= %(since)s::timestamptz - interval '1 hour' AND hour.at < %(until)s
    WINDOW earlier AS (PARTITION BY meter.series_id ORDER BY hour.at)
),
counted AS (
    SELECT series_id, device, at, before_at,
        CASE WHEN last >= before THEN last - before ELSE greatest(max - before, 0) + last - min END AS kwh
    FROM step
),
most AS (
    SELECT series_id, sum(kwh) AS kwh FROM counted
    GROUP BY series_id HAVING sum(kwh) > 0
    ORDER BY 2 DESC, 1
    LIMIT 2
)
SELECT counted.series_id, counted.device, hour.at,
    counted.kwh / (extract(epoch FROM counted.at - counted.before_at)::float8 / 3600) AS kwh
FROM most
JOIN counted USING (series_id)
CROSS JOIN LATERAL generate_series(counted.before_at + interval '1 hour', counted.at, '1 hour') AS hour (at)
WHERE hour.at >= %(since)s
ORDER BY most.kwh DESC, counted.series_id, hour.at;

-- name: heard_hours
-- How many of the series that are expected in each hour have data in it. Expected is what was heard in
-- the last seven days, from when it is known on: back-filled data are older than their series.
WITH hour AS (
    SELECT generate_series(%(since)s::timestamptz, %(until)s::timestamptz - interval '1 hour', '1 hour') AS at
),
known AS (
    SELECT rolled.series_id, least(date_bin('1 hour', min(series.created_at), 'epoch'), min(rolled.at)) AS since
    FROM tenant_rollup_1hour AS rolled
    JOIN series ON series.id = rolled.series_id
    WHERE rolled.at >= %(since)s AND rolled.at < %(until)s
    GROUP BY rolled.series_id
    HAVING max(rolled.at) >= %(until)s::timestamptz - interval '7 days'
),
begun AS (
    SELECT greatest(since, %(since)s) AS at, count(*) AS series FROM known GROUP BY 1
),
heard AS (
    SELECT rolled.at, count(*) AS series
    FROM tenant_rollup_1hour AS rolled
    JOIN known USING (series_id)
    WHERE rolled.at >= %(since)s AND rolled.at < %(until)s
    GROUP BY rolled.at
)
SELECT hour.at, coalesce(heard.series, 0) AS heard,
    coalesce(sum(begun.series) OVER (ORDER BY hour.at), 0)::int AS expected
FROM hour
LEFT JOIN heard ON heard.at = hour.at
LEFT JOIN begun ON begun.at = hour.at
ORDER BY hour.at;

-- name: refused_hours
-- How many messages were refused; these hours end now, as the list of reasons does.
SELECT date_bin('1 hour', received_at, %(now)s) AS at, count(*) AS messages
FROM dead_letter
WHERE received_at >= %(now)s::timestamptz - interval '8 days' AND received_at < %(now)s
GROUP BY 1
ORDER BY 1;

-- name: buildings
-- One row a building, by name.
SELECT building.id, building.name, building.timezone,
    count(space.id) AS rooms, sum(space.area_m2) AS area_m2
FROM building
LEFT JOIN space ON space.building_id = building.id AND space.gone_at IS NULL
GROUP BY building.id
ORDER BY building.name;

-- name: rooms
-- One row a room in which a device stands, with the means of its latest values that still tell what is.
SELECT space.building_id, building.name AS building, building.timezone, space.storey_id,
    space.id, space.name, space.long_name, space.properties -> 'Pset_SpaceThermalRequirements' AS thermal,
    count(DISTINCT device.id) AS devices,
    coalesce(bool_or(latest.at >= %(fresh_since)s), false) AS fresh,
    avg(latest.value) FILTER (WHERE series.quantity = 'temperature' AND comparable.quantity IS NOT NULL
        AND latest.at >= %(fresh_since)s) AS temperature_c,
    avg(latest.value) FILTER (WHERE series.quantity = 'co2' AND comparable.quantity IS NOT NULL
        AND latest.at >= %(fresh_since)s) AS co2_ppm
FROM space
JOIN building ON building.id = space.building_id
JOIN device ON device.space_id = space.id
LEFT JOIN series ON series.device_id = device.id
LEFT JOIN unnest(%(quantities)s::text[], %(units)s::text[]) AS comparable (quantity, unit)
    ON comparable.quantity = series.quantity AND comparable.unit IS NOT DISTINCT FROM series.unit
LEFT JOIN latest ON latest.series_id = series.id
WHERE space.gone_at IS NULL
GROUP BY building.id, space.id
ORDER BY building.name, space.name, space.id;
