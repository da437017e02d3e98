-- Which files of models are wanted, whoever's they are. Run as the owner, who sees every tenant's rows.

-- name: let_go
-- Files of versions that were refused or discarded before a time, and that nothing refers to any more: neither
-- another version nor a building, nor an import that can be taken back.
SELECT DISTINCT file_sha256
FROM model_version AS version
WHERE state IN ('refused', 'discarded')
    AND NOT EXISTS (
        SELECT FROM model_version AS other
        WHERE other.file_sha256 = version.file_sha256
            AND NOT (other.state IN ('refused', 'discarded') AND coalesce(other.decided_at, other.created_at) < %(before)s)
    )
    AND NOT EXISTS (SELECT FROM building WHERE model_sha256 = version.file_sha256)
    AND NOT EXISTS (
        SELECT FROM model_reissue
        WHERE before IS NOT NULL AND version.file_sha256 IN (model_sha256, previous_sha256)
    )
ORDER BY file_sha256;

-- name: drawn_from
-- The versions that buildings are drawn from. A plan that was drawn has no bodies.
SELECT version.tenant_id AS tenant, version.id AS version, version.file_sha256 AS sha256
FROM model_version AS version
JOIN building ON building.id = version.building_id AND building.model_sha256 = version.file_sha256
WHERE version.state = 'current' AND building.model ->> 'schema' <> %(drawn)s
    AND NOT EXISTS (
        SELECT FROM job
        WHERE job.tenant_id = version.tenant_id AND job.kind = %(kind)s AND job.created_at >= %(asked_since)s
            AND (job.arguments ->> 'version')::int = version.id
    )
ORDER BY version.id;
