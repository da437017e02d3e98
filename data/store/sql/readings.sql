-- The trend of one series: one row a bucket that has data, oldest first. `since` and `until` are
-- half-open.

-- name: trend_raw
SELECT date_bin(%(step)s, at, 'epoch') AS bucket, sum(value) / count(*) AS mean, min(value) AS low,
    max(value) AS high, count(*) AS count
FROM tenant_reading
WHERE series_id = %(series_id)s AND at >= %(since)s AND at < %(until)s
GROUP BY bucket
ORDER BY bucket;

-- name: trend_5min
SELECT date_bin(%(step)s, at, 'epoch') AS bucket, sum(sum) / sum(count) AS mean, min(min) AS low,
    max(max) AS high, sum(count) AS count
FROM tenant_rollup_5min
WHERE series_id = %(series_id)s AND at >= %(since)s AND at < %(until)s
GROUP BY bucket
ORDER BY bucket;

-- name: trend_1hour
SELECT date_bin(%(step)s, at, 'epoch') AS bucket, sum(sum) / sum(count) AS mean, min(min) AS low,
    max(max) AS high, sum(count) AS count
FROM tenant_rollup_1hour
WHERE series_id = %(series_id)s AND at >= %(since)s AND at < %(until)s
GROUP BY bucket
ORDER BY bucket;

-- name: events
-- Texts that a series said, newest first.
SELECT at, value
FROM event
WHERE series_id = %(series_id)s AND at >= %(since)s AND at < %(until)s
ORDER BY at DESC
LIMIT 200;
