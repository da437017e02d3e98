-- What the series in a building's rooms had said by moments of a period that is over: by series, the
-- last value of each step, and the newest from before the period. `since`, `until` and the steps are
-- boundaries of the rollup that is read, so the last of a step is what was known at its end, exactly.
-- The beginning is a full hour. What is older than a week at the beginning and was followed by more
-- later is not looked for: behind the tenant's view no index ends such a search early.

-- name: numbers_5min
-- One row a series that said a number by then: times (seconds since 1970) and values, oldest first.
WITH placed AS MATERIALIZED (
    SELECT series.id, latest.at, latest.value
    FROM space
    JOIN device ON device.space_id = space.id
    JOIN series ON series.device_id = device.id
    JOIN latest ON latest.series_id = series.id
    WHERE space.building_id = %(building_id)s AND space.gone_at IS NULL AND series.kind <> 'text'
), said AS (
    SELECT id, at AS last_at, value AS last
    FROM placed
    WHERE at < %(since)s AND value IS NOT NULL
    UNION ALL
    SELECT placed.id, before.last_at, before.last
    FROM placed
    CROSS JOIN LATERAL (
        SELECT last_at, last FROM tenant_rollup_1hour AS rollup
        WHERE series_id = placed.id AND rollup.at < %(since)s AND rollup.at >= %(since)s - interval '7 days'
        ORDER BY rollup.at DESC LIMIT 1
    ) AS before
    WHERE placed.at >= %(since)s
    UNION ALL
    SELECT placed.id, step.last_at, step.last
    FROM placed
    CROSS JOIN LATERAL (
        SELECT DISTINCT ON (date_bin(%(step)s, rollup.at, 'epoch')) last_at, last
        FROM tenant_rollup_5min AS rollup
        WHERE series_id = placed.id AND rollup.at >= %(since)s AND rollup.at < %(until)s
        ORDER BY date_bin(%(step)s, rollup.at, 'epoch'), rollup.at DESC
    ) AS step
    WHERE placed.at >= %(since)s
)
SELECT id, array_agg(extract(epoch FROM last_at)::float8 ORDER BY last_at), array_agg(last ORDER BY last_at)
FROM said
GROUP BY id;

-- name: numbers_1hour
-- The same by full hours.
WITH placed AS MATERIALIZED (
    SELECT series.id, latest.at, latest.value
    FROM space
    JOIN device ON device.space_id = space.id
    JOIN series ON series.device_id = device.id
    JOIN latest ON latest.series_id = series.id
    WHERE space.building_id = %(building_id)s AND space.gone_at IS NULL AND series.kind <> 'text'
), said AS (
    SELECT id, at AS last_at, value AS last
    FROM placed
    WHERE at < %(since)s AND value IS NOT NULL
    UNION ALL
    SELECT placed.id, before.last_at, before.last
    FROM placed
    CROSS JOIN LATERAL (
        SELECT last_at, last FROM tenant_rollup_1hour AS rollup
        WHERE series_id = placed.id AND rollup.at < %(since)s AND rollup.at >= %(since)s - interval '7 days'
        ORDER BY rollup.at DESC LIMIT 1
    ) AS before
    WHERE placed.at >= %(since)s
    UNION ALL
    SELECT placed.id, step.last_at, step.last
    FROM placed
    CROSS JOIN LATERAL (
        SELECT DISTINCT ON (date_bin(%(step)s, rollup.at, 'epoch')) last_at, last
        FROM tenant_rollup_1hour AS rollup
        WHERE series_id = placed.id AND rollup.at >= %(since)s AND rollup.at < %(until)s
        ORDER BY date_bin(%(step)s, rollup.at, 'epoch'), rollup.at DESC
    ) AS step
    WHERE placed.at >= %(since)s
)
SELECT id, array_agg(extract(epoch FROM last_at)::float8 ORDER BY last_at), array_agg(last ORDER BY last_at)
FROM said
GROUP BY id;

-- name: texts
-- One row a series that said a text by then.
WITH placed AS MATERIALIZED (
    SELECT series.id
    FROM space
    JOIN device ON device.space_id = space.id
    JOIN series ON series.device_id = device.id
    WHERE space.building_id = %(building_id)s AND space.gone_at IS NULL AND series.kind <> 'boolean'
), said AS (
    SELECT placed.id, before.at, before.value
    FROM placed
    CROSS JOIN LATERAL (
        SELECT at, value FROM event
        WHERE series_id = placed.id AND at < %(since)s ORDER BY at DESC, value LIMIT 1
    ) AS before
    UNION ALL
    SELECT placed.id, step.at, step.value
    FROM placed
    CROSS JOIN LATERAL (
        SELECT DISTINCT ON (date_bin(%(step)s, at, 'epoch')) at, value
        FROM event
        WHERE series_id = placed.id AND at >= %(since)s AND at < %(until)s
        ORDER BY date_bin(%(step)s, at, 'epoch'), at DESC, value
    ) AS step
)
SELECT id, array_agg(extract(epoch FROM at)::float8 ORDER BY at), array_agg(value ORDER BY at)
FROM said
GROUP BY id;
