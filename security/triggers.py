"""The database's own lock on the audit chain: no row changes, and none goes but those of a closed segment."""

from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "security_auditentry"
NO_CHANGE = "the audit chain is never changed"
NO_DELETE = "the audit chain is never deleted from, but for closed segments"
_OPEN = "OLD.seq > (SELECT COALESCE(MAX(last), 0) FROM security_auditsegment)"
_TAKEN = "EXISTS (SELECT 1 FROM security_auditentry WHERE seq = NEW.seq)"

SQLITE = (
    f"CREATE TRIGGER audit_no_change BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{NO_CHANGE}'); END",
    f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON {TABLE} WHEN {_OPEN} BEGIN SELECT RAISE(ABORT, '{NO_DELETE}'); END",
    # REPLACE deletes what is in its way without a word to the trigger above
    f"CREATE TRIGGER audit_no_replace BEFORE INSERT ON {TABLE} WHEN {_TAKEN} BEGIN SELECT RAISE(ABORT, '{NO_CHANGE}'); END",
)
POSTGRESQL = (
    f"""CREATE FUNCTION audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'UPDATE' THEN RAISE EXCEPTION '{NO_CHANGE}'; END IF;
        IF TG_OP = 'TRUNCATE' THEN RAISE EXCEPTION '{NO_DELETE}'; END IF;
        IF {_OPEN} THEN RAISE EXCEPTION '{NO_DELETE}'; END IF;
        RETURN OLD; END $$""",
    f"CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION audit_guard()",
    f"CREATE TRIGGER audit_no_delete BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION audit_guard()",
)
DROP = {
    "sqlite": tuple(f"DROP TRIGGER IF EXISTS {name}" for name in ("audit_no_change", "audit_no_delete", "audit_no_replace")),
    "postgresql": ("DROP FUNCTION IF EXISTS audit_guard() CASCADE",),
}


def install(connection: BaseDatabaseWrapper) -> None:
    remove(connection)
    _run(connection, SQLITE if connection.vendor == "sqlite" else POSTGRESQL)


def remove(connection: BaseDatabaseWrapper) -> None:
    """For a migration backwards, and for tests, whose clean-up empties every table."""
    _run(connection, DROP[connection.vendor])


def _run(connection: BaseDatabaseWrapper, statements: tuple[str, ...]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
