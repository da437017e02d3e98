-- Messages that gave no reading though they should have, to be tried again; the ingest reads all tenants'.

-- name: page
-- The next ones after an id, in the order in which they came.
SELECT dead_letter.id, tenant.name AS tenant, dead_letter.topic, dead_letter.payload,
    dead_letter.received_at, dead_letter.reason, dead_letter.retained
FROM dead_letter
JOIN tenant ON tenant.id = dead_letter.tenant_id
WHERE dead_letter.id > %(after)s
    AND (%(tenant)s::text IS NULL OR tenant.name = %(tenant)s)
    AND (%(reason)s::text IS NULL OR strpos(dead_letter.reason, %(reason)s) > 0)
ORDER BY dead_letter.id
LIMIT %(limit)s;

-- name: tell
-- Why they are refused now.
UPDATE dead_letter SET reason = said.reason
FROM unnest(%(ids)s::bigint[], %(reasons)s::text[]) AS said (id, reason)
WHERE dead_letter.id = said.id;

-- name: note
SELECT set_config('app.tenant', tenant.id::text, true), set_config('app.actor', 'redrive', true),
    audit_note('redrive', 'dead_letter', jsonb_build_object('made_good', %(made_good)s::bigint))
FROM tenant
WHERE tenant.name = %(tenant)s;
