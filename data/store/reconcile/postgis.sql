-- Geometry columns made from the GeoJSON, with their indexes; QGIS opens these tables as they are.
-- ST_GeomFromGeoJSON stamps 4326 on everything; plans are in local metres, which is SRID 0.
ALTER TABLE building ADD COLUMN IF NOT EXISTS geom geometry(Point, 4326)
    GENERATED ALWAYS AS (ST_GeomFromGeoJSON(location)) STORED;
CREATE INDEX IF NOT EXISTS building_geom ON building USING gist (geom);

ALTER TABLE space ADD COLUMN IF NOT EXISTS geom geometry(Geometry, 0)
    GENERATED ALWAYS AS (ST_SetSRID(ST_GeomFromGeoJSON(footprint), 0)) STORED;
CREATE INDEX IF NOT EXISTS space_geom ON space USING gist (geom);

ALTER TABLE door ADD COLUMN IF NOT EXISTS geom geometry(Geometry, 0)
    GENERATED ALWAYS AS (ST_SetSRID(ST_GeomFromGeoJSON(outline), 0)) STORED;
CREATE INDEX IF NOT EXISTS door_geom ON door USING gist (geom);

ALTER TABLE device_state ADD COLUMN IF NOT EXISTS geom geometry(Point, 4326)
    GENERATED ALWAYS AS (ST_GeomFromGeoJSON(location)) STORED;
CREATE INDEX IF NOT EXISTS device_state_geom ON device_state USING gist (geom);

CREATE OR REPLACE FUNCTION device_within(west float8, south float8, east float8, north float8) RETURNS SETOF int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT device_id
    FROM device_state
    WHERE tenant_id = app_tenant() AND geom && ST_MakeEnvelope(west, south, east, north, 4326)
$$;

-- Devices that stand in no room, with their geometry: joined here, as under row-level security every one of
-- them would be looked up again by its number.
CREATE OR REPLACE FUNCTION device_outdoors(west float8, south float8, east float8, north float8)
RETURNS TABLE (device_id int, device text, last_seen timestamptz, geom geometry)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT device.id, device.name, state.last_seen, state.geom
    FROM device_state AS state
    JOIN device ON device.tenant_id = state.tenant_id AND device.id = state.device_id
    WHERE state.tenant_id = app_tenant() AND device.space_id IS NULL
        AND state.geom && ST_MakeEnvelope(west, south, east, north, 4326)
$$;

-- Rooms of a building, and buildings, whose boxes meet a box: what the index finds, to be looked at
-- exactly by whoever asks, as it keeps boxes in single precision.
CREATE OR REPLACE FUNCTION space_within(of_building int, west float8, south float8, east float8, north float8)
RETURNS SETOF int
LANGUAGE sql STABLE ROWS 20 SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT id
    FROM space
    WHERE tenant_id = app_tenant() AND building_id = of_building AND gone_at IS NULL
        AND geom && ST_MakeEnvelope(west, south, east, north)
$$;

CREATE OR REPLACE FUNCTION building_within(west float8, south float8, east float8, north float8)
RETURNS SETOF int
LANGUAGE sql STABLE ROWS 20 SECURITY DEFINER SET search_path = public, pg_temp
AS $$
    SELECT id
    FROM building
    WHERE tenant_id = app_tenant() AND geom && ST_MakeEnvelope(west, south, east, north, 4326)
$$;

REVOKE EXECUTE ON FUNCTION space_within(int, float8, float8, float8, float8),
    building_within(float8, float8, float8, float8),
    device_outdoors(float8, float8, float8, float8) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION space_within(int, float8, float8, float8, float8),
    building_within(float8, float8, float8, float8),
    device_outdoors(float8, float8, float8, float8) TO clerestory_web, clerestory_worker;
