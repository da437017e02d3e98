-- What workers write of what analytics found. All of the transaction's tenant; in the order of keys.

-- name: run
INSERT INTO analysis_run (tenant_id, kind, series_id, device_id, building_id, computed_at, first_at, until, lacking, failed)
VALUES (app_tenant(), %(kind)s, %(series_id)s, %(device_id)s, %(building_id)s, %(computed_at)s, %(first_at)s,
    %(until)s, %(lacking)s, %(failed)s)
ON CONFLICT (tenant_id, kind, series_id, device_id, building_id) DO UPDATE
SET computed_at = excluded.computed_at, first_at = excluded.first_at, until = excluded.until,
    lacking = excluded.lacking, failed = excluded.failed;

-- name: runs_of
-- The last runs of a kind over some series, devices or buildings.
SELECT coalesce(series_id, device_id, building_id) AS id, first_at, until, failed
FROM analysis_run
WHERE kind = %(kind)s AND CASE %(subject)s WHEN 'series' THEN series_id WHEN 'device' THEN device_id ELSE building_id END
    = ANY (%(ids)s::int[]);

-- name: health
INSERT INTO health (tenant_id, subject, subject_id, computed_at, score, reasons, basis)
VALUES (app_tenant(), %(subject)s, %(subject_id)s, %(computed_at)s, %(score)s, %(reasons)s, %(basis)s)
ON CONFLICT (tenant_id, subject, subject_id) DO UPDATE
SET computed_at = excluded.computed_at, score = excluded.score, reasons = excluded.reasons, basis = excluded.basis;

-- name: health_history
INSERT INTO health_history (tenant_id, subject, subject_id, at, score)
VALUES (app_tenant(), %(subject)s, %(subject_id)s, date_bin('1 hour', %(computed_at)s, 'epoch'), %(score)s)
ON CONFLICT (tenant_id, subject, subject_id, at) DO UPDATE SET score = excluded.score, computed_at = NULL;

-- name: thin_health_history
-- Of each day that is over for long, the mean alone, at the day's beginning.
WITH gone AS (
    DELETE FROM health_history
    WHERE at < %(before)s AND at <> date_bin('1 day', at, 'epoch')
    RETURNING subject, subject_id, date_bin('1 day', at, 'epoch') AS day, score, computed_at
), scores AS (
    SELECT subject, subject_id, day, score, computed_at FROM gone
    UNION ALL
    SELECT kept.subject, kept.subject_id, kept.at, kept.score, kept.computed_at
    FROM health_history AS kept
    JOIN (SELECT DISTINCT subject, subject_id, day FROM gone) AS days
        ON (days.subject, days.subject_id, days.day) = (kept.subject, kept.subject_id, kept.at)
)
INSERT INTO health_history (tenant_id, subject, subject_id, at, score, computed_at)
SELECT app_tenant(), subject, subject_id, day, avg(score), max(computed_at)
FROM scores
GROUP BY subject, subject_id, day
ON CONFLICT (tenant_id, subject, subject_id, at) DO UPDATE
SET score = excluded.score, computed_at = excluded.computed_at;

-- name: forget_health
-- Of what has no judged part any more, as a room whose devices went elsewhere.
DELETE FROM health
WHERE subject = %(subject)s AND subject_id = ANY (%(ids)s::int[]);

-- name: forget_bands
-- Those that end at a time or later are said anew.
DELETE FROM anomaly
WHERE series_id = %(series_id)s AND coalesce(ended_at, 'infinity') >= %(since)s;

-- name: band
INSERT INTO anomaly (tenant_id, series_id, began_at, ended_at, peak, computed_at, basis)
VALUES (app_tenant(), %(series_id)s, %(began_at)s, %(ended_at)s, %(peak)s, %(computed_at)s, %(basis)s)
ON CONFLICT (tenant_id, series_id, began_at) DO UPDATE
SET ended_at = excluded.ended_at, peak = excluded.peak, computed_at = excluded.computed_at, basis = excluded.basis;

-- name: forecast
INSERT INTO forecast (tenant_id, series_id, computed_at, method, ats, quantiles, mase, coverage, backtests,
    backtest_since, withheld, right_count, judged_count, judged_since, basis)
VALUES (app_tenant(), %(series_id)s, %(computed_at)s, %(method)s, %(ats)s, %(quantiles)s, %(mase)s, %(coverage)s,
    %(backtests)s, %(backtest_since)s, %(withheld)s, %(right_count)s, %(judged_count)s, %(judged_since)s, %(basis)s)
ON CONFLICT (tenant_id, series_id) DO UPDATE
SET computed_at = excluded.computed_at, method = excluded.method, ats = excluded.ats, quantiles = excluded.quantiles,
    mase = excluded.mase, coverage = excluded.coverage, backtests = excluded.backtests, backtest_since = excluded.backtest_since, withheld = excluded.withheld,
    right_count = excluded.right_count, judged_count = excluded.judged_count, judged_since = excluded.judged_since,
    basis = excluded.basis;

