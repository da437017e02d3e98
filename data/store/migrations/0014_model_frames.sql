-- Where a model's axes lie in those of the one after it, so that outlines of both can be laid over each other.

ALTER TABLE model_reissue ADD COLUMN frame jsonb; -- {angle_rad, shift_m}, as `alignment.Frame`; none: not moved, or not known
