-- What the broker acknowledged against what the store holds; each statement of a promise gives the rows
-- that break it. Run as the owner, who sees all tenants.

-- name: prepare
CREATE TEMPORARY TABLE ledger (
    tenant text NOT NULL,
    topic text NOT NULL,
    fate text NOT NULL CHECK (fate IN ('reading', 'dead letter', 'nothing')),
    device text,
    metric text,
    value float8,
    at timestamptz, -- none: stamped on arrival
    acknowledged_at timestamptz NOT NULL
);

-- The series of the ledger's devices, and all that was stored of them.
CREATE TEMPORARY VIEW watched AS
SELECT series.id AS series_id, tenant.name AS tenant, device.name AS device, series.metric
FROM series
JOIN device ON device.id = series.device_id
JOIN tenant ON tenant.id = device.tenant_id
WHERE device.name IN (SELECT ledger.device FROM ledger);

CREATE TEMPORARY VIEW stored AS
SELECT watched.series_id, watched.tenant, watched.device, watched.metric, reading.at, reading.value
FROM reading
JOIN watched ON watched.series_id = reading.series_id;

-- name: fill
COPY ledger FROM STDIN;

-- name: entries
SELECT count(*) FROM ledger;

-- name: lost
-- Acknowledged and not there. `before_kill` is how long before a kill of the broker its first
-- acknowledgement came; within `autosave` the broker may forget it.
WITH missing AS (
    SELECT * FROM ledger
    WHERE fate = 'reading' AND NOT EXISTS (
        SELECT FROM stored
        WHERE stored.tenant = ledger.tenant AND stored.device = ledger.device
            AND stored.metric = ledger.metric AND stored.value = ledger.value
            AND (ledger.at IS NULL OR stored.at = ledger.at))
    UNION ALL
    SELECT * FROM ledger
    WHERE fate = 'dead letter' AND NOT EXISTS (
        SELECT FROM dead_letter
        JOIN tenant ON tenant.id = dead_letter.tenant_id
        WHERE dead_letter.topic = ledger.topic AND tenant.name = ledger.tenant)
)
SELECT tenant, topic, value, at, acknowledged_at, before_kill, coalesce(before_kill <= %(autosave)s, false)
FROM (
    SELECT DISTINCT ON (tenant, topic, value, at) tenant, topic, value, at, acknowledged_at
    FROM missing
    ORDER BY tenant, topic, value, at, acknowledged_at
) AS first
CROSS JOIN LATERAL (
    -- The device's clock is read a little after the broker's answer came, and so maybe after the kill.
    SELECT min(kill - acknowledged_at) AS before_kill
    FROM unnest(%(kills)s::timestamptz[]) AS kill
    WHERE acknowledged_at <= kill + interval '1 s'
) AS next
ORDER BY acknowledged_at, topic;

-- name: doubled
-- Readings that carry their time and stand there more than once.
SELECT tenant, device, metric, value, count(*), array_agg(at ORDER BY at) AS at
FROM stored
WHERE metric IN (SELECT ledger.metric FROM ledger WHERE ledger.at IS NOT NULL)
GROUP BY tenant, device, metric, value
HAVING count(*) > 1
ORDER BY tenant, device, metric, value;

-- name: invented
-- Stored, but never said so: another value, another time, another tenant's.
SELECT tenant, device, metric, value, at
FROM stored
WHERE NOT EXISTS (
    SELECT FROM ledger
    WHERE ledger.tenant = stored.tenant AND ledger.device = stored.device
        AND ledger.metric = stored.metric AND ledger.value = stored.value
        AND (ledger.at IS NULL OR ledger.at = stored.at))
ORDER BY tenant, device, metric, value, at;

-- name: repeated
-- How many readings that were stamped on arrival are there again.
SELECT coalesce(sum(times - 1), 0)
FROM (
    SELECT count(*) AS times
    FROM stored
    WHERE metric IN (SELECT ledger.metric FROM ledger WHERE ledger.at IS NULL)
    GROUP BY tenant, device, metric, value
) AS said;

-- name: repeatable
-- How many of those the broker may deliver again as it forgot that they were acknowledged to it.
SELECT count(*)
FROM ledger
WHERE at IS NULL AND EXISTS (
    SELECT FROM unnest(%(kills)s::timestamptz[]) AS kill
    WHERE acknowledged_at BETWEEN kill - %(autosave)s AND kill + interval '1 s');

-- name: rollups
-- Rollups against a recount of raw: exact, but for the order in which floats are added up.
WITH recount AS (
    SELECT width, series_id, date_bin(width, at, 'epoch') AS at, count(*) AS count, sum(value) AS sum,
        min(value) AS min, max(value) AS max,
        (array_agg(value ORDER BY at))[1] AS first, (array_agg(value ORDER BY at DESC))[1] AS last
    FROM stored
    CROSS JOIN (VALUES (interval '5 minutes'), (interval '1 hour')) AS widths (width)
    GROUP BY width, series_id, date_bin(width, at, 'epoch')
), kept AS (
    SELECT interval '5 minutes' AS width, series_id, at, count, sum, min, max, first, last FROM rollup_5min
    UNION ALL
    SELECT interval '1 hour', series_id, at, count, sum, min, max, first, last FROM rollup_1hour
)
SELECT width, series_id, at, kept.count AS kept, recount.count AS counted, kept.sum AS kept_sum, recount.sum
FROM (SELECT * FROM kept WHERE series_id IN (SELECT watched.series_id FROM watched)) AS kept
FULL JOIN recount USING (width, series_id, at)
WHERE (kept.count, kept.min, kept.max, kept.first, kept.last)
        IS DISTINCT FROM (recount.count, recount.min, recount.max, recount.first, recount.last)
    OR abs(kept.sum - recount.sum) > 1e-9 * abs(recount.sum)
ORDER BY width, series_id, at;

-- name: latest
-- The latest value against the newest raw row.
SELECT tenant, device, metric, latest.at, latest.value, newest.at AS newest_at, newest.value AS newest_value
FROM watched
LEFT JOIN (
    SELECT DISTINCT ON (series_id) series_id, at, value FROM stored ORDER BY series_id, at DESC
) AS newest USING (series_id)
LEFT JOIN latest USING (series_id)
WHERE (latest.at, latest.value) IS DISTINCT FROM (newest.at, newest.value)
ORDER BY tenant, device, metric;

-- name: tenants
SELECT name, id FROM tenant WHERE name = ANY (%(names)s);

-- name: seen
-- What a tenant sees through the web's role, which the transaction has taken on; values tell whose they are.
SELECT device.name AS device, series.metric, tenant_reading.value
FROM tenant_reading
JOIN series ON series.id = tenant_reading.series_id
JOIN device ON device.id = series.device_id
WHERE starts_with(device.name, %(fault)s || '/') AND div(tenant_reading.value::numeric, %(step)s) <> %(place)s
ORDER BY device, metric, value;
