-- Readings and rollups become hypertables: chunk exclusion now, retention by chunks later. What a
-- plain table already holds is moved. Chunks inherit the table's grants, so none is readable directly.
SELECT create_hypertable('reading', by_range('at', INTERVAL '7 days'), if_not_exists => true, migrate_data => true);
SELECT create_hypertable('rollup_5min', by_range('at', INTERVAL '30 days'), if_not_exists => true, migrate_data => true);
SELECT create_hypertable('rollup_1hour', by_range('at', INTERVAL '180 days'), if_not_exists => true, migrate_data => true);
