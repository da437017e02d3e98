-- What the system page is told: how each ingest does, how large the store is, what brought it up to date.

-- The noisiest sources bear the names of devices: a tenant is told of its own alone.
REVOKE SELECT ON ingest_state FROM clerestory_web, clerestory_worker;
GRANT SELECT (client_id, connected, oldest_uncommitted_at, reported_at) ON ingest_state
    TO clerestory_web, clerestory_worker;
CREATE VIEW ingest_process WITH (security_barrier) AS
SELECT ingest_state.client_id, ingest_state.connected, ingest_state.oldest_uncommitted_at,
    ingest_state.reported_at, ingest_state.figures - ARRAY['noisiest', 'dead_letters_by_reason'] AS figures,
    coalesce(ingest_state.figures #> ARRAY['noisiest', tenant.name], '{}') AS noisiest
FROM ingest_state
LEFT JOIN tenant ON tenant.id = app_tenant();
GRANT SELECT ON ingest_process TO clerestory_web, clerestory_worker;

GRANT SELECT ON schema_migration TO clerestory_web;

-- Of all tenants together, as sizes are. The functions of TimescaleDB count what its columnstore holds,
-- and are named in texts because a server may have none, or gain them later.
CREATE FUNCTION reading_size() RETURNS TABLE (bytes bigint, estimate bigint, chunks int, columnstore_chunks int)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
        RETURN QUERY EXECUTE
            'SELECT hypertable_size(''reading''), approximate_row_count(''reading''), count(*)::int,
                (count(*) FILTER (WHERE is_compressed))::int
            FROM timescaledb_information.chunks
            WHERE hypertable_schema = ''public'' AND hypertable_name = ''reading''';
    ELSE
        -- The one is as of the last ANALYZE, the other forgotten by a server that was killed.
        RETURN QUERY
            SELECT pg_total_relation_size(oid), greatest(reltuples::bigint, pg_stat_get_live_tuples(oid)),
                NULL::int, NULL::int
            FROM pg_class WHERE oid = 'reading'::regclass;
    END IF;
END
$$;
REVOKE EXECUTE ON FUNCTION reading_size() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reading_size() TO clerestory_web;
