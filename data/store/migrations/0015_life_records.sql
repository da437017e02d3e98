-- What people record of the service of devices, in the words of ISO 14224: from it come the lives that
-- remaining life is learned from. Nothing is taken away: what was undone says so.
CREATE TABLE life_record (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL,
    device_id int NOT NULL,
    kind text NOT NULL CHECK (kind IN ('in service', 'failed', 'retired')), -- put there or repaired; retired without failing
    at timestamptz NOT NULL CHECK (at >= '1900-01-01T00:00:00Z'),
    note text NOT NULL CHECK (length(note) <= 500), -- of a failure: its mode and cause
    actor text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    undone_at timestamptz,
    undone_by text,
    CHECK (kind <> 'failed' OR note <> ''),
    CHECK ((undone_at IS NULL) = (undone_by IS NULL)),
    UNIQUE (tenant_id, id),
    FOREIGN KEY (tenant_id, device_id) REFERENCES device (tenant_id, id)
);
CREATE INDEX life_record_device ON life_record (tenant_id, device_id, at);

ALTER TABLE life_record ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON life_record TO clerestory_web, clerestory_worker
    USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
GRANT SELECT ON life_record TO clerestory_web, clerestory_worker;
GRANT INSERT (tenant_id, device_id, kind, at, note, actor), UPDATE (undone_at, undone_by) ON life_record
    TO clerestory_web;
CREATE TRIGGER audit_row AFTER INSERT OR UPDATE OR DELETE ON life_record
    FOR EACH ROW EXECUTE FUNCTION audit_row();

-- Whose lives are learned from together: those of one product; where none is stated, of one kind of equipment;
-- else of what speaks alike and measures the same.
CREATE VIEW device_type WITH (security_invoker) AS
SELECT device.id AS device_id, device.tenant_id, coalesce(
    CASE WHEN device.model <> '' THEN concat_ws(' ', nullif(device.manufacturer, ''), device.model) END,
    nullif(equipment.kind, ''),
    concat_ws(': ', device.convention, (
        SELECT string_agg(DISTINCT series.metric, ', ' ORDER BY series.metric) FROM series
        WHERE series.tenant_id = device.tenant_id AND series.device_id = device.id AND series.kind = 'number'))) AS type
FROM device
LEFT JOIN equipment ON equipment.tenant_id = device.tenant_id AND equipment.id = device.equipment_id
    AND equipment.gone_at IS NULL;
GRANT SELECT ON device_type TO clerestory_web, clerestory_worker;

-- When devices of the transaction's tenant were heard first, as far as that is kept. Here and not behind the
-- views, where no index ends a search for the first reading early.
CREATE FUNCTION devices_heard(ids int[]) RETURNS TABLE (device_id int, at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT device.id, least(device.created_at, min(earliest.first_at))
    FROM device
    LEFT JOIN series ON series.tenant_id = device.tenant_id AND series.device_id = device.id
    LEFT JOIN LATERAL (
        SELECT rollup.first_at FROM rollup_1hour AS rollup WHERE rollup.series_id = series.id ORDER BY rollup.at LIMIT 1
    ) AS earliest ON true
    WHERE device.tenant_id = app_tenant() AND device.id = ANY (ids)
    GROUP BY device.id
$$;
REVOKE EXECUTE ON FUNCTION devices_heard(int[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION devices_heard(int[]) TO clerestory_web, clerestory_worker;

ALTER TABLE failure_finding
    DROP CONSTRAINT failure_finding_kind_check,
    ADD CONSTRAINT failure_finding_kind_check CHECK (kind IN ('limit', 'service life', 'warranty', 'learned'));
