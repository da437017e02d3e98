-- Readings that people delete or adjust; the work itself is done by functions of the schema.

-- name: preview
-- What a correction of [since, until) would change, as it is now; at most one reading more than it may.
SELECT count(*) AS count, min(at) AS first_at, max(at) AS last_at, min(value) AS low, avg(value) AS mean,
    max(value) AS high, correction_limit() AS "limit",
    (SELECT dropped_before FROM retention WHERE relation = 'reading') AS dropped_before
FROM (
    SELECT at, value
    FROM tenant_reading
    WHERE series_id = %(series_id)s AND at >= %(since)s AND at < %(until)s
    LIMIT correction_limit() + 1
) AS touched;

-- name: correct
SELECT id
FROM correct_readings(%(series_id)s, %(since)s, %(until)s, %(action)s, %(factor)s, %(offset)s, %(reason)s);

-- name: repair
SELECT id
FROM repair_readings(%(series_id)s, %(action)s, %(ats)s::timestamptz[], %(seen)s::float8[], %(repaired)s::float8[],
    %(reason)s);

-- name: undo
SELECT id FROM undo_correction(%(correction_id)s);

-- name: history
-- Corrections of a series, or one of them, newest first, with the names of those who made them.
SELECT correction.id, correction.series_id, correction.since, correction.until, correction.action,
    correction.factor, correction.shift AS "offset", correction.reason, correction.count,
    coalesce(maker.name, correction.actor) AS actor, correction.made_at,
    coalesce(undoer.name, correction.undone_by) AS undone_by, correction.undone_at
FROM correction
LEFT JOIN account AS maker ON 'account ' || maker.id = correction.actor
LEFT JOIN account AS undoer ON 'account ' || undoer.id = correction.undone_by
WHERE correction.series_id = %(series_id)s OR correction.id = %(correction_id)s
ORDER BY correction.id DESC
LIMIT 50;
