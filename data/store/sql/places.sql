-- name: revision
-- Changes with whatever is known of the building itself: an import always writes this row.
SELECT md5(building::text) FROM building WHERE id = %(building_id)s;

-- name: series
-- One row a series of every device that stands in a room of the building, with its latest value.
SELECT series.id AS series_id, space.id AS space_id, space.name AS space, space.storey_id,
    device.id AS device_id, device.name AS device,
    series.metric, series.kind, series.quantity, series.unit,
    latest.at, latest.value, latest.text
FROM space
JOIN device ON device.space_id = space.id
JOIN series ON series.device_id = device.id
LEFT JOIN latest ON latest.series_id = series.id
WHERE space.building_id = %(building_id)s AND space.gone_at IS NULL
ORDER BY space.id, device.name, device.id, series.metric;
