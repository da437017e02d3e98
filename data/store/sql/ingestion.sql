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

-- name: series_variants
-- The series of devices' metrics, the oldest first.
SELECT series.device_id, series.metric, series.id, series.kind, series.quantity, series.unit, series.stated_unit
FROM unnest(%(device_ids)s::int[], %(metrics)s::text[]) AS wanted (device_id, metric)
JOIN series USING (device_id, metric)
ORDER BY series.id;

-- name: series_add
INSERT INTO series (tenant_id, device_id, metric, kind, quantity, unit, stated_unit)
SELECT tenant_id, device_id, metric, kind, quantity, unit, stated_unit
FROM jsonb_to_recordset(%(rows)s) AS wanted (
    tenant_id int, device_id int, metric text, kind text, quantity text, unit text, stated_unit text)
ORDER BY device_id, metric
ON CONFLICT DO NOTHING;

-- name: series_change
-- A unit that is named at last, or stated in another way.
UPDATE series SET quantity = said.quantity, unit = said.unit, stated_unit = said.stated_unit
FROM jsonb_to_recordset(%(rows)s) AS said (id int, quantity text, unit text, stated_unit text)
WHERE series.id = said.id;

-- name: flag
INSERT INTO series_flag (series_id, tenant_id, flag, count, first_at, last_at, detail)
SELECT series_id, tenant_id, flag, count, now(), now(), detail
FROM unnest(%(series_ids)s::int[], %(tenant_ids)s::int[], %(flags)s::text[], %(counts)s::bigint[],
            %(details)s::jsonb[])
    AS noted (series_id, tenant_id, flag, count, detail)
ORDER BY series_id, flag
ON CONFLICT (series_id, flag) DO UPDATE SET
    count = series_flag.count + excluded.count,
    last_at = excluded.last_at,
    detail = excluded.detail;

-- name: staging
-- One temporary table a connection, emptied by every commit. `position` is the order of arrival.
CREATE TEMPORARY TABLE IF NOT EXISTS incoming (
    position int NOT NULL,
    series_id int NOT NULL,
    at timestamptz NOT NULL,
    value float8 NOT NULL
) ON COMMIT DELETE ROWS;

-- name: stage
COPY incoming (position, series_id, at, value) FROM STDIN (FORMAT binary);

