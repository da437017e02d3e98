-- The house: roles, tenancy, the building, devices and their readings, documents, audit.
--
-- Written in what PostgreSQL 16 to 18 share. TimescaleDB and PostGIS are not named here: they are
-- reconciled at every start (../reconcile), so that a server that gains them later is upgraded.

-- Three roles of our own; only migrations run as the owner. Roles belong to the whole server, and
-- another database on it may be creating them at this very moment.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['clerestory_web', 'clerestory_ingest', 'clerestory_worker'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
                EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT', wanted);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END LOOP;
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format(
        'GRANT CONNECT ON DATABASE %I TO clerestory_web, clerestory_ingest, clerestory_worker',
        current_database());
    -- Ingest stages each batch in a temporary table.
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO clerestory_ingest', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO clerestory_web, clerestory_ingest, clerestory_worker;
-- The tenant a transaction works for. After set_config(..., true) an unset one reads as ''.
CREATE FUNCTION app_tenant() RETURNS int
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(current_setting('app.tenant', true), '')::int;
GRANT EXECUTE ON FUNCTION app_tenant() TO clerestory_web, clerestory_ingest, clerestory_worker;

-- Who --------------------------------------------------------------------------------------------

CREATE TABLE tenant (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE account (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL REFERENCES tenant,
    name text NOT NULL CHECK (name <> ''),
    role text NOT NULL CHECK (role IN ('viewer', 'analyst', 'operator', 'manager', 'administrator')),
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, id),
    UNIQUE (tenant_id, name)
);

-- Only the hash of a link's token is kept, so that a copy of this table opens nothing.
CREATE TABLE signin_link (
    token_hash bytea PRIMARY KEY,
    tenant_id int NOT NULL,
    account_id int NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id)
);

-- The building -----------------------------------------------------------------------------------
-- Geometry is GeoJSON: plans in metres in the storey's frame, places on earth in longitude/latitude.

CREATE TABLE building (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL REFERENCES tenant,
    name text NOT NULL CHECK (name <> ''),
    timezone text NOT NULL DEFAULT 'UTC' CHECK (timezone <> ''),
    location jsonb CHECK (location ->> 'type' = 'Point'),
    properties jsonb NOT NULL DEFAULT '{}',
    UNIQUE (tenant_id, id)
);

CREATE TABLE storey (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL,
    building_id int NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    global_id text,
    elevation_m float8,
    UNIQUE (tenant_id, id),
    FOREIGN KEY (tenant_id, building_id) REFERENCES building (tenant_id, id)
);

CREATE TABLE space (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL,
    building_id int NOT NULL,
    storey_id int,
    name text NOT NULL CHECK (name <> ''),
    long_name text,
    global_id text,
    footprint jsonb CHECK (footprint ->> 'type' IN ('Polygon', 'MultiPolygon')),
    area_m2 float8 CHECK (area_m2 >= 0),
    properties jsonb NOT NULL DEFAULT '{}',
    UNIQUE (tenant_id, id),
    FOREIGN KEY (tenant_id, building_id) REFERENCES building (tenant_id, id),
    FOREIGN KEY (tenant_id, storey_id) REFERENCES storey (tenant_id, id)
);

CREATE TABLE equipment (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL,
    building_id int NOT NULL,
    storey_id int,
    space_id int,
    name text NOT NULL CHECK (name <> ''),
    kind text,
    tag text,
    global_id text,
    properties jsonb NOT NULL DEFAULT '{}',
    UNIQUE (tenant_id, id),
    FOREIGN KEY (tenant_id, building_id) REFERENCES building (tenant_id, id),
    FOREIGN KEY (tenant_id, storey_id) REFERENCES storey (tenant_id, id),
    FOREIGN KEY (tenant_id, space_id) REFERENCES space (tenant_id, id)
);

-- Devices and what they measure --------------------------------------------------------------------

