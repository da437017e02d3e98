-- What drops rows that are older than they are to be kept. Run as the owner.

-- name: claim
-- One process at a time; the lock ends with its connection.
SELECT pg_try_advisory_lock(hashtext('clerestory retention'));

-- name: hypertables
SELECT hypertable_name FROM timescaledb_information.hypertables WHERE hypertable_schema = 'public';

-- name: has_timescaledb
SELECT count(*) > 0 FROM pg_extension WHERE extname = 'timescaledb';

-- name: has_columnstore
SELECT current_setting('timescaledb.license', true) = 'timescale'
    AND to_regproc('convert_to_columnstore') IS NOT NULL;

-- name: mark
-- Taken before anything is dropped: a correction that counts rollups anew holds it.
UPDATE retention SET dropped_before = greatest(dropped_before, %(before)s) WHERE relation = %(relation)s;

-- name: marked
SELECT dropped_before FROM retention WHERE relation = %(relation)s;

-- name: old_chunks
-- Chunks that are older than a time from end to end, the oldest first.
SELECT range_end
FROM timescaledb_information.chunks
WHERE hypertable_schema = 'public' AND hypertable_name = %(relation)s AND range_end <= %(before)s
ORDER BY range_end;

-- name: drop_chunks
SELECT drop_chunks(%(relation)s::regclass, older_than => %(before)s::timestamptz);

-- name: enable_columnstore
ALTER TABLE {} SET (timescaledb.enable_columnstore, timescaledb.segmentby = 'series_id', timescaledb.orderby = 'at');

-- name: columnstore_enabled
SELECT compression_enabled
FROM timescaledb_information.hypertables
WHERE hypertable_schema = 'public' AND hypertable_name = %(relation)s;

-- name: rowstore_chunks
-- Chunks that are older than a time from end to end and not in the columnstore yet, the oldest first.
SELECT format('%%I.%%I', chunk_schema, chunk_name)
FROM timescaledb_information.chunks
WHERE hypertable_schema = 'public' AND hypertable_name = %(relation)s AND range_end <= %(before)s
    AND NOT is_compressed
ORDER BY range_end;

-- name: convert
CALL convert_to_columnstore(%(chunk)s::regclass, if_not_columnstore => true);

-- name: series
SELECT id FROM series ORDER BY id;

-- name: drop_rows
-- A slice of the rows of some series; their key leads to them.
DELETE FROM {relation}
USING (
    SELECT series_id, at
    FROM {relation}
    WHERE series_id = ANY (%(series)s::int[]) AND at < %(before)s
    ORDER BY series_id, at
    LIMIT %(slice)s
) AS old
WHERE {relation}.series_id = old.series_id AND {relation}.at = old.at;

-- name: drop_letters
DELETE FROM dead_letter
WHERE id IN (SELECT id FROM dead_letter WHERE received_at < %(before)s ORDER BY id LIMIT %(slice)s);

-- name: note
SELECT audit_write(NULL, 'drop', %(relation)s, NULL, %(detail)s);
