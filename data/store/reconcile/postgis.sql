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