-- name: forget_forecasts
-- Of series that have none any more.
DELETE FROM forecast WHERE series_id = ANY (%(ids)s::int[]);

-- name: forecast_day
-- The first of a day stays.
INSERT INTO forecast_day (tenant_id, series_id, day, computed_at, ats, low, high)
VALUES (app_tenant(), %(series_id)s, (%(computed_at)s AT TIME ZONE 'UTC')::date, %(computed_at)s, %(ats)s, %(low)s, %(high)s)
ON CONFLICT (tenant_id, series_id, day) DO NOTHING;

-- name: forecast_days
-- What was forecast for the days since then, oldest first.
SELECT series_id, ats, low, high
FROM forecast_day
WHERE series_id = ANY (%(ids)s::int[]) AND computed_at >= %(since)s
ORDER BY series_id, day;

-- name: forget_forecast_days
DELETE FROM forecast_day WHERE series_id = ANY (%(ids)s::int[]) AND computed_at < %(before)s;

-- name: forget_failures
-- Of the trends of series, of the lifetimes of equipment, and of the recorded lives of devices.
DELETE FROM failure_finding
WHERE series_id = ANY (%(series)s::int[]) OR (series_id IS NULL AND equipment_id = ANY (%(equipment)s::int[]))
    OR (kind = 'learned' AND device_id = ANY (%(learned)s::int[]));

-- name: failure
INSERT INTO failure_finding (tenant_id, kind, device_id, equipment_id, series_id, fails_at, low_at, high_at, probability,
    service_life_years, warranty_until, sentence, computed_at, basis)
VALUES (app_tenant(), %(kind)s, %(device_id)s, %(equipment_id)s, %(series_id)s, %(fails_at)s, %(low_at)s, %(high_at)s,
    %(probability)s, %(service_life_years)s, %(warranty_until)s, %(sentence)s, %(computed_at)s, %(basis)s);

-- name: forget_patterns
DELETE FROM pattern
WHERE kind = ANY (%(kinds)s) AND (series_id = ANY (%(series)s::int[]) OR space_id = ANY (%(spaces)s::int[]));

-- name: pattern
INSERT INTO pattern (tenant_id, kind, series_id, space_id, result, computed_at, basis)
VALUES (app_tenant(), %(kind)s, %(series_id)s, %(space_id)s, %(result)s, %(computed_at)s, %(basis)s)
ON CONFLICT (tenant_id, kind, series_id, space_id) DO UPDATE
SET result = excluded.result, computed_at = excluded.computed_at, basis = excluded.basis;

-- name: forget_odd_rooms
DELETE FROM odd_room USING space WHERE space.id = odd_room.space_id AND space.building_id = %(building_id)s;

-- name: odd_room
INSERT INTO odd_room (tenant_id, space_id, quantity, score, verdict, computed_at, basis)
VALUES (app_tenant(), %(space_id)s, %(quantity)s, %(score)s, %(verdict)s, %(computed_at)s, %(basis)s);

-- name: forget_quality
-- Findings of a period that nobody decided on, and that are not found again.
DELETE FROM quality_finding AS finding
WHERE series_id = %(series_id)s AND ended_at >= %(since)s AND dismissed_at IS NULL
    AND NOT EXISTS (SELECT FROM correction WHERE correction.id = finding.correction_id AND correction.undone_at IS NULL)
    AND NOT EXISTS (
        SELECT FROM unnest(%(kinds)s::text[], %(began)s::timestamptz[]) AS again (kind, began_at)
        WHERE again.kind = finding.kind AND again.began_at = finding.began_at);

-- name: quality
-- One that was decided on stays as it was then.
INSERT INTO quality_finding (tenant_id, series_id, kind, began_at, ended_at, count, detail, flag, repair, finding,
    computed_at, basis)
VALUES (app_tenant(), %(series_id)s, %(kind)s, %(began_at)s, %(ended_at)s, %(count)s, %(detail)s, %(flag)s, %(repair)s,
    %(finding)s, %(computed_at)s, %(basis)s)
ON CONFLICT (tenant_id, series_id, kind, began_at) DO UPDATE
SET ended_at = excluded.ended_at, count = excluded.count, detail = excluded.detail, flag = excluded.flag,
    repair = excluded.repair, finding = excluded.finding, computed_at = excluded.computed_at, basis = excluded.basis
WHERE quality_finding.dismissed_at IS NULL AND NOT EXISTS (
    SELECT FROM correction WHERE correction.id = quality_finding.correction_id AND correction.undone_at IS NULL);

-- name: version_grow
INSERT INTO data_version (tenant_id, version) VALUES (app_tenant(), 1)
ON CONFLICT (tenant_id) DO UPDATE SET version = data_version.version + 1;
