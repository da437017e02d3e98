-- What analytics found, for pages. All of the transaction's tenant.

-- name: health
-- Of one subject, or of the subjects of a kind with these ids.
SELECT health.subject, health.subject_id, health.score, health.reasons, health.computed_at, health.basis,
    coalesce(series.metric, device.label, device.name, space.name, system.name, storey.name, building.name) AS name
FROM health
LEFT JOIN series ON series.id = health.series_id
LEFT JOIN device ON device.id = health.device_id
LEFT JOIN space ON space.id = health.space_id
LEFT JOIN system ON system.id = health.system_id
LEFT JOIN storey ON storey.id = health.storey_id
LEFT JOIN building ON building.id = health.building_id
WHERE health.subject = %(subject)s AND health.subject_id = ANY (%(ids)s::int[])
ORDER BY health.score NULLS LAST, health.subject_id;

-- name: series_of_device
SELECT coalesce(array_agg(id ORDER BY id), '{}') FROM series WHERE device_id = %(id)s;

-- name: devices_of_space
SELECT coalesce(array_agg(id ORDER BY id), '{}') FROM device WHERE space_id = %(id)s;

-- name: parts_of_building
-- The ids of its storeys, systems and rooms.
SELECT
    ARRAY(SELECT id FROM storey WHERE building_id = %(id)s AND gone_at IS NULL) AS storeys,
    ARRAY(SELECT id FROM system WHERE building_id = %(id)s) AS systems,
    ARRAY(SELECT id FROM space WHERE building_id = %(id)s AND gone_at IS NULL) AS spaces;

-- name: health_trend
-- Oldest first.
SELECT at, score, computed_at
FROM health_history
WHERE subject = %(subject)s AND subject_id = %(id)s AND at >= %(since)s AND at < %(until)s
ORDER BY at;

-- name: bands
-- That overlap a period, oldest first.
SELECT series_id, began_at, ended_at, peak, computed_at, basis
FROM anomaly
WHERE series_id = ANY (%(series)s::int[]) AND began_at < %(until)s AND coalesce(ended_at, 'infinity') >= %(since)s
ORDER BY began_at, series_id;

-- name: forecasts
-- Of a series, of a device, of a building, or all: those that are shown first, the best of them first.
SELECT forecast.series_id, device.id AS device_id, coalesce(device.label, device.name) AS device, series.metric,
    series.quantity, series.unit, space.name AS space, forecast.method, forecast.ats, forecast.quantiles,
    forecast.mase, forecast.coverage, forecast.backtests, forecast.backtest_since, forecast.withheld,
    forecast.right_count, forecast.judged_count, forecast.judged_since, forecast.computed_at, forecast.basis
FROM forecast
JOIN series ON series.id = forecast.series_id
JOIN device ON device.id = series.device_id
LEFT JOIN space ON space.id = device.space_id
WHERE (%(series)s::int IS NULL OR forecast.series_id = %(series)s::int)
    AND (%(device)s::int IS NULL OR device.id = %(device)s::int)
    AND (%(building)s::int IS NULL OR device.building_id = %(building)s::int)
ORDER BY forecast.withheld IS NOT NULL, forecast.mase NULLS LAST, forecast.series_id
LIMIT %(limit)s OFFSET %(offset)s;

-- name: failures
-- Of a device and the equipment it stands at, of a room, of a building, or all; the likeliest first. What is
-- learned from lives outranks what a model states, and is listed among others once its end is in sight.
SELECT finding.id, finding.kind, finding.device_id, finding.equipment_id,
    coalesce(device.label, device.name, equipment.name) AS name, finding.series_id, finding.fails_at,
    finding.low_at, finding.high_at, finding.probability, finding.service_life_years, finding.warranty_until,
    finding.sentence, finding.computed_at, finding.basis
