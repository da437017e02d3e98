-- name: versions
SELECT current_setting('server_version') AS postgres,
    (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb') AS timescaledb,
    current_setting('timescaledb.license', true) AS timescaledb_license,
    (SELECT extversion FROM pg_extension WHERE extname = 'postgis') AS postgis;

-- name: ingest
-- The ingest processes that still report; one that is silent for a quarter of a minute is gone.
SELECT coalesce(bool_or(connected), false) AS connected,
    extract(epoch FROM now() - min(oldest_uncommitted_at))::float8 AS oldest_uncommitted_s
FROM ingest_state
WHERE reported_at > now() - interval '15 seconds';
