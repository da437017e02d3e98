-- What ingest writes. Every insert and upsert goes in key order: unordered, several writers deadlock.

-- name: tenant_add
INSERT INTO tenant (name)
SELECT name FROM unnest(%(names)s::text[]) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM tenant WHERE tenant.name = wanted.name)
ORDER BY name
ON CONFLICT DO NOTHING;

-- name: tenant_ids
SELECT name, id FROM tenant WHERE name = ANY (%(names)s::text[]);

-- name: device_add
INSERT INTO device (tenant_id, name, convention)
SELECT tenant_id, name, convention
FROM unnest(%(tenant_ids)s::int[], %(names)s::text[], %(conventions)s::text[])
    AS wanted (tenant_id, name, convention)
ORDER BY tenant_id, name
ON CONFLICT DO NOTHING;

-- name: device_ids
SELECT device.tenant_id, device.name, device.id
FROM unnest(%(tenant_ids)s::int[], %(names)s::text[]) AS wanted (tenant_id, name)
JOIN device USING (tenant_id, name);

-- name: series_add
INSERT INTO series (tenant_id, device_id, metric, kind, quantity, unit)
SELECT tenant_id, device_id, metric, kind, quantity, unit
FROM unnest(%(tenant_ids)s::int[], %(device_ids)s::int[], %(metrics)s::text[], %(kinds)s::text[],
            %(quantities)s::text[], %(units)s::text[])
    AS wanted (tenant_id, device_id, metric, kind, quantity, unit)
ORDER BY device_id, metric
ON CONFLICT DO NOTHING;

-- name: series_ids
SELECT series.device_id, series.metric, series.id
FROM unnest(%(device_ids)s::int[], %(metrics)s::text[]) AS wanted (device_id, metric)
JOIN series USING (device_id, metric);

-- name: staging
-- One temporary table a connection, emptied by every commit. `position` is the order of arrival.
CREATE TEMPORARY TABLE IF NOT EXISTS incoming (
    position int NOT NULL,
    series_id int NOT NULL,
    at timestamptz NOT NULL,
    value float8 NOT NULL
) ON COMMIT DELETE ROWS;

-- name: stage
COPY incoming (position, series_id, at, value) FROM STDIN;

-- name: merge
-- The first value of a key is kept, in the batch as in the store. Rollups and latest values are made
-- from the rows that were really new, so that what is delivered twice is counted once.
WITH batch AS (
    SELECT DISTINCT ON (series_id, at) series_id, at, value
    FROM incoming
    ORDER BY series_id, at, position
), fresh AS (
    INSERT INTO reading (series_id, at, value)
    SELECT series_id, at, value FROM batch ORDER BY series_id, at
    ON CONFLICT DO NOTHING
    RETURNING series_id, at, value
), add_5min AS (
    INSERT INTO rollup_5min AS kept (series_id, at, count, sum, min, max, first, first_at, last, last_at)
    SELECT series_id, date_bin('5 minutes', at, 'epoch') AS bucket, count(*), sum(value), min(value), max(value),
        (array_agg(value ORDER BY at))[1], min(at), (array_agg(value ORDER BY at DESC))[1], max(at)
    FROM fresh
    GROUP BY series_id, bucket
    ORDER BY series_id, bucket
    ON CONFLICT (series_id, at) DO UPDATE SET
        count = kept.count + excluded.count,
        sum = kept.sum + excluded.sum,
        min = least(kept.min, excluded.min),
        max = greatest(kept.max, excluded.max),
        first = CASE WHEN excluded.first_at < kept.first_at THEN excluded.first ELSE kept.first END,
        first_at = least(kept.first_at, excluded.first_at),
        last = CASE WHEN excluded.last_at > kept.last_at THEN excluded.last ELSE kept.last END,
        last_at = greatest(kept.last_at, excluded.last_at)
), add_1hour AS (
    INSERT INTO rollup_1hour AS kept (series_id, at, count, sum, min, max, first, first_at, last, last_at)
    SELECT series_id, date_bin('1 hour', at, 'epoch') AS bucket, count(*), sum(value), min(value), max(value),
        (array_agg(value ORDER BY at))[1], min(at), (array_agg(value ORDER BY at DESC))[1], max(at)
    FROM fresh
    GROUP BY series_id, bucket
    ORDER BY series_id, bucket
    ON CONFLICT (series_id, at) DO UPDATE SET
        count = kept.count + excluded.count,
        sum = kept.sum + excluded.sum,
        min = least(kept.min, excluded.min),
        max = greatest(kept.max, excluded.max),
        first = CASE WHEN excluded.first_at < kept.first_at THEN excluded.first ELSE kept.first END,
        first_at = least(kept.first_at, excluded.first_at),
        last = CASE WHEN excluded.last_at > kept.last_at THEN excluded.last ELSE kept.last END,
        last_at = greatest(kept.last_at, excluded.last_at)
), set_latest AS (
    INSERT INTO latest (series_id, tenant_id, at, value)
    SELECT DISTINCT ON (fresh.series_id) fresh.series_id, series.tenant_id, fresh.at, fresh.value
    FROM fresh
    JOIN series ON series.id = fresh.series_id
    ORDER BY fresh.series_id, fresh.at DESC
    ON CONFLICT (series_id) DO UPDATE SET at = excluded.at, value = excluded.value, text = NULL
    WHERE excluded.at > latest.at
)
SELECT count(*) FROM fresh;

