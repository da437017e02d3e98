-- How far back what is kept goes, and readings that people correct.

-- Rows before this time are no longer kept; none: nothing was dropped yet. Whoever drops takes the row
-- first, and whoever counts rollups anew holds it meanwhile.
CREATE TABLE retention (
    relation text PRIMARY KEY CHECK (relation IN ('reading', 'rollup_5min', 'rollup_1hour')),
    dropped_before timestamptz
);
INSERT INTO retention (relation) VALUES ('reading'), ('rollup_5min'), ('rollup_1hour');
GRANT SELECT ON retention TO clerestory_web, clerestory_worker, clerestory_ingest;

CREATE TABLE correction (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL,
    series_id int NOT NULL,
    since timestamptz NOT NULL CHECK (since >= '2000-01-01T00:00:00Z'),
    until timestamptz NOT NULL CHECK (until <= '2200-01-01T00:00:00Z'), -- not included
    action text NOT NULL CHECK (action IN ('delete', 'adjust')),
    factor float8 CHECK (factor <> 0 AND abs(factor) < 'infinity'), -- value * factor + shift
    shift float8 CHECK (abs(shift) < 'infinity'),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    count int NOT NULL CHECK (count >= 0), -- readings changed
    actor text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    undone_at timestamptz,
    undone_by text,
    CHECK (since < until),
    CHECK (num_nonnulls(factor, shift) = CASE action WHEN 'adjust' THEN 2 ELSE 0 END),
    CHECK ((undone_at IS NULL) = (undone_by IS NULL)),
    UNIQUE (tenant_id, id, series_id),
    FOREIGN KEY (tenant_id, series_id) REFERENCES series (tenant_id, id)
);
CREATE INDEX correction_series ON correction (tenant_id, series_id, id DESC);

-- What each correction in force changed, as it was before. Ingest leaves these times alone: what a
-- device sends of them again was judged already.
CREATE TABLE corrected_reading (
    series_id int NOT NULL,
    at timestamptz NOT NULL,
    correction_id int NOT NULL,
    tenant_id int NOT NULL,
    value float8 NOT NULL,
    PRIMARY KEY (series_id, at, correction_id),
    FOREIGN KEY (tenant_id, correction_id, series_id) REFERENCES correction (tenant_id, id, series_id)
);

ALTER TABLE correction ENABLE ROW LEVEL SECURITY;
ALTER TABLE corrected_reading ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON correction TO clerestory_web, clerestory_worker
    USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY own_tenant ON corrected_reading TO clerestory_web, clerestory_worker
    USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY all_tenants ON corrected_reading TO clerestory_ingest USING (true) WITH CHECK (true);
GRANT SELECT ON correction, corrected_reading TO clerestory_web, clerestory_worker;
GRANT SELECT ON corrected_reading TO clerestory_ingest;

-- Readings have no row-level security and no grant to web and worker, so `correct_readings` and
-- `undo_correction` have the owner's rights and say the tenant themselves; what they call is nobody's.
-- A refusal is one sentence, of SQLSTATE P0001.

-- How many readings one correction may change: ingest of their device waits meanwhile.
CREATE FUNCTION correction_limit() RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 100000;

-- Keep the readings of a series from being written or dropped by others until the transaction's end.
CREATE FUNCTION correction_lock(of_series int) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    -- Ingest holds this row from before it writes a device's readings until its commit.
    PERFORM FROM device_state
    JOIN series USING (tenant_id, device_id)
    WHERE series.id = of_series AND series.tenant_id = app_tenant()
    FOR UPDATE OF device_state;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no such series.';
    END IF;
    PERFORM FROM retention ORDER BY relation FOR SHARE;
    -- Changing what is in the columnstore is otherwise bounded by whole segments, which are larger.
    IF current_setting('timescaledb.max_tuples_decompressed_per_dml_transaction', true) IS NOT NULL THEN
        PERFORM set_config('timescaledb.max_tuples_decompressed_per_dml_transaction', '0', true);
    END IF;
END
$$;