CREATE TABLE device (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL REFERENCES tenant,
    name text NOT NULL CHECK (name <> ''),
    convention text NOT NULL,
    building_id int,
    space_id int,
    equipment_id int,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, id),
    UNIQUE (tenant_id, name),
    FOREIGN KEY (tenant_id, building_id) REFERENCES building (tenant_id, id),
    FOREIGN KEY (tenant_id, space_id) REFERENCES space (tenant_id, id),
    FOREIGN KEY (tenant_id, equipment_id) REFERENCES equipment (tenant_id, id)
);

-- What changes with every message stands apart from `device`, whose changes are audited.
CREATE TABLE device_state (
    device_id int PRIMARY KEY,
    tenant_id int NOT NULL,
    last_seen timestamptz NOT NULL,
    location jsonb CHECK (location ->> 'type' = 'Point'),
    FOREIGN KEY (tenant_id, device_id) REFERENCES device (tenant_id, id)
);

CREATE TABLE series (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL,
    device_id int NOT NULL,
    metric text NOT NULL CHECK (metric <> ''),
    kind text NOT NULL CHECK (kind IN ('number', 'boolean', 'text')),
    quantity text,
    unit text,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant_id, id),
    UNIQUE (device_id, metric),
    FOREIGN KEY (tenant_id, device_id) REFERENCES device (tenant_id, id)
);

-- No foreign key to series: it would be checked for every one of billions of rows, and ids come
-- from `series` in the same transaction. No row-level security: see the views below.
-- A time far outside could be stored and never read back, and one such row breaks a page. NaN
-- counts as greater than infinity, so the check of the value refuses both.
CREATE TABLE reading (
    series_id int NOT NULL,
    at timestamptz NOT NULL CHECK (at >= '2000-01-01T00:00:00Z' AND at < '2200-01-01T00:00:00Z'),
    value float8 NOT NULL CHECK (abs(value) < 'infinity'),
    PRIMARY KEY (series_id, at)
);

-- Buckets in UTC, half-open, named by their beginning. `first_at` and `last_at` keep `first` and
-- `last` exact when data comes late.
CREATE TABLE rollup_5min (
    series_id int NOT NULL,
    at timestamptz NOT NULL,
    count int NOT NULL,
    sum float8 NOT NULL,
    min float8 NOT NULL,
    max float8 NOT NULL,
    first float8 NOT NULL,
    first_at timestamptz NOT NULL,
    last float8 NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (series_id, at)
);
CREATE TABLE rollup_1hour (LIKE rollup_5min INCLUDING ALL);

-- Text states and events. The value is part of the key: two things can happen at one instant.
CREATE TABLE event (
    series_id int NOT NULL,
    tenant_id int NOT NULL,
    at timestamptz NOT NULL CHECK (at >= '2000-01-01T00:00:00Z' AND at < '2200-01-01T00:00:00Z'),
    value text NOT NULL CHECK (length(value) <= 1024),
    PRIMARY KEY (series_id, at, value),
    FOREIGN KEY (tenant_id, series_id) REFERENCES series (tenant_id, id)
);

CREATE TABLE latest (
    series_id int PRIMARY KEY,
    tenant_id int NOT NULL,
    at timestamptz NOT NULL,
    value float8,
    text text,
    CHECK (num_nonnulls(value, text) = 1),
    FOREIGN KEY (tenant_id, series_id) REFERENCES series (tenant_id, id)
);

CREATE TABLE dead_letter (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL REFERENCES tenant,
    received_at timestamptz NOT NULL,
    topic text NOT NULL,
    payload bytea NOT NULL,
    reason text NOT NULL
);
CREATE INDEX dead_letter_tenant_received ON dead_letter (tenant_id, received_at DESC);

-- One number a tenant that grows with every committed change: a page whose number is still the
-- same has nothing to draw.
CREATE TABLE data_version (
    tenant_id int PRIMARY KEY REFERENCES tenant,
    version bigint NOT NULL
);

-- How each ingest process is; no tenant's data.
CREATE TABLE ingest_state (
    client_id text PRIMARY KEY,
    connected boolean NOT NULL,
    oldest_uncommitted_at timestamptz,
    reported_at timestamptz NOT NULL
);

-- Preferences and configuration: JSON, versioned, never overwritten -------------------------------

