-- name: link_add
-- The owner makes links; the web part can only redeem them.
INSERT INTO signin_link (token_hash, tenant_id, account_id, expires_at)
SELECT %(token_hash)s, account.tenant_id, account.id, now() + %(lifetime)s
FROM account
WHERE account.role = 'administrator' AND account.active
ORDER BY account.id
LIMIT 1
RETURNING account_id;

-- name: link_redeem
SELECT tenant_id, account_id FROM redeem_signin_link(%(token_hash)s);

-- name: account
SELECT account.id, account.tenant_id, account.name, account.role, tenant.name AS tenant, account.units
FROM account
JOIN tenant ON tenant.id = account.tenant_id
WHERE account.id = %(account_id)s AND account.active;

-- name: names
-- By what the audit and other tables call an account.
SELECT 'account ' || id, name FROM account;

-- name: set_units
UPDATE account SET units = %(units)s WHERE id = %(account_id)s;

-- name: note
SELECT audit_note(%(action)s, %(subject)s, NULL);
