-- Jobs: asked for by people, run by workers. All of them of the transaction's tenant.

-- name: add
INSERT INTO job (tenant_id, kind, arguments, created_by)
VALUES (app_tenant(), %(kind)s, %(arguments)s, %(actor)s)
RETURNING id;

-- name: note
SELECT audit_note(%(action)s, %(subject)s, %(detail)s);

-- name: find
SELECT id, kind, state, stage, progress, message, result, created_by, created_at, started_at, finished_at,
    cancel_asked_at IS NOT NULL AS cancel_asked
FROM job
WHERE id = %(job)s;

-- name: recent
SELECT id, kind, state, stage, progress, message, result, created_by, created_at, started_at, finished_at,
    cancel_asked_at IS NOT NULL AS cancel_asked
FROM job
WHERE %(kind)s::text IS NULL OR kind = %(kind)s
ORDER BY id DESC
LIMIT %(limit)s;

-- name: cancel
SELECT job_cancel(%(job)s);

-- name: begin
-- One that is running was so under a worker that is no more: the queue hands it out to one at a time.
UPDATE job
SET state = 'running', claim = gen_random_uuid(), attempts = attempts + 1, started_at = now(),
    stage = NULL, progress = NULL, message = NULL
WHERE id = %(job)s AND state IN ('waiting', 'running')
RETURNING tenant_id AS tenant, id AS job, claim, kind, arguments, created_by AS actor, attempts;

-- name: report
UPDATE job
SET stage = %(stage)s, progress = %(progress)s
WHERE id = %(job)s AND claim = %(claim)s
RETURNING cancel_asked_at IS NOT NULL;

-- name: asked
SELECT cancel_asked_at IS NOT NULL FROM job WHERE id = %(job)s AND claim = %(claim)s;

-- name: finish
-- A failure leaves the bar where it was; what is done is done wholly.
UPDATE job
SET state = %(state)s, message = %(message)s, result = %(result)s, claim = NULL, finished_at = now(),
    progress = CASE %(state)s WHEN 'done' THEN 1 ELSE progress END
WHERE id = %(job)s AND claim = %(claim)s;

-- name: put_back
-- It waits again; one whose end was asked for meanwhile ends.
UPDATE job
SET state = CASE WHEN cancel_asked_at IS NULL THEN 'waiting' ELSE 'cancelled' END,
    finished_at = CASE WHEN cancel_asked_at IS NOT NULL THEN now() END,
    message = %(message)s, claim = NULL, attempts = attempts - %(uncounted)s
WHERE id = %(job)s AND claim = %(claim)s;

-- name: prune
SELECT job_prune(%(finished_before)s);