CREATE TABLE document (
    tenant_id int NOT NULL REFERENCES tenant,
    kind text NOT NULL CHECK (kind <> ''),
    name text NOT NULL CHECK (name <> ''),
    version int NOT NULL CHECK (version > 0),
    body jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, kind, name, version)
);

-- Audit: append-only -----------------------------------------------------------------------------

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    tenant_id int, -- none: the installation itself; no reference, as history outlives what it tells of
    actor text NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    before jsonb,
    after jsonb
);
CREATE INDEX audit_tenant_at ON audit (tenant_id, at DESC);

CREATE FUNCTION audit_refuse() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'the audit table is append-only';
END
$$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

-- The actor is who the transaction says it works for, else the role that signed in to the database.
CREATE FUNCTION audit_write(tenant_id int, action text, subject text, before jsonb, after jsonb) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    INSERT INTO audit (tenant_id, actor, action, subject, before, after)
    VALUES (audit_write.tenant_id,
            coalesce(nullif(current_setting('app.actor', true), ''), session_user),
            audit_write.action, audit_write.subject, audit_write.before, audit_write.after);
END;

-- For what is not a change of a row, such as a sign-in: always of the transaction's own tenant.
CREATE FUNCTION audit_note(action text, subject text, detail jsonb) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT audit_write(app_tenant(), audit_note.action, audit_note.subject, NULL, audit_note.detail);
END;
GRANT EXECUTE ON FUNCTION audit_note(text, text, jsonb) TO clerestory_web, clerestory_worker;

CREATE FUNCTION audit_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) - 'token_hash' END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) - 'token_hash' END;
    row jsonb := coalesce(after, before);
BEGIN
    IF before IS DISTINCT FROM after THEN
        PERFORM audit_write(
            CASE TG_TABLE_NAME WHEN 'tenant' THEN row ->> 'id' ELSE row ->> 'tenant_id' END::int,
            lower(TG_OP),
            TG_TABLE_NAME || coalesce(' ' || (row ->> 'id'), ''),
            before, after);
    END IF;
    RETURN NULL;
END
$$;

DO $$
DECLARE
    audited text;
