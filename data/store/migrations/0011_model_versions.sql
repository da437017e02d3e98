-- Every file that was brought in as a model of a building: what was found in it, and what became of it.
-- The file itself, and the model that was read from it, are in file storage under its hash.

CREATE TABLE model_version (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL REFERENCES tenant (id),
    building_id int, -- whose model it is or was; none: it was never anyone's
    building_name text NOT NULL CHECK (length(building_name) BETWEEN 1 AND 200), -- whose it is to become
    timezone text, -- of that building; none: as it is
    file_sha256 text NOT NULL CHECK (file_sha256 ~ '^[0-9a-f]{64}$'),
    file_name text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 200), -- as whoever brought it calls it
    file_bytes bigint NOT NULL CHECK (file_bytes >= 0),
    state text NOT NULL DEFAULT 'reading'
        CHECK (state IN ('reading', 'ready', 'current', 'replaced', 'refused', 'discarded')),
    message text, -- why it was refused
    report jsonb, -- what was found and what is doubtful
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    decided_by text, -- who made it current or discarded it last
    decided_at timestamptz,
    UNIQUE (tenant_id, id),
    FOREIGN KEY (tenant_id, building_id) REFERENCES building (tenant_id, id),
    CHECK ((state = 'refused') = (message IS NOT NULL)),
    CHECK (state NOT IN ('ready', 'current', 'replaced') OR report IS NOT NULL),
    CHECK (state NOT IN ('current', 'replaced') OR building_id IS NOT NULL),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL))
);
CREATE UNIQUE INDEX model_version_current ON model_version (tenant_id, building_id) WHERE state = 'current';
CREATE INDEX model_version_newest ON model_version (tenant_id, id DESC);

CREATE TRIGGER audit_row AFTER INSERT OR UPDATE OR DELETE ON model_version
    FOR EACH ROW EXECUTE FUNCTION audit_row();
ALTER TABLE model_version ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON model_version TO clerestory_web, clerestory_worker
    USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());
GRANT SELECT, INSERT ON model_version TO clerestory_web, clerestory_worker;
GRANT UPDATE (state, building_name, timezone, decided_by, decided_at) ON model_version TO clerestory_web;
GRANT UPDATE ON model_version TO clerestory_worker;

-- Where a building is: what people say wins over what models say, and can be taken back.
ALTER TABLE building
    ADD COLUMN said_location jsonb CHECK (said_location ->> 'type' = 'Point'), -- by the last certain model
    ADD COLUMN said_north_deg float8, -- by the newest model
    ADD COLUMN placed_by text, -- who said `location` and `true_north_deg`; none: models did
    ADD COLUMN placed_at timestamptz,
    ADD CHECK ((placed_by IS NULL) = (placed_at IS NULL));
UPDATE building SET said_location = location, said_north_deg = true_north_deg;
GRANT UPDATE (location, true_north_deg, placed_by, placed_at) ON building TO clerestory_web;
