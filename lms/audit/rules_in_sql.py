"""The rule that the log only grows, as each database keeps it. The step that makes the tables repeats it.

An entry can be removed only from the oldest on, after 90 days at the least, and when a cut says so; a cut is never
removed. Whoever owns the tables can drop the rule: that is seen from outside only (`lms audit verify`).
"""

from __future__ import annotations

REFUSAL = "the audit log only grows"
LEAST_DAYS = 90

_IS_OVER = "SELECT 1 FROM audit_cut WHERE up_to >= OLD.id"

SQLITE = (
    f"CREATE TRIGGER audit_event_stays BEFORE UPDATE ON audit_event BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    "CREATE TRIGGER audit_event_is_kept BEFORE DELETE ON audit_event "
    f"WHEN OLD.at > datetime('now', '-{LEAST_DAYS} days') OR NOT EXISTS ({_IS_OVER}) "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    # INSERT OR REPLACE removes without asking the rule above.
    "CREATE TRIGGER audit_event_is_new BEFORE INSERT ON audit_event "  # noqa: S608  # nosec B608
    "WHEN EXISTS (SELECT 1 FROM audit_event "
    "WHERE id = NEW.id OR previous = NEW.previous OR digest = NEW.digest) "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER audit_cut_stays BEFORE UPDATE ON audit_cut BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER audit_cut_is_kept BEFORE DELETE ON audit_cut BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    "CREATE TRIGGER audit_cut_is_new BEFORE INSERT ON audit_cut "  # noqa: S608  # nosec B608
    "WHEN EXISTS (SELECT 1 FROM audit_cut WHERE id = NEW.id) "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_event' THEN "
    f"IF OLD.at < now() - interval '{LEAST_DAYS} days' AND EXISTS ({_IS_OVER}) THEN RETURN OLD; END IF; "
    f"END IF; RAISE EXCEPTION '{REFUSAL}'; END $$",
    "CREATE TRIGGER audit_event_stays BEFORE UPDATE OR DELETE ON audit_event "
    "FOR EACH ROW EXECUTE FUNCTION audit_only_grows()",
    "CREATE TRIGGER audit_event_is_kept BEFORE TRUNCATE ON audit_event "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()",
    "CREATE TRIGGER audit_cut_stays BEFORE UPDATE OR DELETE ON audit_cut "
    "FOR EACH ROW EXECUTE FUNCTION audit_only_grows()",
    "CREATE TRIGGER audit_cut_is_kept BEFORE TRUNCATE ON audit_cut "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()",
)
