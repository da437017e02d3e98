-- Jobs: what a person or a part of Clerestory asked for and a worker does in its own time.
--
-- What hands them out to workers, Procrastinate's queue, has a schema of its own (../queue_schema.py).

CREATE TABLE job (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id int NOT NULL REFERENCES tenant,
    kind text NOT NULL CHECK (kind <> ''),
    arguments jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    stage text, -- what it does now, or did last
    progress float8 CHECK (progress BETWEEN 0 AND 1), -- of the stage; none: not known
    message text, -- one sentence: why it failed, or waits again
    result jsonb,
    created_by text NOT NULL CHECK (created_by <> ''),
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz, -- the last time
    finished_at timestamptz,
    cancel_asked_at timestamptz,
    attempts int NOT NULL DEFAULT 0,
    claim uuid, -- of the run in hand: a worker that was taken for dead writes nothing any more
    UNIQUE (tenant_id, id),
    CHECK ((state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    CHECK ((state = 'running') = (claim IS NOT NULL))
);
CREATE INDEX job_newest ON job (tenant_id, id DESC);
CREATE INDEX job_finished ON job (finished_at) WHERE finished_at IS NOT NULL;

ALTER TABLE job ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON job TO clerestory_web, clerestory_worker
    USING (tenant_id = app_tenant()) WITH CHECK (tenant_id = app_tenant());

-- Whoever asks for a job cannot say how it goes.
GRANT SELECT, INSERT (tenant_id, kind, arguments, created_by) ON job TO clerestory_web, clerestory_worker;
GRANT UPDATE (state, stage, progress, message, result, started_at, finished_at, attempts, claim) ON job
    TO clerestory_worker;

-- For people with a SQL client.
CREATE VIEW jobs WITH (security_invoker) AS
SELECT id, kind, state, progress, stage, message,
    now() - created_at AS age,
    coalesce(finished_at, now()) - started_at AS duration
FROM job;
GRANT SELECT ON jobs TO clerestory_web, clerestory_worker;

-- A job that waits is cancelled at once; one that runs is asked to stop. False: there is nothing to cancel.
CREATE FUNCTION job_cancel(job_id bigint) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    WITH asked AS (
        UPDATE job
        SET cancel_asked_at = coalesce(cancel_asked_at, now()),
            state = CASE state WHEN 'waiting' THEN 'cancelled' ELSE state END,
            finished_at = CASE state WHEN 'waiting' THEN now() END
        WHERE tenant_id = app_tenant() AND id = job_cancel.job_id AND state IN ('waiting', 'running')
        RETURNING id
    )
    SELECT count(*) > 0 FROM asked;
END;

-- Of all tenants.
CREATE FUNCTION job_prune(finished_before timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    WITH gone AS (DELETE FROM job WHERE finished_at < job_prune.finished_before RETURNING id)
    SELECT count(*) FROM gone;
END;

REVOKE EXECUTE ON FUNCTION job_cancel(bigint), job_prune(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION job_cancel(bigint) TO clerestory_web, clerestory_worker;
GRANT EXECUTE ON FUNCTION job_prune(timestamptz) TO clerestory_worker;