-- name: conflicts
-- Staged values that lost to an earlier, different one of the same series and time.
SELECT count(*)
FROM incoming
JOIN reading USING (series_id, at)
WHERE reading.value <> incoming.value;

-- name: event_add
INSERT INTO event (series_id, tenant_id, at, value)
SELECT series_id, tenant_id, at, value
FROM unnest(%(series_ids)s::int[], %(tenant_ids)s::int[], %(ats)s::timestamptz[], %(texts)s::text[])
    AS said (series_id, tenant_id, at, value)
ORDER BY series_id, at, value
ON CONFLICT DO NOTHING;

-- name: latest_text
INSERT INTO latest (series_id, tenant_id, at, text)
SELECT DISTINCT ON (series_id) series_id, tenant_id, at, value
FROM unnest(%(series_ids)s::int[], %(tenant_ids)s::int[], %(ats)s::timestamptz[], %(texts)s::text[])
    AS said (series_id, tenant_id, at, value)
ORDER BY series_id, at DESC
ON CONFLICT (series_id) DO UPDATE SET at = excluded.at, value = NULL, text = excluded.text
WHERE excluded.at > latest.at;

-- name: device_seen
INSERT INTO device_state (device_id, tenant_id, last_seen)
SELECT device_id, tenant_id, seen
FROM unnest(%(device_ids)s::int[], %(tenant_ids)s::int[], %(seen)s::timestamptz[])
    AS heard (device_id, tenant_id, seen)
ORDER BY device_id
ON CONFLICT (device_id) DO UPDATE SET last_seen = excluded.last_seen
WHERE excluded.last_seen > device_state.last_seen;

-- name: device_located
UPDATE device_state
SET location = jsonb_build_object('type', 'Point', 'coordinates', jsonb_build_array(longitude, latitude))
FROM unnest(%(device_ids)s::int[], %(longitudes)s::float8[], %(latitudes)s::float8[])
    AS said (device_id, longitude, latitude)
WHERE device_state.device_id = said.device_id;

-- name: dead_letter_add
INSERT INTO dead_letter (tenant_id, received_at, topic, payload, reason)
SELECT tenant_id, received_at, topic, payload, reason
FROM unnest(%(tenant_ids)s::int[], %(received_ats)s::timestamptz[], %(topics)s::text[], %(payloads)s::bytea[],
            %(reasons)s::text[])
    AS refused (tenant_id, received_at, topic, payload, reason);

-- name: version_grow
INSERT INTO data_version (tenant_id, version)
SELECT tenant_id, 1 FROM unnest(%(tenant_ids)s::int[]) AS changed (tenant_id) ORDER BY tenant_id
ON CONFLICT (tenant_id) DO UPDATE SET version = data_version.version + 1;

-- name: report
INSERT INTO ingest_state (client_id, connected, oldest_uncommitted_at, reported_at)
VALUES (%(client_id)s, %(connected)s, %(oldest_uncommitted_at)s, now())
ON CONFLICT (client_id) DO UPDATE SET
    connected = excluded.connected,
    oldest_uncommitted_at = excluded.oldest_uncommitted_at,
    reported_at = excluded.reported_at;
