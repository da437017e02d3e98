-- Forecasts against what came, for the page that lists them. All of the transaction's tenant.

-- name: forecasts
-- One page of the series that were forecast, or that had too little to be, with how many the filters leave.
WITH judged AS (
    SELECT series.id AS series_id, device.id AS device_id, coalesce(device.label, device.name) AS device,
        series.metric, series.quantity, space.name AS space, building.name AS building, building.timezone,
        CASE WHEN forecast.series_id IS NULL THEN 'lacking'
            WHEN forecast.withheld IS NOT NULL THEN 'withheld'
            ELSE 'shown' END AS state,
        forecast.method, forecast.mase, forecast.coverage, forecast.backtests, forecast.backtest_since,
        coalesce(forecast.withheld, run.lacking) AS reason,
        coalesce(forecast.right_count, 0) AS right_count, coalesce(forecast.judged_count, 0) AS judged_count,
        forecast.judged_since, coalesce(forecast.computed_at, run.computed_at) AS computed_at,
        coalesce(forecast.basis, '{}') AS basis
    FROM series
    JOIN device ON device.id = series.device_id
    LEFT JOIN forecast ON forecast.series_id = series.id
    LEFT JOIN analysis_run AS run ON run.series_id = series.id AND run.kind = 'forecast'
    LEFT JOIN space ON space.id = device.space_id AND space.gone_at IS NULL
    LEFT JOIN building ON building.id = device.building_id
    WHERE (forecast.series_id IS NOT NULL OR run.lacking IS NOT NULL)
        AND (%(building_id)s::int IS NULL OR device.building_id = %(building_id)s::int)
        AND (%(quantity)s::text IS NULL OR series.quantity = %(quantity)s::text)
        AND (cardinality(%(patterns)s::text[]) = 0
            OR concat_ws(E'\n', device.label, device.name, series.metric, space.name) ILIKE ALL (%(patterns)s::text[]))
)
SELECT judged.*, count(*) OVER () AS total
FROM judged
WHERE %(state)s::text IS NULL OR state = %(state)s::text
ORDER BY array_position(ARRAY['shown', 'withheld', 'lacking'], state),
    CASE %(sort)s::text
        WHEN 'best' THEN mase
        WHEN 'worst' THEN -mase
        WHEN 'promise' THEN -abs(right_count::float8 / nullif(judged_count, 0) - 0.8)
    END NULLS LAST,
    device, metric, series_id
LIMIT %(limit)s OFFSET %(offset)s;

-- name: counts
-- How many series of a building, or of all, are forecast, and how right that was.
SELECT
    count(forecast.series_id) FILTER (WHERE forecast.withheld IS NULL) AS shown,
    count(forecast.withheld) AS withheld,
    count(*) FILTER (WHERE forecast.series_id IS NULL) AS lacking,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY forecast.mase) FILTER (WHERE forecast.withheld IS NULL) AS mase,
    -- Of all hours that were tried: each trial of a series has as many.
    sum(forecast.coverage * forecast.backtests) FILTER (WHERE forecast.withheld IS NULL AND forecast.coverage IS NOT NULL)
        / nullif(sum(forecast.backtests) FILTER (WHERE forecast.withheld IS NULL AND forecast.coverage IS NOT NULL), 0)
        AS coverage,
    coalesce(sum(forecast.backtests) FILTER (WHERE forecast.withheld IS NULL), 0)::bigint AS backtests,
    min(forecast.backtest_since) FILTER (WHERE forecast.withheld IS NULL) AS backtest_since,
    coalesce(sum(forecast.right_count), 0)::bigint AS right_count,
    coalesce(sum(forecast.judged_count), 0)::bigint AS judged_count,
    min(forecast.judged_since) AS judged_since, max(forecast.computed_at) AS computed_at
FROM series
JOIN device ON device.id = series.device_id
LEFT JOIN forecast ON forecast.series_id = series.id
LEFT JOIN analysis_run AS run ON run.series_id = series.id AND run.kind = 'forecast'
WHERE (forecast.series_id IS NOT NULL OR run.lacking IS NOT NULL)
    AND (%(building_id)s::int IS NULL OR device.building_id = %(building_id)s::int);

-- name: choices
-- What there is to filter by.
SELECT
    ARRAY(SELECT DISTINCT series.quantity FROM forecast JOIN series ON series.id = forecast.series_id
        WHERE series.quantity IS NOT NULL ORDER BY 1) AS quantities,
    ARRAY(SELECT id FROM building ORDER BY name, id) AS building_ids,
    ARRAY(SELECT name FROM building ORDER BY name, id) AS buildings;
