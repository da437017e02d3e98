-- What devices say of themselves, series by unit and kind, and what is odd about them.

ALTER TABLE device
    ADD COLUMN label text, -- what people call it
    ADD COLUMN manufacturer text,
    ADD COLUMN model text,
    ADD COLUMN firmware text,
    ADD COLUMN area text, -- where it says it stands: offered for binding, never bound by itself
    ADD COLUMN ignored_at timestamptz; -- set aside in the inbox; none: not

-- A device may announce itself, or its end, before it says a value.
ALTER TABLE device_state
    ALTER COLUMN last_seen DROP NOT NULL,
    ADD COLUMN online boolean, -- as the device or its gateway says; none: it does not
    ADD COLUMN online_at timestamptz,
    ADD COLUMN clock_ahead_s float8; -- of its own newest time over that of arrival; none: it states no times

-- Values are kept in `unit`, the canonical one of the quantity. What a device says in another unit that
-- cannot be converted, or in another kind, is another series of the same metric.
ALTER TABLE series
    ADD COLUMN stated_unit text, -- as the device says it; `unit` is what values are kept in
    DROP CONSTRAINT series_device_id_metric_key,
    ADD CONSTRAINT series_identity UNIQUE NULLS NOT DISTINCT (device_id, metric, kind, unit);
UPDATE series SET stated_unit = unit;

-- What is odd about a series: values that contradict one another, a unit or a kind that changed.
CREATE TABLE series_flag (
    series_id int NOT NULL,
    tenant_id int NOT NULL,
    flag text NOT NULL CHECK (flag IN ('conflict', 'unit', 'kind')),
    count bigint NOT NULL CHECK (count > 0),
    first_at timestamptz NOT NULL, -- when it was noticed
    last_at timestamptz NOT NULL,
    detail jsonb NOT NULL, -- of the last time: {kept, refused, at} of a conflict, else {from, to}
    PRIMARY KEY (series_id, flag),
    FOREIGN KEY (tenant_id, series_id) REFERENCES series (tenant_id, id)
);
ALTER TABLE series_flag ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON series_flag TO clerestory_web, clerestory_worker
    USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
CREATE POLICY all_tenants ON series_flag TO clerestory_ingest USING (true) WITH CHECK (true);

-- A retained message comes again with every connection. Topics may be longer than a btree's keys.
CREATE INDEX dead_letter_topic ON dead_letter USING hash (topic);

ALTER TABLE ingest_state ADD COLUMN figures jsonb NOT NULL DEFAULT '{}'; -- what its metrics say

GRANT SELECT ON series_flag TO clerestory_web, clerestory_worker;
GRANT UPDATE (building_id, space_id, equipment_id, label, ignored_at) ON device TO clerestory_web;
GRANT UPDATE (label, ignored_at) ON device TO clerestory_worker;
GRANT INSERT, UPDATE ON data_version TO clerestory_web;

GRANT UPDATE (label, manufacturer, model, firmware, area) ON device TO clerestory_ingest;
GRANT UPDATE (unit, stated_unit, quantity) ON series TO clerestory_ingest;
GRANT SELECT, INSERT, UPDATE ON series_flag TO clerestory_ingest;
GRANT SELECT, DELETE ON event TO clerestory_ingest;
GRANT SELECT, UPDATE, DELETE ON dead_letter TO clerestory_ingest;
