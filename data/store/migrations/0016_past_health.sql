-- Scores of days that nobody judged are made up for, and a forecast's backtest says since when it tried.

ALTER TABLE health_history
    ADD COLUMN computed_at timestamptz; -- later, from the readings up to then; none: at that time
ALTER TABLE forecast
    ADD COLUMN backtest_since timestamptz; -- the first hour that was tried; none: not tried