FROM failure_finding AS finding
LEFT JOIN device ON device.id = finding.device_id
LEFT JOIN equipment ON equipment.id = finding.equipment_id
WHERE (%(device)s::int IS NULL OR finding.device_id = %(device)s::int
        OR finding.equipment_id = (SELECT equipment_id FROM device WHERE id = %(device)s::int))
    AND (%(space)s::int IS NULL OR coalesce(device.space_id, equipment.space_id) = %(space)s::int)
    AND (%(building)s::int IS NULL OR coalesce(device.building_id, equipment.building_id) = %(building)s::int)
    AND (finding.kind <> 'learned' OR finding.high_at IS NOT NULL OR %(device)s::int IS NOT NULL)
    AND NOT EXISTS (
        SELECT FROM failure_finding AS learned
        JOIN device AS known ON known.id = learned.device_id
        WHERE learned.kind = 'learned' AND known.equipment_id = finding.equipment_id)
ORDER BY finding.probability DESC NULLS LAST, finding.fails_at NULLS LAST, finding.id
LIMIT 500;

-- name: patterns
-- Of series, of rooms, or both.
SELECT kind, series_id, space_id, result, computed_at, basis
FROM pattern
WHERE series_id = ANY (%(series)s::int[]) OR space_id = ANY (%(spaces)s::int[])
ORDER BY kind, series_id, space_id;

-- name: odd_rooms
-- Of a room, of a building, or all; those with a verdict first.
SELECT odd_room.space_id, space.name AS space, space.storey_id, odd_room.quantity, odd_room.score,
    odd_room.verdict, odd_room.computed_at, odd_room.basis
FROM odd_room
JOIN space ON space.id = odd_room.space_id
WHERE space.gone_at IS NULL AND (%(space)s::int IS NULL OR space.id = %(space)s::int)
    AND (%(building)s::int IS NULL OR space.building_id = %(building)s::int)
ORDER BY odd_room.verdict IS NULL, odd_room.score DESC, odd_room.space_id, odd_room.quantity;

-- name: quality
-- Findings of a series, of a device, of a building, or all; those of a state or all; newest first. A finding
-- whose repair was undone is open again.
SELECT found.*
FROM (
    SELECT finding.id, finding.series_id, device.id AS device_id, coalesce(device.label, device.name) AS device,
        series.metric, series.unit, finding.kind, finding.began_at, finding.ended_at, finding.count,
        coalesce(finding.finding ->> 'text', finding.detail) AS text,
        coalesce(finding.finding -> 'numbers', '[]') AS numbers, finding.flag, finding.repair,
        CASE WHEN finding.dismissed_at IS NOT NULL THEN 'dismissed'
            WHEN correction.id IS NOT NULL AND correction.undone_at IS NULL THEN 'repaired'
            ELSE 'open' END AS state,
        CASE WHEN correction.undone_at IS NULL THEN correction.id END AS correction_id,
        coalesce(account.name, finding.decided_by) AS decided_by, finding.computed_at, finding.basis
    FROM quality_finding AS finding
    JOIN series ON series.id = finding.series_id
    JOIN device ON device.id = series.device_id
    LEFT JOIN correction ON correction.id = finding.correction_id
    LEFT JOIN account ON 'account ' || account.id = finding.decided_by
    WHERE (%(finding)s::bigint IS NULL OR finding.id = %(finding)s::bigint)
        AND (%(series)s::int IS NULL OR finding.series_id = %(series)s::int)
        AND (%(device)s::int IS NULL OR device.id = %(device)s::int)
        AND (%(building)s::int IS NULL OR device.building_id = %(building)s::int)
) AS found
WHERE %(state)s::text IS NULL OR state = %(state)s::text
ORDER BY began_at DESC, id
LIMIT %(limit)s OFFSET %(offset)s;

-- name: flags
-- The quality flags in a period, oldest first: what was done to each reading, and what it was before.
SELECT at, flag, value, correction_id
FROM reading_flag
WHERE series_id = %(series)s AND at >= %(since)s AND at < %(until)s
ORDER BY at, correction_id;

-- name: runs
-- Of a device and its series, or of a building.
SELECT run.kind, run.series_id, run.device_id, run.building_id, run.computed_at, run.first_at, run.lacking,
    run.failed
FROM analysis_run AS run
LEFT JOIN series ON series.id = run.series_id
WHERE coalesce(run.device_id, series.device_id) = %(device)s OR run.building_id = %(building)s
ORDER BY run.kind, run.series_id;
