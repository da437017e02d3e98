"""Move a whole store into another, empty one: from the embedded server to one of your own, say."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import structlog
from psycopg import sql

from data.errors import BadInput
from data.store.pool import Connection

log = structlog.get_logger(__name__)

# Parents before children. A test holds this against the schema.
TABLES = (
    "tenant", "account", "signin_link",
    "building", "model_version", "storey", "space", "equipment", "door", "space_door",
    "system", "system_equipment", "system_serves", "equipment_serves", "equipment_link",
    "model_reissue", "model_match",
    "device", "device_state", "series", "series_flag",
    "reading", "rollup_5min", "rollup_1hour", "event", "latest",
    "correction", "corrected_reading", "retention", "life_record",
    "analysis_run", "health", "health_history", "anomaly", "forecast", "forecast_day",
    "failure_finding", "pattern", "odd_room", "quality_finding",
    "dead_letter", "data_version", "document", "job", "audit",
)  # fmt: skip
# What a server says of itself, not of a tenant, stays where it is.
NOT_MOVED = ("schema_migration", "ingest_state")

_COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'
    AND NOT (table_name = 'audit' AND column_name = 'id') -- both histories are kept, so ids are new
ORDER BY ordinal_position
"""


def move(
    source: str, target: str, *, progress: Callable[[str, int], None] = lambda table, rows: None
) -> None:
    """Copy all rows of one store into another of the same schema: all of them or, on any error, none.

    The source is read as of one instant and left as it was.

    Args:
        source: Connection string of the source's owner.
        target: Connection string of the target's owner; `migrate` must have been run on it.
        progress: Told each table with its number of rows when it is done.

    Raises:
        BadInput: the target holds devices or buildings already, or has another schema.
    """
    with psycopg.connect(source) as old, psycopg.connect(target) as new:
        old.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        _check(old, new)
        for table in reversed(TABLES):
            _audited(new, table, enabled=False)
            if table != "audit":
                new.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        for table in TABLES:
            rows = _copy(old, new, table)
            _audited(new, table, enabled=True)
            progress(table, rows)
        new.execute("SELECT audit_write(NULL, 'move', 'store', NULL, NULL)")


def _check(old: Connection, new: Connection) -> None:
    schemas = [
        side.execute("SELECT array_agg(name || sha256 ORDER BY name) FROM schema_migration").fetchone()
        for side in (old, new)
    ]
    if schemas[0] != schemas[1]:
        raise BadInput(
            "The two stores have different schemas; start this version of Clerestory on both first."
        )
    row = new.execute("SELECT EXISTS (SELECT FROM device) OR EXISTS (SELECT FROM building)").fetchone()
    if row and row[0]:
        raise BadInput("The target store holds devices or buildings already; give an empty database.")


def _audited(connection: Connection, table: str, *, enabled: bool) -> None:
    """Moving is one change, not one of every row: the audit of single rows rests meanwhile."""
    statement = (
        "ALTER TABLE {} ENABLE TRIGGER audit_row" if enabled else "ALTER TABLE {} DISABLE TRIGGER audit_row"
    )
    found = connection.execute(
        "SELECT FROM pg_trigger WHERE tgname = 'audit_row' AND tgrelid = %s::regclass", (table,)
    ).fetchone()
    if found is not None:
        connection.execute(sql.SQL(statement).format(sql.Identifier(table)))


def _copy(old: Connection, new: Connection, table: str) -> int:
    names = [row[0] for row in new.execute(_COLUMNS, (table,))]
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    name = sql.Identifier(table)
    reader, writer = old.cursor(), new.cursor()
    with (
        reader.copy(
            sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT (FORMAT binary)").format(columns, name)
        ) as source,
        writer.copy(sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(name, columns)) as target,
    ):
        for block in source:
            target.write(block)
    if "id" in names:
        new.execute(
            sql.SQL(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), coalesce(max(id), 0) + 1, false) FROM {}"
            ).format(name),
            (table,),
        )
    return writer.rowcount
