-- Files that were brought in as models of buildings.

-- name: add
INSERT INTO model_version (tenant_id, building_name, timezone, file_sha256, file_name, file_bytes, created_by)
VALUES (app_tenant(), %(building_name)s, %(timezone)s, %(file_sha256)s, %(file_name)s, %(file_bytes)s, %(actor)s)
RETURNING id;

-- name: list
-- The newest first; one of them where it is asked for.
SELECT version.id, version.building_id, building.name AS building, version.building_name, version.timezone,
    version.file_sha256, version.file_name, version.file_bytes, version.state, version.message, version.report,
    version.created_by, version.created_at, version.decided_by, version.decided_at
FROM model_version AS version
LEFT JOIN building ON building.id = version.building_id
WHERE %(version)s::int IS NULL OR version.id = %(version)s
ORDER BY version.id DESC
LIMIT %(limit)s;

-- name: current
-- None when something else wrote the building's model since.
SELECT version.id
FROM model_version AS version
JOIN building ON building.id = version.building_id AND building.model_sha256 = version.file_sha256
WHERE version.state = 'current' AND building.name = %(building_name)s;

-- name: ready
UPDATE model_version SET state = 'ready', report = %(report)s
WHERE id = %(version)s AND state = 'reading'
RETURNING id;

-- name: refuse
UPDATE model_version SET state = 'refused', message = %(message)s
WHERE id = %(version)s AND state = 'reading'
RETURNING id;

-- name: discard
UPDATE model_version SET state = 'discarded', decided_by = %(actor)s, decided_at = now()
WHERE id = %(version)s AND state IN ('reading', 'ready')
RETURNING id;

-- name: name
-- Who waits for a version's name may have changed it meanwhile.
UPDATE model_version SET building_name = %(building_name)s, timezone = %(timezone)s
WHERE id = %(version)s AND state IN ('reading', 'ready')
RETURNING id;

-- name: lock
SELECT building_name, timezone, file_sha256, state FROM model_version WHERE id = %(version)s FOR UPDATE;

-- name: replace
UPDATE model_version SET state = 'replaced'
WHERE building_id = %(building_id)s AND state = 'current' AND id <> %(version)s;

-- name: make_current
UPDATE model_version SET state = 'current', building_id = %(building_id)s, decided_by = %(actor)s, decided_at = now()
WHERE id = %(version)s;
