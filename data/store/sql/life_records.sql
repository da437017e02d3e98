-- What people record of the service of devices, and what remaining life is learned from.

-- name: lock_device
-- Whoever records something of a device waits for whoever does. No row: there is no such device.
SELECT id FROM device WHERE id = %(device_id)s FOR NO KEY UPDATE;

-- name: record
INSERT INTO life_record (tenant_id, device_id, kind, at, note, actor)
VALUES (app_tenant(), %(device_id)s, %(kind)s, %(at)s, %(note)s, %(actor)s)
RETURNING id;

-- name: undo
UPDATE life_record SET undone_at = now(), undone_by = %(actor)s WHERE id = %(record_id)s;

-- name: records
-- Of devices, or one of them, newest first, with the names of those who made them; those that were undone too.
SELECT record.id, record.device_id, record.kind, record.at, record.note, coalesce(maker.name, record.actor) AS actor,
    record.made_at, coalesce(undoer.name, record.undone_by) AS undone_by, record.undone_at
FROM life_record AS record
LEFT JOIN account AS maker ON 'account ' || maker.id = record.actor
LEFT JOIN account AS undoer ON 'account ' || undoer.id = record.undone_by
WHERE record.device_id = ANY (%(ids)s::int[]) OR record.id = %(record_id)s::int
ORDER BY record.at DESC, record.id DESC;

-- name: types
-- Of devices, and when they were heard first.
SELECT device_type.device_id, device_type.type, heard.at
FROM device_type
LEFT JOIN devices_heard(%(ids)s) AS heard ON heard.device_id = device_type.device_id
WHERE device_type.device_id = ANY (%(ids)s::int[]);

-- name: due_types
-- The devices of each type of which something was recorded, or was learned before, when that was long ago or
-- something was recorded or undone since.
SELECT device_type.type, array_agg(device_type.device_id ORDER BY device_type.device_id)
FROM device_type
LEFT JOIN analysis_run AS run ON run.kind = %(kind)s AND run.device_id = device_type.device_id
LEFT JOIN LATERAL (
    SELECT max(greatest(record.made_at, record.undone_at)) AS at FROM life_record AS record
    WHERE record.tenant_id = device_type.tenant_id AND record.device_id = device_type.device_id
) AS said ON true
GROUP BY device_type.type
HAVING max(said.at) IS NOT NULL AND max(run.computed_at) IS NULL
    OR max(run.computed_at) <= now() - %(every)s
    OR max(said.at) > max(run.computed_at)
ORDER BY device_type.type;

-- name: number_series
-- Of devices, by what they measure in which unit.
SELECT device_id, id, concat_ws(' ', metric, unit) AS sensor
FROM series
WHERE kind = 'number' AND device_id = ANY (%(ids)s::int[])
ORDER BY device_id, sensor;

-- name: equipment
-- The property sets of the equipment that devices stand at.
SELECT device.id, equipment.properties
FROM device
JOIN equipment ON equipment.id = device.equipment_id AND equipment.gone_at IS NULL
WHERE device.id = ANY (%(ids)s::int[]);

-- name: version_grow
INSERT INTO data_version (tenant_id, version) VALUES (app_tenant(), 1)
ON CONFLICT (tenant_id) DO UPDATE SET version = data_version.version + 1;
