-- What the series in a building's rooms had said by moments of a period that is over: by series, the
-- last value of each step, and the newest from before the period. `since`, `until` and the steps are
-- boundaries of the rollup that is read, so the last of a step is what was known at its end, exactly.

-- name: numbers_5min
-- One row a series that ever said a number: times (seconds since 1970) and values, oldest first.
WITH placed AS MATERIALIZED (
    SELECT series.id
    FROM space
    JOIN device ON device.space_id = space.id
    JOIN series ON series.device_id = device.id
    WHERE space.building_id = %(building_id)s AND space.gone_at IS NULL
), said AS (
    SELECT placed.id, before.last_at, before.last
    FROM placed
    CROSS JOIN LATERAL (
        SELECT last_at, last FROM tenant_rollup_5min
        WHERE series_id = placed.id AND at < %(since)s ORDER BY at DESC LIMIT 1
    ) AS before
    UNION ALL
    SELECT placed.id, step.last_at, step.last
    FROM placed
    CROSS JOIN LATERAL (
        SELECT DISTINCT ON (date_bin(%(step)s, at, 'epoch')) last_at, last
        FROM tenant_rollup_5min
        WHERE series_id = placed.id AND at >= %(since)s AND at < %(until)s
        ORDER BY date_bin(%(step)s, at, 'epoch'), at DESC
    ) AS step
)
SELECT id, array_agg(extract(epoch FROM last_at)::float8 ORDER BY last_at), array_agg(last ORDER BY last_at)
FROM said
GROUP BY id;

-- name: numbers_1hour
-- The same from the rollup of hours.
WITH placed AS MATERIALIZED (
    SELECT series.id
    FROM space
    JOIN device ON device.space_id = space.id
    JOIN series ON series.device_id = device.id
    WHERE space.building_id = %(building_id)s AND space.gone_at IS NULL
), said AS (
    SELECT placed.id, before.last_at, before.last
    FROM placed
    CROSS JOIN LATERAL (
        SELECT last_at, last FROM tenant_rollup_1hour
        WHERE series_id = placed.id AND at < %(since)s ORDER BY at DESC LIMIT 1
    ) AS before
    UNION ALL
    SELECT placed.id, step.last_at, step.last
    FROM placed
    CROSS JOIN LATERAL (
        SELECT DISTINCT ON (date_bin(%(step)s, at, 'epoch')) last_at, last
        FROM tenant_rollup_1hour
        WHERE series_id = placed.id AND at >= %(since)s AND at < %(until)s
        ORDER BY date_bin(%(step)s, at, 'epoch'), at DESC
    ) AS step
)
SELECT id, array_agg(extract(epoch FROM last_at)::float8 ORDER BY last_at), array_agg(last ORDER BY last_at)
FROM said
GROUP BY id;

-- name: texts
-- One row a series that ever said a text. What a state's events say, `on` and `off`, its readings say too.
WITH placed AS MATERIALIZED (
    SELECT series.id, series.kind
    FROM space
    JOIN device ON device.space_id = space.id
    JOIN series ON series.device_id = device.id
    WHERE space.building_id = %(building_id)s AND space.gone_at IS NULL
), said AS (
    SELECT placed.id, before.at, before.value
    FROM placed
    CROSS JOIN LATERAL (
        SELECT at, value FROM event
        WHERE series_id = placed.id AND at < %(since)s
            AND NOT (placed.kind = 'boolean' AND value IN ('on', 'off'))
        ORDER BY at DESC, value LIMIT 1
    ) AS before
    UNION ALL
    SELECT placed.id, step.at, step.value
    FROM placed
    CROSS JOIN LATERAL (
        SELECT DISTINCT ON (date_bin(%(step)s, at, 'epoch')) at, value
        FROM event
        WHERE series_id = placed.id AND at >= %(since)s AND at < %(until)s
            AND NOT (placed.kind = 'boolean' AND value IN ('on', 'off'))
        ORDER BY date_bin(%(step)s, at, 'epoch'), at DESC, value
    ) AS step
)
SELECT id, array_agg(extract(epoch FROM at)::float8 ORDER BY at), array_agg(value ORDER BY at)
FROM said
GROUP BY id;
