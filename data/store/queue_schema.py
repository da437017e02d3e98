"""Procrastinate's tables and functions: its own migrations, in a schema `procrastinate` of their own.

The package brings them along, so an upgrade of it is a new pin in the requirements and nothing else:
those that a database does not have yet are applied at the next start.
"""

from __future__ import annotations

from importlib.resources import files

from data.store.pool import Connection

SCHEMA = "procrastinate"

_LEDGER = """
CREATE SCHEMA IF NOT EXISTS procrastinate;
CREATE TABLE IF NOT EXISTS procrastinate.applied (
    name text PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now()
)"""


def packaged() -> list[str]:
    """The names of the package's migrations, in their order."""
    folder = files("procrastinate.sql").joinpath("migrations")
    return sorted(path.name for path in folder.iterdir() if path.name.endswith(".sql"))


def missing(connection: Connection) -> list[str]:
    """Those that the database does not have yet, in their order."""
    connection.execute(_LEDGER)
    applied = {name for (name,) in connection.execute("SELECT name FROM procrastinate.applied")}
    return [name for name in packaged() if name not in applied]


def apply(connection: Connection, name: str) -> None:
    """Apply one of them; each in a transaction of its own, as a new value of an enum serves only then."""
    path = files("procrastinate.sql").joinpath("migrations", name)
    connection.execute("SET LOCAL search_path = procrastinate")  # the package's texts name no schema
    connection.execute(path.read_text(encoding="utf-8"))
    connection.execute("SET LOCAL search_path TO DEFAULT")
    connection.execute("INSERT INTO procrastinate.applied (name) VALUES (%s)", (name,))


def join(connection: Connection) -> None:
    """Grants, and the trigger that puts a new job into the queue; can be run again and again."""
    path = files("data.store").joinpath("reconcile", "procrastinate.sql")
    connection.execute(path.read_text(encoding="utf-8"))
