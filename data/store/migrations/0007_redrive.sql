-- Dead letters can be tried again: what was retained is of unknown age then too, and who did it is audited.
ALTER TABLE dead_letter ADD COLUMN retained boolean NOT NULL DEFAULT false;
GRANT EXECUTE ON FUNCTION audit_note(text, text, jsonb) TO clerestory_ingest;
