-- Health of days on which nobody judged it. All of the transaction's tenant; days are those of UTC.

-- name: due
-- Devices with a day without a score that were not looked at today, and those with readings that are a day or more
-- earlier than what the scores of the past were made of.
SELECT judged.device_id
FROM analysis_run AS judged
LEFT JOIN analysis_run AS made ON made.kind = 'past health' AND made.device_id = judged.device_id
WHERE judged.kind = 'health' AND judged.device_id IS NOT NULL AND judged.first_at IS NOT NULL
    AND (made.first_at >= judged.first_at + interval '1 day'
        OR coalesce(made.until, '-infinity') < %(until)s AND EXISTS (
            SELECT
            FROM generate_series(
                greatest(date_bin('1 day', judged.first_at, 'epoch') + interval '24 hours', %(since)s),
                %(until)s - interval '24 hours', interval '24 hours') AS day
            WHERE NOT EXISTS (
                SELECT FROM health_history AS history
                WHERE history.subject = 'device' AND history.subject_id = judged.device_id
                    AND history.at >= day AND history.at < day + interval '24 hours')))
ORDER BY judged.device_id
LIMIT %(limit)s;

-- name: forget
-- What was made up for from less than the readings that there are now.
DELETE FROM health_history AS history
USING analysis_run AS judged
JOIN analysis_run AS made ON made.kind = 'past health' AND made.device_id = judged.device_id
WHERE judged.kind = 'health' AND judged.device_id = ANY (%(ids)s::int[])
    AND made.first_at >= judged.first_at + interval '1 day'
    AND history.subject = 'device' AND history.subject_id = judged.device_id AND history.computed_at IS NOT NULL;

-- name: missing
-- The days of some devices without a score, from the second one of their readings on.
SELECT judged.device_id, array_agg(day ORDER BY day)
FROM analysis_run AS judged
CROSS JOIN LATERAL generate_series(
    greatest(date_bin('1 day', judged.first_at, 'epoch') + interval '24 hours', %(since)s),
    %(until)s - interval '24 hours', interval '24 hours') AS day
WHERE judged.kind = 'health' AND judged.device_id = ANY (%(ids)s::int[]) AND NOT EXISTS (
    SELECT FROM health_history AS history
    WHERE history.subject = 'device' AND history.subject_id = judged.device_id
        AND history.at >= day AND history.at < day + interval '24 hours')
GROUP BY judged.device_id;

-- name: save
-- In the last hour of a day, unless somebody judged on that day.
INSERT INTO health_history (tenant_id, subject, subject_id, at, score, computed_at)
SELECT app_tenant(), health.subject, health.subject_id, %(at)s, %(score)s, %(computed_at)s
FROM health
WHERE health.subject = %(subject)s AND health.subject_id = %(subject_id)s AND NOT EXISTS (
    SELECT FROM health_history AS history
    WHERE history.subject = health.subject AND history.subject_id = health.subject_id
        AND history.at > %(at)s - interval '24 hours' AND history.at <= %(at)s AND history.computed_at IS NULL)
ON CONFLICT (tenant_id, subject, subject_id, at) DO UPDATE
SET score = excluded.score, computed_at = excluded.computed_at;

-- name: scores
-- The last one of each device of a building on each day.
SELECT DISTINCT ON (day, history.subject_id) date_bin('1 day', history.at, 'epoch') AS day, history.subject_id,
    history.score
FROM health_history AS history
JOIN device ON device.id = history.subject_id
WHERE history.subject = 'device' AND device.building_id = %(building_id)s
    AND history.at >= %(since)s AND history.at < %(until)s
ORDER BY day, history.subject_id, history.at DESC;
