-- The building from its IFC model: what is drawn, which rooms doors join, which systems serve them.
--
-- A new version of a model keeps the ids of storeys, spaces and equipment that it still has (matched
-- by GlobalId), because devices, series and history hang on them; what it no longer has is marked
-- with `gone_at` and stays. Doors, systems and connections are what the newest version says and
-- nothing hangs on them: they are written anew.

ALTER TABLE building
    ADD CONSTRAINT building_tenant_name UNIQUE (tenant_id, name),
    ADD COLUMN model_sha256 text, -- of the file that was imported last; none: not from a model
    ADD COLUMN model jsonb NOT NULL DEFAULT '{}', -- what that file is: schema, project, units, warnings
    ADD COLUMN georeference jsonb, -- as the model states it, with what is doubtful; `location` is what counts
    ADD COLUMN true_north_deg float8; -- clockwise from the plan's y axis

ALTER TABLE storey
    ADD COLUMN plan jsonb NOT NULL DEFAULT '[]', -- what is drawn beside rooms and doors: [{kind, outline}]
    ADD COLUMN gone_at timestamptz;

ALTER TABLE space
    ADD COLUMN label_point jsonb CHECK (label_point ->> 'type' = 'Point'),
    ADD COLUMN footprint_area_m2 float8 CHECK (footprint_area_m2 >= 0),
    ADD COLUMN area_source text, -- the quantity that `area_m2` was taken from, or `footprint`
    ADD COLUMN height_m float8 CHECK (height_m >= 0),
    ADD COLUMN floor_m float8, -- height of its floor in the model
    ADD COLUMN use text,
    ADD COLUMN zones text[] NOT NULL DEFAULT '{}',
    ADD COLUMN gone_at timestamptz;

ALTER TABLE equipment
    ADD COLUMN predefined_type text,
    ADD COLUMN position jsonb CHECK (position ->> 'type' = 'Point'), -- with its height, in the model's axes
    ADD COLUMN gone_at timestamptz;

CREATE INDEX storey_building ON storey (tenant_id, building_id);
CREATE INDEX space_storey ON space (tenant_id, storey_id);
CREATE INDEX space_building ON space (tenant_id, building_id);
CREATE INDEX equipment_building ON equipment (tenant_id, building_id);
CREATE INDEX equipment_space ON equipment (tenant_id, space_id);
CREATE INDEX device_space ON device (tenant_id, space_id);

CREATE TABLE door (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL,
    building_id int NOT NULL,
    storey_id int,
    name text,
    global_id text,
    outline jsonb CHECK (outline ->> 'type' IN ('Polygon', 'MultiPolygon')),
    UNIQUE (tenant_id, id),
    FOREIGN KEY (tenant_id, building_id) REFERENCES building (tenant_id, id),
    FOREIGN KEY (tenant_id, storey_id) REFERENCES storey (tenant_id, id)
);
CREATE INDEX door_building ON door (tenant_id, building_id);
CREATE INDEX door_storey ON door (tenant_id, storey_id);

-- The rooms a door joins; one alone: it leads outside, or to where the model has no room.
CREATE TABLE space_door (
    tenant_id int NOT NULL,
    door_id int NOT NULL,
    space_id int NOT NULL,
    PRIMARY KEY (tenant_id, door_id, space_id),
    FOREIGN KEY (tenant_id, door_id) REFERENCES door (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, space_id) REFERENCES space (tenant_id, id)
);
CREATE INDEX space_door_space ON space_door (tenant_id, space_id);

CREATE TABLE system (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL,
    building_id int NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    global_id text,
    kind text,
    UNIQUE (tenant_id, id),
    FOREIGN KEY (tenant_id, building_id) REFERENCES building (tenant_id, id)
);
CREATE INDEX system_building ON system (tenant_id, building_id);

CREATE TABLE system_equipment (
    tenant_id int NOT NULL,
    system_id int NOT NULL,
    equipment_id int NOT NULL,
    PRIMARY KEY (tenant_id, system_id, equipment_id),
    FOREIGN KEY (tenant_id, system_id) REFERENCES system (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, equipment_id) REFERENCES equipment (tenant_id, id)
);
CREATE INDEX system_equipment_equipment ON system_equipment (tenant_id, equipment_id);

CREATE TABLE system_serves (
    tenant_id int NOT NULL,
    system_id int NOT NULL,
    space_id int NOT NULL,
    PRIMARY KEY (tenant_id, system_id, space_id),
    FOREIGN KEY (tenant_id, system_id) REFERENCES system (tenant_id, id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, space_id) REFERENCES space (tenant_id, id)
);
CREATE INDEX system_serves_space ON system_serves (tenant_id, space_id);

-- Rooms that refer to equipment elsewhere, as a room does to the box above its corridor.
CREATE TABLE equipment_serves (
    tenant_id int NOT NULL,
    equipment_id int NOT NULL,
    space_id int NOT NULL,
    PRIMARY KEY (tenant_id, equipment_id, space_id),
    FOREIGN KEY (tenant_id, equipment_id) REFERENCES equipment (tenant_id, id),
    FOREIGN KEY (tenant_id, space_id) REFERENCES space (tenant_id, id)
);
CREATE INDEX equipment_serves_space ON equipment_serves (tenant_id, space_id);

-- Ports joined: what leaves one enters the other; without a direction the order says nothing.
CREATE TABLE equipment_link (
    tenant_id int NOT NULL,
    source_id int NOT NULL,
    target_id int NOT NULL,
    directed boolean NOT NULL,
    PRIMARY KEY (tenant_id, source_id, target_id),
    FOREIGN KEY (tenant_id, source_id) REFERENCES equipment (tenant_id, id),
    FOREIGN KEY (tenant_id, target_id) REFERENCES equipment (tenant_id, id)
);
CREATE INDEX equipment_link_target ON equipment_link (tenant_id, target_id);

DO $$
DECLARE
    added text;
BEGIN
    FOREACH added IN ARRAY ARRAY['door', 'space_door', 'system', 'system_equipment', 'system_serves',
                                 'equipment_serves', 'equipment_link'] LOOP
        EXECUTE format(
            'CREATE TRIGGER audit_row AFTER INSERT OR UPDATE OR DELETE ON %I
             FOR EACH ROW EXECUTE FUNCTION audit_row()', added);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', added);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I TO clerestory_web, clerestory_worker
             USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant())', added);
        EXECUTE format('GRANT SELECT ON %I TO clerestory_web', added);
        EXECUTE format('GRANT SELECT, INSERT, DELETE ON %I TO clerestory_worker', added);
    END LOOP;
END
$$;

GRANT INSERT, UPDATE ON building, storey, space, equipment, data_version TO clerestory_worker;
GRANT UPDATE (building_id, space_id, equipment_id) ON device TO clerestory_worker;

-- The worker acts for any tenant but sees none before it says which; names it is given lead to ids here.
CREATE FUNCTION tenant_named(wanted text) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT id FROM tenant WHERE name = tenant_named.wanted;
END;
REVOKE EXECUTE ON FUNCTION tenant_named(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenant_named(text) TO clerestory_worker;