-- name: merge
-- The first value of a key is kept, in the batch as in the store. Rollups and latest values are made
-- from the rows that were really new, so that what is delivered twice is counted once. Times that people
-- corrected are left alone, and so is what is older than what is kept: its rollups have it already.
WITH batch AS (
    SELECT DISTINCT ON (series_id, at) series_id, at, value
    FROM incoming
    WHERE at >= (SELECT coalesce(max(dropped_before), '-infinity') FROM retention WHERE relation = 'reading')
        AND NOT EXISTS (
            SELECT FROM corrected_reading
            WHERE corrected_reading.series_id = incoming.series_id AND corrected_reading.at = incoming.at)
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

-- name: switch_events
-- A state that is on or off is an event when it differs from the one before it. What comes late changes
-- what is a change, so the events between the readings around the batch are made anew.
WITH batch AS (
    SELECT incoming.series_id, series.tenant_id, min(incoming.at) AS since, max(incoming.at) AS until
    FROM incoming
    JOIN series ON series.id = incoming.series_id
    WHERE series.kind = 'boolean'
    GROUP BY incoming.series_id, series.tenant_id
), span AS (
    SELECT batch.series_id, batch.tenant_id, batch.since,
        coalesce(earlier.at, batch.since) AS earliest, coalesce(later.at, batch.until) AS latest
    FROM batch
    LEFT JOIN LATERAL (
        SELECT at FROM reading WHERE reading.series_id = batch.series_id AND at < batch.since
        ORDER BY at DESC LIMIT 1
    ) AS earlier ON true
    LEFT JOIN LATERAL (
        SELECT at FROM reading WHERE reading.series_id = batch.series_id AND at > batch.until
        ORDER BY at LIMIT 1
    ) AS later ON true
), said AS (
    SELECT span.series_id, span.tenant_id, span.since, reading.at, reading.value,
        lag(reading.value) OVER (PARTITION BY span.series_id ORDER BY reading.at) AS before
    FROM span
    JOIN reading ON reading.series_id = span.series_id AND reading.at BETWEEN span.earliest AND span.latest
), change AS (
    SELECT series_id, tenant_id, at, CASE value WHEN 0 THEN 'off' ELSE 'on' END AS value
    FROM said
    WHERE at >= since AND value IS DISTINCT FROM before
), no_change AS (
    DELETE FROM event
    USING span
    WHERE event.series_id = span.series_id AND event.at BETWEEN span.since AND span.latest
        AND NOT EXISTS (
            SELECT FROM change
            WHERE (change.series_id, change.at, change.value) = (event.series_id, event.at, event.value))
)
INSERT INTO event (series_id, tenant_id, at, value)
SELECT series_id, tenant_id, at, value FROM change ORDER BY series_id, at, value
ON CONFLICT DO NOTHING;

-- name: conflicts
-- Staged values that lost to an earlier, different one of the same series and time: one row a series.
SELECT incoming.series_id, series.tenant_id, count(*),
    (array_agg(jsonb_build_object('kept', reading.value, 'refused', incoming.value, 'at', incoming.at)
        ORDER BY incoming.position DESC))[1]
FROM incoming
JOIN reading USING (series_id, at)
JOIN series ON series.id = incoming.series_id
WHERE reading.value <> incoming.value
    AND NOT EXISTS (
        SELECT FROM corrected_reading
        WHERE corrected_reading.series_id = incoming.series_id AND corrected_reading.at = incoming.at)
GROUP BY incoming.series_id, series.tenant_id;

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
-- Readings that are handed over later tell nothing of a clock, so only the newest time does. Corrections
-- rely on this statement to lock the devices of a batch before their readings are written.
INSERT INTO device_state AS kept (device_id, tenant_id, last_seen, own_time_at, clock_ahead_s)
SELECT device_id, tenant_id, seen, own_time, ahead
FROM unnest(%(device_ids)s::int[], %(tenant_ids)s::int[], %(seen)s::timestamptz[], %(own_times)s::timestamptz[],
            %(ahead)s::float8[])
    AS heard (device_id, tenant_id, seen, own_time, ahead)
ORDER BY device_id
ON CONFLICT (device_id) DO UPDATE SET
    last_seen = greatest(kept.last_seen, excluded.last_seen),
    own_time_at = greatest(kept.own_time_at, excluded.own_time_at),
    clock_ahead_s = CASE WHEN excluded.own_time_at >= coalesce(kept.own_time_at, '-infinity')
        THEN excluded.clock_ahead_s ELSE kept.clock_ahead_s END;

-- name: device_about
-- Only what changes is written, as every change is audited.
UPDATE device SET
    label = coalesce(said.label, device.label),
    manufacturer = coalesce(said.manufacturer, device.manufacturer),
    model = coalesce(said.model, device.model),
    firmware = coalesce(said.firmware, device.firmware),
    area = coalesce(said.area, device.area)
FROM unnest(%(device_ids)s::int[], %(label)s::text[], %(manufacturer)s::text[], %(model)s::text[],
            %(firmware)s::text[], %(area)s::text[])
    AS said (device_id, label, manufacturer, model, firmware, area)
WHERE device.id = said.device_id
    AND (coalesce(said.label, device.label), coalesce(said.manufacturer, device.manufacturer),
         coalesce(said.model, device.model), coalesce(said.firmware, device.firmware),
         coalesce(said.area, device.area))
    IS DISTINCT FROM (device.label, device.manufacturer, device.model, device.firmware, device.area);

-- name: device_online
-- `online_at` is since when it is so.
INSERT INTO device_state AS kept (device_id, tenant_id, online, online_at)
SELECT device_id, tenant_id, online, CASE WHEN online IS NOT NULL THEN at END
FROM unnest(%(device_ids)s::int[], %(tenant_ids)s::int[], %(online)s::boolean[], %(at)s::timestamptz[])
    AS said (device_id, tenant_id, online, at)
ORDER BY device_id
ON CONFLICT (device_id) DO UPDATE SET online = excluded.online, online_at = excluded.online_at
WHERE excluded.online <> kept.online OR excluded.online IS NOT NULL AND kept.online IS NULL;

-- name: parts_online
-- The devices below others, known by their names.
UPDATE device_state SET online = said.online, online_at = said.at
FROM unnest(%(device_ids)s::int[], %(online)s::boolean[], %(at)s::timestamptz[])
        AS said (device_id, online, at)
JOIN device AS above ON above.id = said.device_id
JOIN device AS part ON part.tenant_id = above.tenant_id AND starts_with(part.name, above.name || '/')
WHERE device_state.device_id = part.id AND device_state.online IS DISTINCT FROM said.online;

-- name: device_located
UPDATE device_state
SET location = jsonb_build_object('type', 'Point', 'coordinates', jsonb_build_array(longitude, latitude))
FROM unnest(%(device_ids)s::int[], %(longitudes)s::float8[], %(latitudes)s::float8[])
    AS said (device_id, longitude, latitude)
WHERE device_state.device_id = said.device_id;

-- name: dead_letter_add
-- A retained message comes again with every connection; it is kept once.
INSERT INTO dead_letter (tenant_id, received_at, topic, payload, reason, retained)
SELECT tenant_id, received_at, topic, payload, reason, retained
FROM unnest(%(tenant_ids)s::int[], %(received_ats)s::timestamptz[], %(topics)s::text[], %(payloads)s::bytea[],
            %(reasons)s::text[], %(retained)s::boolean[])
    AS refused (tenant_id, received_at, topic, payload, reason, retained)
WHERE NOT (retained AND EXISTS (
    SELECT FROM dead_letter AS kept
    WHERE kept.topic = refused.topic AND kept.tenant_id = refused.tenant_id AND kept.payload = refused.payload));

-- name: dead_letter_remove
DELETE FROM dead_letter WHERE id = ANY (%(ids)s::bigint[]);

-- name: version_grow
INSERT INTO data_version (tenant_id, version)
SELECT tenant_id, 1 FROM unnest(%(tenant_ids)s::int[]) AS changed (tenant_id) ORDER BY tenant_id
ON CONFLICT (tenant_id) DO UPDATE SET version = data_version.version + 1;

-- name: report
INSERT INTO ingest_state (client_id, connected, oldest_uncommitted_at, figures, reported_at)
VALUES (%(client_id)s, %(connected)s, %(oldest_uncommitted_at)s, %(figures)s, now())
ON CONFLICT (client_id) DO UPDATE SET
    connected = excluded.connected,
    oldest_uncommitted_at = excluded.oldest_uncommitted_at,
    figures = excluded.figures,
    reported_at = excluded.reported_at;