-- Refuse what begins before the readings that are kept. The whole hour is counted anew, so all of it
-- must be there.
CREATE FUNCTION correction_check(begins timestamptz) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    gone timestamptz := (SELECT dropped_before FROM retention WHERE relation = 'reading');
BEGIN
    IF date_bin('1 hour', begins, 'epoch') < gone THEN
        RAISE EXCEPTION 'Readings before % are no longer kept, and without them nothing can be counted anew.',
            to_char(gone AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI "UTC"');
    END IF;
END
$$;

-- Count anew, from the readings, every rollup of the hours from one reading to another.
CREATE FUNCTION correction_recount_rollups(of_series int, first_at timestamptz, last_at timestamptz)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    begins timestamptz := date_bin('1 hour', first_at, 'epoch');
    ends timestamptz := date_bin('1 hour', last_at, 'epoch') + interval '1 hour';
    rollup record;
BEGIN
    FOR rollup IN
        SELECT relation, CASE relation WHEN 'rollup_5min' THEN interval '5 minutes' ELSE interval '1 hour' END AS step,
            greatest(begins, dropped_before) AS kept_from
        FROM retention
        WHERE relation <> 'reading'
    LOOP
        EXECUTE format('DELETE FROM %I WHERE series_id = $1 AND at >= $2 AND at < $3', rollup.relation)
            USING of_series, rollup.kept_from, ends;
        EXECUTE format(
            'INSERT INTO %I (series_id, at, count, sum, min, max, first, first_at, last, last_at)
             SELECT series_id, date_bin($4, at, ''epoch'') AS bucket, count(*), sum(value), min(value), max(value),
                 (array_agg(value ORDER BY at))[1], min(at), (array_agg(value ORDER BY at DESC))[1], max(at)
             FROM reading
             WHERE series_id = $1 AND at >= $2 AND at < $3
             GROUP BY series_id, bucket
             ORDER BY series_id, bucket', rollup.relation)
            USING of_series, rollup.kept_from, ends, rollup.step;
    END LOOP;
END
$$;

-- A state that is on or off is an event when it differs from the one before it: make the events anew
-- that changed readings could be, up to the first one after them.
CREATE FUNCTION correction_recount_events(of_series int, first_at timestamptz, last_at timestamptz)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    earliest timestamptz := coalesce(
        (SELECT max(at) FROM reading WHERE series_id = of_series AND at < first_at), first_at);
    latest timestamptz := coalesce(
        (SELECT min(at) FROM reading WHERE series_id = of_series AND at > last_at), last_at);
BEGIN
    DELETE FROM event WHERE series_id = of_series AND at BETWEEN first_at AND latest;
    INSERT INTO event (series_id, tenant_id, at, value)
    SELECT of_series, app_tenant(), at, CASE value WHEN 0 THEN 'off' ELSE 'on' END
    FROM (
        SELECT at, value, lag(value) OVER (ORDER BY at) AS before
        FROM reading
        WHERE series_id = of_series AND at BETWEEN earliest AND latest
    ) AS said
    WHERE at >= first_at AND value IS DISTINCT FROM before
    ORDER BY at;
END
$$;

-- All that is made from readings, made anew after those from one time to another changed.
CREATE FUNCTION correction_recount(of_series int, first_at timestamptz, last_at timestamptz) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM correction_recount_rollups(of_series, first_at, last_at);
    IF (SELECT kind FROM series WHERE id = of_series) = 'boolean' THEN
        PERFORM correction_recount_events(of_series, first_at, last_at);
    END IF;
    DELETE FROM latest
    WHERE series_id = of_series AND value IS NOT NULL
        AND NOT EXISTS (SELECT FROM reading WHERE reading.series_id = of_series);
    INSERT INTO latest (series_id, tenant_id, at, value)
    SELECT of_series, app_tenant(), at, value
    FROM reading
    WHERE series_id = of_series
    ORDER BY at DESC
    LIMIT 1
    ON CONFLICT (series_id) DO UPDATE SET at = excluded.at, value = excluded.value, text = NULL
    WHERE latest.value IS NOT NULL OR excluded.at > latest.at;
    INSERT INTO data_version (tenant_id, version) VALUES (app_tenant(), 1)
    ON CONFLICT (tenant_id) DO UPDATE SET version = data_version.version + 1;
END
$$;

CREATE FUNCTION correction_actor() RETURNS text
LANGUAGE sql STABLE
RETURN coalesce(nullif(current_setting('app.actor', true), ''), session_user);

-- Delete or adjust the readings of a series in [begins, ends); gives the correction.
CREATE FUNCTION correct_readings(of_series int, begins timestamptz, ends timestamptz, what text,
                                 by_factor float8, by_shift float8, why text) RETURNS correction
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s'
AS $$
DECLARE
    made correction;
    first_at timestamptz;
    last_at timestamptz;
BEGIN
    PERFORM correction_lock(of_series);
    PERFORM correction_check(begins);
    IF what = 'adjust' AND (SELECT kind FROM series WHERE id = of_series) <> 'number' THEN
        RAISE EXCEPTION 'Only numbers can be adjusted.';
    END IF;
    INSERT INTO correction (tenant_id, series_id, since, until, action, factor, shift, reason, count, actor)
    VALUES (app_tenant(), of_series, begins, ends, what, by_factor, by_shift, why, 0, correction_actor())
    RETURNING * INTO made;
    INSERT INTO corrected_reading (series_id, at, correction_id, tenant_id, value)
    SELECT series_id, at, made.id, made.tenant_id, value
    FROM reading
    WHERE series_id = of_series AND at >= begins AND at < ends
    ORDER BY at
    LIMIT correction_limit() + 1;
    GET DIAGNOSTICS made.count = ROW_COUNT;
    IF made.count = 0 THEN
        RAISE EXCEPTION 'There are no readings in this range.';
    ELSIF made.count > correction_limit() THEN
        RAISE EXCEPTION 'There are more than % readings in this range; choose a shorter one.', correction_limit();
    END IF;
    UPDATE correction SET count = made.count WHERE id = made.id;

    SELECT min(at), max(at) INTO first_at, last_at
    FROM corrected_reading WHERE series_id = of_series AND correction_id = made.id AND at >= begins AND at < ends;
    IF what = 'delete' THEN
        DELETE FROM reading WHERE series_id = of_series AND at >= begins AND at < ends;
    ELSE
        UPDATE reading SET value = value * by_factor + by_shift
        WHERE series_id = of_series AND at >= begins AND at < ends;
    END IF;
    PERFORM correction_recount(of_series, first_at, last_at);
    PERFORM audit_write(made.tenant_id, 'correct', 'series ' || of_series, NULL, to_jsonb(made));
    RETURN made;
END
$$;

-- Give all readings of a correction their values back; gives the correction.
CREATE FUNCTION undo_correction(wanted int) RETURNS correction
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s'
AS $$
DECLARE
    before correction;
    after correction;
    kept int;
    first_at timestamptz;
    last_at timestamptz;
BEGIN
    SELECT * INTO before FROM correction WHERE id = wanted AND tenant_id = app_tenant() FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no such correction.';
    ELSIF before.undone_at IS NOT NULL THEN
        RAISE EXCEPTION 'This correction was undone already.';
    END IF;
    PERFORM correction_lock(before.series_id);
    SELECT count(*), min(at), max(at) INTO kept, first_at, last_at
    FROM corrected_reading
    WHERE series_id = before.series_id AND correction_id = wanted AND at >= before.since AND at < before.until;
    IF kept < before.count THEN
        RAISE EXCEPTION 'What it changed is no longer kept, so this correction stays.';
    END IF;
    PERFORM correction_check(first_at);
    IF EXISTS (
        SELECT FROM corrected_reading AS mine
        JOIN corrected_reading AS later USING (series_id, at)
        WHERE mine.series_id = before.series_id AND mine.correction_id = wanted
            AND mine.at >= before.since AND mine.at < before.until AND later.correction_id > wanted
    ) THEN
        RAISE EXCEPTION 'A later correction changed some of these readings; undo that one first.';
    END IF;
    INSERT INTO reading (series_id, at, value)
    SELECT series_id, at, value
    FROM corrected_reading
    WHERE series_id = before.series_id AND correction_id = wanted AND at >= before.since AND at < before.until
    ORDER BY series_id, at
    ON CONFLICT (series_id, at) DO UPDATE SET value = excluded.value;
    DELETE FROM corrected_reading
    WHERE series_id = before.series_id AND correction_id = wanted AND at >= before.since AND at < before.until;
    UPDATE correction SET undone_at = now(), undone_by = correction_actor() WHERE id = wanted
    RETURNING * INTO after;
    PERFORM correction_recount(before.series_id, first_at, last_at);
    PERFORM audit_write(before.tenant_id, 'undo correction', 'series ' || before.series_id,
                        to_jsonb(before), to_jsonb(after));
    RETURN after;
END
$$;

REVOKE EXECUTE ON FUNCTION correction_limit(), correction_lock(int), correction_check(timestamptz),
    correction_recount_rollups(int, timestamptz, timestamptz),
    correction_recount_events(int, timestamptz, timestamptz), correction_recount(int, timestamptz, timestamptz),
    correction_actor(), correct_readings(int, timestamptz, timestamptz, text, float8, float8, text),
    undo_correction(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION correction_limit(),
    correct_readings(int, timestamptz, timestamptz, text, float8, float8, text), undo_correction(int)
    TO clerestory_web, clerestory_worker;
