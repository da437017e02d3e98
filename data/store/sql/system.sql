-- What the system page shows. Dead letters and readings are those of the transaction's tenant.

-- name: processes
-- The ingests, the one that reported last first. An ingest of another version may not know a figure.
-- Ages are by the server's clock, which writes `reported_at`.
SELECT client_id, connected,
    extract(epoch FROM now() - reported_at)::float8 AS silent_s,
    extract(epoch FROM now() - oldest_uncommitted_at)::float8 AS waiting_s,
    (figures ->> 'since')::timestamptz AS since,
    (figures ->> 'link_since')::timestamptz AS link_since,
    (figures ->> 'last_message_at')::timestamptz AS last_message_at,
    coalesce((figures ->> 'queue')::int, 0) AS queue,
    coalesce((figures ->> 'queue_full')::boolean, false) AS queue_full,
    coalesce((figures ->> 'reconnects')::int, 0) AS reconnects,
    coalesce((figures ->> 'conflicts')::bigint, 0) AS conflicts,
    (figures #>> '{last_minute,messages_per_s}')::float8 AS messages_per_s,
    (figures #>> '{last_minute,rows_per_s}')::float8 AS rows_per_s,
    coalesce((figures #>> '{last_minute,understood}')::bigint, 0) AS understood,
    coalesce((figures #>> '{last_minute,dead_letters}')::bigint, 0) AS dead_letters,
    (figures #>> '{last_minute,latency_p50_s}')::float8 AS latency_p50_s,
    (figures #>> '{last_minute,latency_p99_s}')::float8 AS latency_p99_s,
    noisiest
FROM ingest_process
ORDER BY reported_at DESC
LIMIT 20;

-- name: sizes
SELECT pg_database_size(current_database()) AS database_bytes,
    bytes AS reading_bytes, estimate AS reading_estimate, chunks, columnstore_chunks
FROM reading_size();

-- name: oldest
-- One probe of the index for each series: without TimescaleDB there is no index by time alone.
SELECT min(first.at)
FROM series
CROSS JOIN LATERAL (
    SELECT at FROM tenant_reading WHERE series_id = series.id ORDER BY at LIMIT 1
) AS first;

-- name: migrations
SELECT name, applied_at FROM schema_migration ORDER BY name DESC;

-- name: quarantine
-- Dead letters by reason, the latest first; `total` counts those of all reasons.
SELECT min(id) AS first_id, reason, count(*) AS count, (sum(count(*)) OVER ())::bigint AS total,
    min(received_at) AS first_at, max(received_at) AS last_at,
    count(DISTINCT topic) AS topics, (array_agg(topic ORDER BY received_at DESC))[1] AS newest_topic
FROM dead_letter
GROUP BY reason
ORDER BY last_at DESC, reason
LIMIT 50;

-- name: letters
-- The newest messages that share the reason of a given one, each with the head of its payload.
SELECT letter.id, letter.received_at, letter.topic, length(letter.payload) AS size,
    substring(letter.payload FROM 1 FOR %(head)s) AS head
FROM dead_letter AS letter
JOIN dead_letter AS given ON given.reason = letter.reason
WHERE given.id = %(first_id)s
ORDER BY letter.received_at DESC, letter.id DESC
LIMIT %(number)s;

-- name: payload
SELECT payload FROM dead_letter WHERE id = %(id)s;
