-- What analytics found, and from what. Workers write it, pages read it.
--
-- It is made of readings and can be made again, so it goes with the series, the device or the room that it
-- tells of. `basis` says what a result was made from: {since, until, readings or children, …}.

-- When each kind of analysis was done last for a series, a device or a building, and what it lacked.
CREATE TABLE analysis_run (
    tenant_id int NOT NULL REFERENCES tenant,
    kind text NOT NULL CHECK (kind <> ''),
    series_id int,
    device_id int,
    building_id int,
    computed_at timestamptz NOT NULL,
    first_at timestamptz, -- of the readings in its window: it is done anew when earlier ones come in
    until timestamptz, -- it has seen what was said before
    lacking text, -- one sentence: what was too little; none: nothing was
    failed text, -- the name of an error that is in the log; none: it went well
    CHECK (num_nonnulls(series_id, device_id, building_id) = 1),
    UNIQUE NULLS NOT DISTINCT (tenant_id, kind, series_id, device_id, building_id),
    FOREIGN KEY (tenant_id, series_id) REFERENCES series (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, device_id) REFERENCES device (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, building_id) REFERENCES building (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX analysis_run_series ON analysis_run (tenant_id, series_id, kind);

-- How a subject is now.
CREATE TABLE health (
    tenant_id int NOT NULL,
    subject text NOT NULL CHECK (subject IN ('series', 'device', 'space', 'system', 'storey', 'building')),
    subject_id int NOT NULL,
    computed_at timestamptz NOT NULL,
    score float8 CHECK (score BETWEEN 0 AND 100), -- none: there is nothing to judge by
    reasons jsonb NOT NULL, -- [{reason, points, detail, subject, subject_id}], the costliest first
    basis jsonb NOT NULL,
    series_id int GENERATED ALWAYS AS (CASE subject WHEN 'series' THEN subject_id END) STORED,
    device_id int GENERATED ALWAYS AS (CASE subject WHEN 'device' THEN subject_id END) STORED,
    space_id int GENERATED ALWAYS AS (CASE subject WHEN 'space' THEN subject_id END) STORED,
    system_id int GENERATED ALWAYS AS (CASE subject WHEN 'system' THEN subject_id END) STORED,
    storey_id int GENERATED ALWAYS AS (CASE subject WHEN 'storey' THEN subject_id END) STORED,
    building_id int GENERATED ALWAYS AS (CASE subject WHEN 'building' THEN subject_id END) STORED,
    PRIMARY KEY (tenant_id, subject, subject_id),
    FOREIGN KEY (tenant_id, series_id) REFERENCES series (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, device_id) REFERENCES device (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, space_id) REFERENCES space (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, system_id) REFERENCES system (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, storey_id) REFERENCES storey (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, building_id) REFERENCES building (tenant_id, id) ON DELETE CASCADE
);

-- How it was: the last score of each hour, and of days that are over for long, their mean.
CREATE TABLE health_history (
    tenant_id int NOT NULL,
    subject text NOT NULL,
    subject_id int NOT NULL,
    at timestamptz NOT NULL, -- beginning of the hour or day, in UTC
    score float8 NOT NULL CHECK (score BETWEEN 0 AND 100),
    PRIMARY KEY (tenant_id, subject, subject_id, at),
    FOREIGN KEY (tenant_id, subject, subject_id) REFERENCES health ON DELETE CASCADE
);
CREATE INDEX health_history_at ON health_history (at);

-- Stretches in which a series behaved as it had not before.
CREATE TABLE anomaly (
    tenant_id int NOT NULL,
    series_id int NOT NULL,
    began_at timestamptz NOT NULL,
    ended_at timestamptz CHECK (ended_at >= began_at), -- none: it still does
    peak float8 NOT NULL CHECK (peak BETWEEN 0 AND 1), -- the highest score in it
    computed_at timestamptz NOT NULL,
    basis jsonb NOT NULL,
    PRIMARY KEY (tenant_id, series_id, began_at),
    FOREIGN KEY (tenant_id, series_id) REFERENCES series (tenant_id, id) ON DELETE CASCADE
);

-- The newest forecast of each series, and how often those of the last days were right.
CREATE TABLE forecast (
    tenant_id int NOT NULL,
    series_id int NOT NULL,
    computed_at timestamptz NOT NULL,
    method text NOT NULL,
    ats timestamptz[] NOT NULL,
    quantiles jsonb NOT NULL, -- {"0.1": [value], …} at `ats`
    mase float8, -- mean absolute error in the rolling backtest, of the seasonal-naive one's; none: not tried
    coverage float8 CHECK (coverage BETWEEN 0 AND 1), -- of the 80 % band, in the backtest
    backtests int NOT NULL CHECK (backtests >= 0),
    withheld text, -- why it is not to be shown; none: it is
    right_count int NOT NULL CHECK (right_count >= 0), -- hours that fell into their 80 % band
    judged_count int NOT NULL CHECK (judged_count >= right_count), -- hours that were forecast and came
    judged_since timestamptz,
    basis jsonb NOT NULL,
    PRIMARY KEY (tenant_id, series_id),
    FOREIGN KEY (tenant_id, series_id) REFERENCES series (tenant_id, id) ON DELETE CASCADE
);

-- The first forecast of each day that was shown: what is judged when the day is over.
CREATE TABLE forecast_day (
    tenant_id int NOT NULL,
    series_id int NOT NULL,
    day date NOT NULL, -- in UTC
    computed_at timestamptz NOT NULL,
    ats timestamptz[] NOT NULL,
    low float8[] NOT NULL, -- of the 80 % band
    high float8[] NOT NULL,
    PRIMARY KEY (tenant_id, series_id, day),
    FOREIGN KEY (tenant_id, series_id) REFERENCES forecast (tenant_id, series_id) ON DELETE CASCADE
);

-- What is likely to fail, and when.
CREATE TABLE failure_finding (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL,
    kind text NOT NULL CHECK (kind IN ('limit', 'service life', 'warranty')),
    device_id int,
    equipment_id int,
    series_id int, -- whose trend it is
    fails_at timestamptz,
    low_at timestamptz, -- the interval of 90 %
    high_at timestamptz, -- none: no end of it can be said
    probability float8 CHECK (probability BETWEEN 0 AND 1), -- of what the sentence says
    service_life_years float8,
    warranty_until date,
    sentence text NOT NULL,
    computed_at timestamptz NOT NULL,
    basis jsonb NOT NULL,
    CHECK (num_nonnulls(device_id, equipment_id) = 1),
    UNIQUE (tenant_id, id),
    FOREIGN KEY (tenant_id, device_id) REFERENCES device (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, equipment_id) REFERENCES equipment (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, series_id) REFERENCES series (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX failure_finding_device ON failure_finding (tenant_id, device_id);
CREATE INDEX failure_finding_equipment ON failure_finding (tenant_id, equipment_id);
CREATE INDEX failure_finding_series ON failure_finding (tenant_id, series_id);

-- How a series or the series of a room go: one result of each kind.
CREATE TABLE pattern (
    tenant_id int NOT NULL,
    kind text NOT NULL
        CHECK (kind IN ('change points', 'daily profiles', 'schedule', 'correlations', 'occupancy')),
    series_id int,
    space_id int,
    result jsonb NOT NULL,
    computed_at timestamptz NOT NULL,
    basis jsonb NOT NULL,
    CHECK (num_nonnulls(series_id, space_id) = 1),
    UNIQUE NULLS NOT DISTINCT (tenant_id, kind, series_id, space_id),
    FOREIGN KEY (tenant_id, series_id) REFERENCES series (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, space_id) REFERENCES space (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX pattern_series ON pattern (tenant_id, series_id);
CREATE INDEX pattern_space ON pattern (tenant_id, space_id);

-- Each room judged against the rooms around it, by quantity.
CREATE TABLE odd_room (
    tenant_id int NOT NULL,
    space_id int NOT NULL,
    quantity text NOT NULL,
    score float8 NOT NULL,
    verdict text CHECK (verdict IN ('sensor', 'room', 'weather')), -- none: it is not odd
    computed_at timestamptz NOT NULL,
    basis jsonb NOT NULL,
    PRIMARY KEY (tenant_id, space_id, quantity),
    FOREIGN KEY (tenant_id, space_id) REFERENCES space (tenant_id, id) ON DELETE CASCADE
);

-- Readings that cannot be right. A finding is the same one as long as its series, kind and beginning are.
CREATE TABLE quality_finding (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL,
    series_id int NOT NULL,
    kind text NOT NULL CHECK (kind <> ''),
    began_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL CHECK (ended_at >= began_at), -- included
    count int NOT NULL CHECK (count >= 0), -- readings it is about; of a gap, those that are missing
    detail text NOT NULL, -- in words
    flag int NOT NULL, -- of its kind
    repair text, -- what is offered first; none: nothing
    finding jsonb NOT NULL, -- all that a repair needs to know of it
    correction_id int, -- that repaired it; undone, it is open again
    dismissed_at timestamptz,
    decided_by text,
    computed_at timestamptz NOT NULL,
    basis jsonb NOT NULL,
    UNIQUE (tenant_id, id),
    UNIQUE (tenant_id, series_id, kind, began_at),
    FOREIGN KEY (tenant_id, series_id) REFERENCES series (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, correction_id, series_id) REFERENCES correction (tenant_id, id, series_id)
);

DO $$
DECLARE
    added text;
BEGIN
    FOREACH added IN ARRAY ARRAY['analysis_run', 'health', 'health_history', 'anomaly', 'forecast', 'forecast_day',
                                 'failure_finding', 'pattern', 'odd_room', 'quality_finding'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', added);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I TO clerestory_web, clerestory_worker
             USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', added);
        EXECUTE format('GRANT SELECT ON %I TO clerestory_web', added);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO clerestory_worker', added);
    END LOOP;
END
$$;
-- People decide what becomes of a finding.
GRANT UPDATE (correction_id, dismissed_at, decided_by) ON quality_finding TO clerestory_web;
CREATE TRIGGER audit_row AFTER UPDATE OF correction_id, dismissed_at ON quality_finding
    FOR EACH ROW EXECUTE FUNCTION audit_row();

-- Planning serves all tenants, and each transaction of a worker one alone.
CREATE FUNCTION analysis_tenants() RETURNS SETOF int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT id FROM tenant ORDER BY id;
END;

-- The series of the transaction's tenant whose analysis of a kind is due: it was never done, or long ago and
-- they said something since, or readings came in that are a day or more earlier than the earliest it had seen in
-- its window. Here and not behind the views, where no index ends a search for the first reading early.
CREATE FUNCTION analysis_due_series(of_kind text, every interval, wanted interval, kinds text[]) RETURNS SETOF int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT series.id
    FROM series
    JOIN latest ON latest.series_id = series.id
    LEFT JOIN analysis_run AS run ON run.tenant_id = series.tenant_id AND run.kind = of_kind AND run.series_id = series.id
    CROSS JOIN LATERAL (
        SELECT at FROM rollup_1hour WHERE series_id = series.id AND at >= now() - wanted ORDER BY at LIMIT 1
    ) AS earliest
    WHERE series.tenant_id = app_tenant() AND series.kind = ANY (kinds)
        AND (run.computed_at IS NULL
            OR run.computed_at <= now() - every AND latest.at >= coalesce(run.until, '-infinity')
            OR earliest.at <= coalesce(run.first_at, 'infinity') - interval '1 day')
    ORDER BY series.id
$$;

REVOKE EXECUTE ON FUNCTION analysis_tenants(), analysis_due_series(text, interval, interval, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION analysis_tenants(), analysis_due_series(text, interval, interval, text[])
    TO clerestory_worker;

-- Repairs: corrections that give each reading a value of its own ------------------------------------

ALTER TABLE correction
    DROP CONSTRAINT correction_action_check,
    ADD CONSTRAINT correction_action_check
        CHECK (action IN ('delete', 'adjust', 'mask', 'interpolate', 'convert', 'shift'));
-- None: there was no reading, as in a gap that was filled.
ALTER TABLE corrected_reading ALTER COLUMN value DROP NOT NULL;

-- The quality flag that stands at a reading's time: what was done to it, and what it was before.
CREATE VIEW reading_flag WITH (security_invoker) AS
SELECT corrected_reading.series_id, corrected_reading.at, correction.action AS flag, corrected_reading.value,
    correction.id AS correction_id
FROM corrected_reading
JOIN correction ON correction.id = corrected_reading.correction_id;
GRANT SELECT ON reading_flag TO clerestory_web, clerestory_worker;

-- Give the readings of a series at these times other values; none: the reading goes. `seen` is what they
-- were when that was decided, none: there was no reading. Gives the correction.
CREATE FUNCTION repair_readings(of_series int, what text, ats timestamptz[], seen float8[], repaired float8[],
                                why text) RETURNS correction
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '5s'
AS $$
DECLARE
    made correction;
    begins timestamptz := (SELECT min(at) FROM unnest(ats) AS at);
    ends timestamptz := (SELECT max(at) + interval '1 microsecond' FROM unnest(ats) AS at);
BEGIN
    PERFORM correction_lock(of_series);
    IF what NOT IN ('delete', 'mask', 'interpolate', 'convert', 'shift') THEN
        RAISE EXCEPTION 'There is no such repair.';
    ELSIF (SELECT kind FROM series WHERE id = of_series) <> 'number' THEN
        RAISE EXCEPTION 'Only numbers can be repaired.';
    ELSIF begins IS NULL THEN
        RAISE EXCEPTION 'There is nothing to repair any more.';
    ELSIF cardinality(ats) > correction_limit() THEN
        RAISE EXCEPTION 'There are more than % readings to repair; repair them by hand, part by part.', correction_limit();
    END IF;
    PERFORM correction_check(begins);
    IF EXISTS (
        SELECT FROM unnest(ats, seen) AS wanted (at, value)
        LEFT JOIN reading ON reading.series_id = of_series AND reading.at = wanted.at
            AND reading.at >= begins AND reading.at < ends
        WHERE reading.value IS DISTINCT FROM wanted.value
    ) THEN
        RAISE EXCEPTION 'The readings changed meanwhile; look at the finding again.';
    END IF;
    INSERT INTO correction (tenant_id, series_id, since, until, action, reason, count, actor)
    VALUES (app_tenant(), of_series, begins, ends, what, why, cardinality(ats), correction_actor())
    RETURNING * INTO made;
    INSERT INTO corrected_reading (series_id, at, correction_id, tenant_id, value)
    SELECT of_series, wanted.at, made.id, made.tenant_id, wanted.value
    FROM unnest(ats, seen) AS wanted (at, value)
    ORDER BY wanted.at;
    DELETE FROM reading
    WHERE series_id = of_series AND at >= begins AND at < ends
        AND at IN (SELECT wanted.at FROM unnest(ats, repaired) AS wanted (at, value) WHERE wanted.value IS NULL);
    INSERT INTO reading (series_id, at, value)
    SELECT of_series, wanted.at, wanted.value
    FROM unnest(ats, repaired) AS wanted (at, value)
    WHERE wanted.value IS NOT NULL
    ORDER BY wanted.at
    ON CONFLICT (series_id, at) DO UPDATE SET value = excluded.value;
    PERFORM correction_recount(of_series, begins, ends - interval '1 microsecond');
    PERFORM audit_write(made.tenant_id, 'correct', 'series ' || of_series, NULL, to_jsonb(made));
    RETURN made;
END
$$;
REVOKE EXECUTE ON FUNCTION repair_readings(int, text, timestamptz[], float8[], float8[], text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION repair_readings(int, text, timestamptz[], float8[], float8[], text)
    TO clerestory_web, clerestory_worker;

-- As before, and what was added by a repair goes.
CREATE OR REPLACE FUNCTION undo_correction(wanted int) RETURNS correction
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
    DELETE FROM reading
    USING corrected_reading AS added
    WHERE added.series_id = before.series_id AND added.correction_id = wanted AND added.value IS NULL
        AND added.at >= before.since AND added.at < before.until
        AND reading.series_id = before.series_id AND reading.at = added.at
        AND reading.at >= before.since AND reading.at < before.until;
    INSERT INTO reading (series_id, at, value)
    SELECT series_id, at, value
    FROM corrected_reading
    WHERE series_id = before.series_id AND correction_id = wanted AND at >= before.since AND at < before.until
        AND value IS NOT NULL
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
