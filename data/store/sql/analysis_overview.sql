-- How a tenant's buildings and rooms are and were. All of the transaction's tenant.

-- name: buildings
-- Those that were judged with their scores since a time, the worst first.
SELECT health.subject, health.subject_id, building.name, building.timezone, health.score, health.reasons,
    health.computed_at, health.basis,
    ARRAY(
        SELECT history.at FROM health_history AS history
        WHERE history.subject = 'building' AND history.subject_id = building.id AND history.at >= %(since)s
        ORDER BY history.at
    ) AS ats,
    ARRAY(
        SELECT history.score FROM health_history AS history
        WHERE history.subject = 'building' AND history.subject_id = building.id AND history.at >= %(since)s
        ORDER BY history.at
    ) AS scores,
    ARRAY(
        SELECT history.computed_at FROM health_history AS history
        WHERE history.subject = 'building' AND history.subject_id = building.id AND history.at >= %(since)s
        ORDER BY history.at
    ) AS made
FROM health
JOIN building ON building.id = health.building_id
WHERE health.subject = 'building'
ORDER BY health.score NULLS LAST, building.id
LIMIT %(buildings)s;

-- name: worst_rooms
-- The rooms with the lowest scores.
SELECT health.subject, health.subject_id, space.name, health.score, health.reasons, health.computed_at, health.basis,
    building.id AS building_id, building.name AS building, building.timezone
FROM health
JOIN space ON space.id = health.space_id
JOIN building ON building.id = space.building_id
WHERE health.subject = 'space' AND health.score IS NOT NULL AND space.gone_at IS NULL
ORDER BY health.score, space.id
LIMIT %(rooms)s;

-- name: scores_at
-- The last score of a building and of each of its storeys and rooms in the day before a moment, the worst first.
-- The row of an hour has the last score that was computed in it, which nobody knew before that hour was over.
SELECT subject, subject_id, name, score
FROM (
    SELECT DISTINCT ON (history.subject, history.subject_id) history.subject, history.subject_id, part.name,
        history.score
    FROM (
        SELECT 'building' AS subject, id, name FROM building WHERE id = %(building)s
        UNION ALL
        SELECT 'storey', id, name FROM storey WHERE building_id = %(building)s AND gone_at IS NULL
        UNION ALL
        SELECT 'space', id, name FROM space WHERE building_id = %(building)s AND gone_at IS NULL
    ) AS part
    JOIN health_history AS history ON history.subject = part.subject AND history.subject_id = part.id
    WHERE history.at > %(at)s - interval '25 hours' AND history.at <= %(at)s - interval '1 hour'
    ORDER BY history.subject, history.subject_id, history.at DESC
) AS last
ORDER BY score, subject, subject_id;
