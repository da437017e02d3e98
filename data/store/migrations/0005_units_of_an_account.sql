-- In which units an account reads values. They are kept and given out in one unit a quantity all the same.

ALTER TABLE account
    ADD COLUMN units text NOT NULL DEFAULT 'metric' CHECK (units IN ('metric', 'us'));

GRANT UPDATE (units) ON account TO clerestory_web;
