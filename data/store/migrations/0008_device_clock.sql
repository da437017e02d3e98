-- What a device hands over later tells nothing of its clock: only its newest time does.
ALTER TABLE device_state ADD COLUMN own_time_at timestamptz; -- the newest that the device stated
COMMENT ON COLUMN device_state.clock_ahead_s IS 'of own_time_at over its arrival';
