-- name: of_building
-- The rooms of a building as bodies, the lowest storey first; a storey without a height stands last.
SELECT space.id, space.name, space.long_name, space.storey_id, space.footprint,
    coalesce(space.mean_height_m, space.height_m) AS height_m,
    coalesce(space.floor_m, storey.elevation_m) AS floor_m
FROM space
JOIN storey ON storey.id = space.storey_id AND storey.gone_at IS NULL
WHERE space.building_id = %(building_id)s AND space.gone_at IS NULL AND space.footprint IS NOT NULL
ORDER BY storey.elevation_m NULLS LAST, storey.id, space.name, space.id;
