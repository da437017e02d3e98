-- Jobs that read files of building models, or make one current. All of the transaction's tenant.

-- name: name_before
-- What a file of this name was a model of the last time.
SELECT building.name
FROM model_version AS version
JOIN building ON building.id = version.building_id
WHERE version.file_name = %(file_name)s
ORDER BY version.id DESC
LIMIT 1;

-- name: newest
-- The newest job of each version.
SELECT DISTINCT ON ((arguments ->> 'version')::int)
    (arguments ->> 'version')::int AS version, id, kind, state, stage, progress, message, result, created_by,
    created_at, started_at, finished_at, cancel_asked_at IS NOT NULL AS cancel_asked
FROM job
WHERE kind = ANY (%(kinds)s) AND (%(version)s::int IS NULL OR (arguments ->> 'version')::int = %(version)s)
ORDER BY (arguments ->> 'version')::int, id DESC;
