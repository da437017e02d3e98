"""Bring a database up to date: our migrations in order, the roles' passwords, the server's extensions.

Safe to start twice at once, to kill and run again, and while older processes still run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import LiteralString

import psycopg
import structlog
from psycopg import sql

from data.errors import StoreError, StoreUnavailable
from data.settings import Settings
from data.store import address, queue_schema
from data.store.pool import Connection, is_outage

log = structlog.get_logger(__name__)

# One lock for all of it; released by the end of the transaction, even when the process is killed.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('clerestory schema'))"

_LEDGER = """
CREATE TABLE IF NOT EXISTS schema_migration (
    name text PRIMARY KEY,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of `migrations/`."""

    name: str
    text: LiteralString

    @property
    def sha256(self) -> str:
        """Fingerprint of the text: an applied migration is never edited."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrations() -> list[Migration]:
    """All migrations, in the order of their numbers."""
    folder = files("data.store").joinpath("migrations")
    found = [path for path in folder.iterdir() if path.name.endswith(".sql")]
    return [
        Migration(path.name.removesuffix(".sql"), path.read_text(encoding="utf-8"))
        for path in sorted(found, key=lambda path: path.name)
    ]


def migrate(settings: Settings) -> None:
    """Bring the database up to date, as its owner.

    Raises:
        StoreUnavailable: the database is away; try again.
        StoreError: an applied migration was changed, or the server refused one.
    """
    try:
        with psycopg.connect(address.owner(settings), application_name="clerestory migrate") as connection:
            for migration in migrations():
                _apply(connection, migration)
            _reconcile_queue(connection)
            for extension in ("timescaledb", "postgis"):
                _reconcile(connection, extension)
            _set_role_passwords(connection, settings)
    except psycopg.Error as error:
        if is_outage(error):
            raise StoreUnavailable(f"The database cannot be reached: {_first_line(error)}") from error
        raise StoreError(f"The database refused its schema: {_first_line(error)}") from error


def _first_line(error: psycopg.Error) -> str:
    return str(error).partition("\n")[0]


def _apply(connection: Connection, migration: Migration) -> None:
    with connection.transaction():
        connection.execute(_LOCK)
        connection.execute(_LEDGER)
        applied = connection.execute(
            "SELECT sha256 FROM schema_migration WHERE name = %s", (migration.name,)
        ).fetchone()
        if applied is None:
            connection.execute(migration.text)
            connection.execute(
                "INSERT INTO schema_migration (name, sha256) VALUES (%s, %s)",
                (migration.name, migration.sha256),
            )
            _audit(connection, "migrate", migration.name)
            log.info("schema", applied=migration.name)
        elif applied[0] != migration.sha256:
            raise StoreError(
                f"Migration {migration.name} was changed after this database had it; "
                "restore the file and put the change into a new migration."
            )


def _reconcile(connection: Connection, extension: LiteralString) -> None:
    """Use an extension if the server offers it. Every statement of its file can be run again and again."""
    with connection.transaction():
        connection.execute(_LOCK)
        if not _offered(connection, extension):
            return
        existed = _installed(connection, extension)
        try:
            with connection.transaction():
                connection.execute(
                    sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension))
                )
        except psycopg.errors.InsufficientPrivilege:
            log.warning(
                "extension",
                name=extension,
                reason="the owner may not create it; ask the server's administrator",
            )
            return
        text = files("data.store").joinpath("reconcile", f"{extension}.sql").read_text(encoding="utf-8")
        connection.execute(text)
        if not existed:
            _audit(connection, "reconcile", extension)
            log.info("extension", name=extension, created=True)


def _reconcile_queue(connection: Connection) -> None:
    """Apply what the installed Procrastinate brings and this database does not have yet."""
    while True:
        with connection.transaction():
            connection.execute(_LOCK)  # and look anew: another process may be at it too
            names = queue_schema.missing(connection)
            if not names:
                queue_schema.join(connection)
                return
            queue_schema.apply(connection, names[0])
            if len(names) == 1:
                _audit(connection, "reconcile", queue_schema.SCHEMA)
                log.info("queue", applied=names[0])


def _offered(connection: Connection, extension: str) -> bool:
    # TimescaleDB must be loaded when the server starts; its files alone are not enough.
    row = connection.execute(
        """
        SELECT count(*) > 0 AND (%(name)s <> 'timescaledb'
            OR current_setting('shared_preload_libraries') LIKE '%%timescaledb%%')
        FROM pg_available_extensions WHERE name = %(name)s
        """,
        {"name": extension},
    ).fetchone()
    return bool(row and row[0])


def _installed(connection: Connection, extension: str) -> bool:
    return (
        connection.execute("SELECT FROM pg_extension WHERE extname = %s", (extension,)).fetchone() is not None
    )


def _audit(connection: Connection, action: str, subject: str) -> None:
    connection.execute("SELECT audit_write(NULL, %s, %s, NULL, NULL)", (action, subject))


def _set_role_passwords(connection: Connection, settings: Settings) -> None:
    for role in _locked_out(settings):
        password, name = address.role_password(settings, role), f"clerestory_{role}"
        # Hashed here, so that the server's log of statements never holds it.
        hashed = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
        with connection.transaction():
            connection.execute(_LOCK)  # two who alter a role at once fail
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                    sql.Identifier(name), sql.Literal(hashed.decode())
                )
            )


def _locked_out(settings: Settings) -> Iterator[address.Role]:
    """The roles that cannot sign in with the password that the secret key gives them."""
    for role in address.ROLES:
        try:
            psycopg.connect(address.of_role(settings, role)).close()
        except psycopg.OperationalError:
            yield role
