-- Findings of data quality that people decide on.

-- name: find
SELECT finding.series_id, finding.kind, finding.began_at, finding.ended_at, finding.count, finding.detail, finding.flag,
    finding.finding, finding.dismissed_at IS NULL AND NOT EXISTS (
        SELECT FROM correction WHERE correction.id = finding.correction_id AND correction.undone_at IS NULL) AS open
FROM quality_finding AS finding
WHERE finding.id = %(finding)s;

-- name: repaired
-- No row: it was decided meanwhile.
UPDATE quality_finding SET correction_id = %(correction)s, decided_by = %(actor)s
WHERE id = %(finding)s AND dismissed_at IS NULL AND NOT EXISTS (
    SELECT FROM correction WHERE correction.id = quality_finding.correction_id AND correction.undone_at IS NULL)
RETURNING id;

-- name: dismiss
UPDATE quality_finding SET dismissed_at = now(), decided_by = %(actor)s
WHERE id = %(finding)s AND dismissed_at IS NULL AND NOT EXISTS (
    SELECT FROM correction WHERE correction.id = quality_finding.correction_id AND correction.undone_at IS NULL)
RETURNING id;

-- name: reopen
UPDATE quality_finding SET dismissed_at = NULL, decided_by = %(actor)s
WHERE id = %(finding)s AND dismissed_at IS NOT NULL
RETURNING id;
