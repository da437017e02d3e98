-- What joins our jobs to Procrastinate's queue. It is said anew at every start: an upgrade of the package
-- may have brought other tables and functions.

REVOKE ALL ON SCHEMA procrastinate FROM PUBLIC;
GRANT USAGE ON SCHEMA procrastinate TO clerestory_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA procrastinate TO clerestory_worker;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA procrastinate TO clerestory_worker;
REVOKE ALL ON procrastinate.applied FROM clerestory_worker;

-- A job is put into the queue by the transaction that asks for it, and is never handed out twice at once.
-- The web role reaches the queue by this alone; so do jobs that are moved here from another store.
CREATE OR REPLACE FUNCTION public.job_enqueue() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = procrastinate, pg_temp
AS $$
BEGIN
    PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW(
        'jobs', 'run', 0, 'job ' || NEW.id, NULL,
        jsonb_build_object('tenant', NEW.tenant_id, 'job', NEW.id), NULL
    )::procrastinate_job_to_defer_v1]);
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION public.job_enqueue() FROM PUBLIC;

CREATE OR REPLACE TRIGGER job_enqueue AFTER INSERT ON public.job
    FOR EACH ROW WHEN (NEW.finished_at IS NULL) EXECUTE FUNCTION public.job_enqueue();
