-- Doubtful matches of re-issued models and what was decided.

-- name: of_building
-- Open ones first, and of them those that most devices wait for.
WITH side AS (
    SELECT 'storey' AS thing, storey.id, storey.gone_at, jsonb_build_object(
        'id', storey.id, 'name', storey.name, 'long_name', NULL, 'kind', NULL, 'storey', NULL, 'room', NULL,
        'area_m2', NULL, 'footprint', NULL, 'position', NULL, 'gone', storey.gone_at IS NOT NULL, 'devices', 0) AS told
    FROM storey WHERE storey.building_id = %(building_id)s
    UNION ALL
    SELECT 'space', space.id, space.gone_at, jsonb_build_object(
        'id', space.id, 'name', space.name, 'long_name', space.long_name, 'kind', NULL, 'storey', storey.name,
        'room', NULL, 'area_m2', space.area_m2, 'footprint', space.footprint, 'position', NULL,
        'gone', space.gone_at IS NOT NULL,
        'devices', (SELECT count(*) FROM device WHERE device.space_id = space.id))
    FROM space LEFT JOIN storey ON storey.id = space.storey_id
    WHERE space.building_id = %(building_id)s
    UNION ALL
    SELECT 'equipment', equipment.id, equipment.gone_at, jsonb_build_object(
        'id', equipment.id, 'name', equipment.name, 'long_name', equipment.tag, 'kind', equipment.kind,
        'storey', storey.name, 'room', space.name, 'area_m2', NULL, 'footprint', NULL,
        'position', equipment.position, 'gone', equipment.gone_at IS NOT NULL,
        'devices', (SELECT count(*) FROM device WHERE device.equipment_id = equipment.id))
    FROM equipment
    LEFT JOIN space ON space.id = equipment.space_id
    LEFT JOIN storey ON storey.id = coalesce(space.storey_id, equipment.storey_id)
    WHERE equipment.building_id = %(building_id)s
)
SELECT model_match.id, model_match.thing, model_match.state, model_match.confidence, model_match.new_id,
    model_match.undo ->> 'how' AS how, coalesce(account.name, model_match.decided_by) AS decided_by, model_match.decided_at, model_reissue.made_at,
    -- From the axes in which the old thing lies into those of the current model, step by step.
    (SELECT coalesce(jsonb_agg(later.frame ORDER BY later.id), '[]') FROM model_reissue AS later
        WHERE later.building_id = model_match.building_id AND later.id >= model_match.reissue_id
            AND later.returned_at IS NULL AND later.frame IS NOT NULL) AS frames,
    -- What took over a new row says what that row said; it is compared as it was.
    CASE WHEN model_match.undo ? 'old' THEN old.told || jsonb_build_object(
        'name', model_match.undo -> 'old' -> 'name', 'area_m2', model_match.undo -> 'old' -> 'area_m2',
        'footprint', model_match.undo -> 'old' -> 'footprint', 'position', model_match.undo -> 'old' -> 'position')
        ELSE old.told END AS old,
    (SELECT coalesce(jsonb_agg(one || jsonb_build_object('side', new.told) ORDER BY place), '[]')
        FROM jsonb_array_elements(model_match.candidates) WITH ORDINALITY AS listed (one, place)
        LEFT JOIN side AS new ON new.thing = model_match.thing AND new.gone_at IS NULL
            -- What another one took over by now is that one.
            AND new.id = coalesce((SELECT taken.old_id FROM model_match AS taken
                WHERE taken.building_id = model_match.building_id AND taken.thing = model_match.thing
                    AND taken.new_id = (one ->> 'id')::int AND taken.undo ->> 'how' = 'takes over'),
                (one ->> 'id')::int)) AS candidates
FROM model_match
JOIN model_reissue ON model_reissue.id = model_match.reissue_id
LEFT JOIN account ON 'account ' || account.id = model_match.decided_by
JOIN side AS old ON old.thing = model_match.thing AND old.id = model_match.old_id
WHERE model_match.building_id = %(building_id)s AND model_match.state <> 'undone'
ORDER BY array_position(ARRAY['doubtful', 'accepted', 'rejected', 'sure'], model_match.state),
    (old.told -> 'devices')::int DESC, model_match.thing = 'equipment', model_match.decided_at DESC, model_match.id
LIMIT %(limit)s;

-- name: open_questions
SELECT building.id AS building_id, building.name AS building, count(DISTINCT model_match.id) AS questions,
    count(DISTINCT device.id) AS devices
FROM model_match
JOIN building ON building.id = model_match.building_id
LEFT JOIN device ON device.space_id = model_match.old_space_id OR device.equipment_id = model_match.old_equipment_id
WHERE model_match.state = 'doubtful'
GROUP BY building.id
ORDER BY building.name;

-- name: newest_reissue
SELECT id, actor, made_at, before IS NOT NULL AS can_return
FROM model_reissue
WHERE building_id = %(building_id)s AND returned_at IS NULL
ORDER BY id DESC
LIMIT 1;

-- name: accept
SELECT (match_accept(%(match_id)s, %(candidate_id)s)).id;

-- name: reject
SELECT (match_reject(%(match_id)s)).id;

-- name: undo
SELECT (match_undo(%(match_id)s)).id;

-- name: return_to_previous
SELECT (model_return(%(building_id)s)).previous_sha256;