BEGIN
    FOREACH audited IN ARRAY ARRAY['tenant', 'account', 'signin_link', 'building', 'storey', 'space',
                                   'equipment', 'device', 'series', 'document'] LOOP
        EXECUTE format(
            'CREATE TRIGGER audit_row AFTER INSERT OR UPDATE OR DELETE ON %I
             FOR EACH ROW EXECUTE FUNCTION audit_row()', audited);
    END LOOP;
END
$$;

-- Tenancy ----------------------------------------------------------------------------------------
-- Deny by default: a tenant's table shows rows of the transaction's tenant alone, and none without
-- one. Ingest serves all tenants in one batch, so its protection is its grants, not these policies.

DO $$
DECLARE
    protected text;
    owner_column text;
BEGIN
    FOREACH protected IN ARRAY ARRAY['tenant', 'account', 'signin_link', 'building', 'storey', 'space',
                                     'equipment', 'device', 'device_state', 'series', 'event', 'latest',
                                     'dead_letter', 'data_version', 'document', 'audit'] LOOP
        owner_column := CASE protected WHEN 'tenant' THEN 'id' ELSE 'tenant_id' END;
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', protected);
        EXECUTE format(
            'CREATE POLICY own_tenant ON %I TO clerestory_web, clerestory_worker
             USING (%I = app_tenant()) WITH CHECK (%I = app_tenant())',
            protected, owner_column, owner_column);
    END LOOP;
    FOREACH protected IN ARRAY ARRAY['tenant', 'device', 'device_state', 'series', 'event', 'latest',
                                     'dead_letter', 'data_version'] LOOP
        EXECUTE format(
            'CREATE POLICY all_tenants ON %I TO clerestory_ingest USING (true) WITH CHECK (true)', protected);
    END LOOP;
END
$$;

GRANT SELECT ON tenant, account, building, storey, space, equipment, device, device_state, series,
    event, latest, dead_letter, data_version, document, audit, ingest_state
    TO clerestory_web, clerestory_worker;
GRANT SELECT ON tenant, device, device_state, series, reading, rollup_5min, rollup_1hour, latest,
    data_version, ingest_state TO clerestory_ingest;
GRANT INSERT ON tenant, device, device_state, series, reading, rollup_5min, rollup_1hour, event, latest,
    dead_letter, data_version, ingest_state TO clerestory_ingest;
GRANT UPDATE ON device_state, rollup_5min, rollup_1hour, latest, data_version, ingest_state
    TO clerestory_ingest;

-- Row-level security and the columnstore exclude each other, so readings and rollups have none and
-- no grant to web and worker: these views are the only way in. As they run with the owner's rights,
-- they say the tenant themselves; as security barriers, nothing a caller adds is evaluated before it.
CREATE VIEW tenant_reading WITH (security_barrier) AS
SELECT reading.series_id, reading.at, reading.value
FROM reading
JOIN series ON series.id = reading.series_id
WHERE series.tenant_id = app_tenant();

CREATE VIEW tenant_rollup_5min WITH (security_barrier) AS
SELECT rollup_5min.series_id, rollup_5min.at, rollup_5min.count, rollup_5min.sum,
    rollup_5min.min, rollup_5min.max, rollup_5min.first, rollup_5min.first_at,
    rollup_5min.last, rollup_5min.last_at
FROM rollup_5min
JOIN series ON series.id = rollup_5min.series_id
WHERE series.tenant_id = app_tenant();

CREATE VIEW tenant_rollup_1hour WITH (security_barrier) AS
SELECT rollup_1hour.series_id, rollup_1hour.at, rollup_1hour.count, rollup_1hour.sum,
    rollup_1hour.min, rollup_1hour.max, rollup_1hour.first, rollup_1hour.first_at,
    rollup_1hour.last, rollup_1hour.last_at
FROM rollup_1hour
JOIN series ON series.id = rollup_1hour.series_id
WHERE series.tenant_id = app_tenant();

GRANT SELECT ON tenant_reading, tenant_rollup_5min, tenant_rollup_1hour TO clerestory_web, clerestory_worker;

-- Sign-in happens before a tenant is known, so this alone runs with the owner's rights.
CREATE FUNCTION redeem_signin_link(link_hash bytea) RETURNS TABLE (tenant_id int, account_id int)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    UPDATE signin_link SET used_at = now()
    FROM account
    WHERE signin_link.token_hash = redeem_signin_link.link_hash
        AND signin_link.used_at IS NULL
        AND signin_link.expires_at > now()
        AND account.id = signin_link.account_id
        AND account.active
    RETURNING signin_link.tenant_id, signin_link.account_id;
END;
GRANT EXECUTE ON FUNCTION redeem_signin_link(bytea) TO clerestory_web;

-- Devices of the transaction's tenant inside a box of longitudes and latitudes. With PostGIS this
-- is replaced by an answer from the GiST index (../reconcile/postgis.sql). A function with the
-- owner's rights, because under row-level security PostgreSQL uses an index only for operators it
-- knows to leak nothing, and PostGIS's are not among them.
CREATE FUNCTION device_within(west float8, south float8, east float8, north float8) RETURNS SETOF int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT device_id
    FROM device_state
    WHERE tenant_id = app_tenant()
        AND (location #>> '{coordinates,0}')::float8 BETWEEN west AND east
        AND (location #>> '{coordinates,1}')::float8 BETWEEN south AND north
$$;
GRANT EXECUTE ON FUNCTION device_within(float8, float8, float8, float8) TO clerestory_web, clerestory_worker;

-- A new function is everybody's until that is taken back.
REVOKE EXECUTE ON FUNCTION audit_write(int, text, text, jsonb, jsonb), audit_note(text, text, jsonb),
    redeem_signin_link(bytea), device_within(float8, float8, float8, float8) FROM PUBLIC;

-- The first tenant and its first administrator, who signs in by a link; there is no password.
WITH first_tenant AS (INSERT INTO tenant (name) VALUES ('main') RETURNING id)
INSERT INTO account (tenant_id, name, role) SELECT id, 'administrator', 'administrator' FROM first_tenant;
