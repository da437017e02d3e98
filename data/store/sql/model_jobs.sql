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

-- name: shell_under_way
-- Whatever version of the file it was asked for.
SELECT job.id FROM job
JOIN model_version AS other ON other.id = (job.arguments ->> 'version')::int
JOIN model_version AS wanted ON wanted.file_sha256 = other.file_sha256
WHERE job.kind = %(kind)s AND job.finished_at IS NULL AND wanted.id = %(version)s
LIMIT 1;

-- name: newest_shell
SELECT job.id, job.kind, job.state, job.stage, job.progress, job.message, job.result, job.created_by, job.created_at,
    job.started_at, job.finished_at, job.cancel_asked_at IS NOT NULL AS cancel_asked
FROM job
JOIN model_version AS version ON version.id = (job.arguments ->> 'version')::int
JOIN building ON building.model_sha256 = version.file_sha256
WHERE job.kind = %(kind)s AND building.id = %(building_id)s
ORDER BY job.id DESC
LIMIT 1;
