-- How high a room is on average, so that one under a sloping roof is not drawn as a block that hides the roof.

ALTER TABLE space ADD COLUMN mean_height_m float8 CHECK (mean_height_m >= 0); -- none: of no closed body, or read before
