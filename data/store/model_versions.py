"""Files that were brought in as models of buildings: from being read to being current, replaced or let go.

A version is `reading` from its upload on, until a job has read it: then it is `ready`, or `refused` with a
sentence. A ready one becomes `current` when somebody decides so, which makes the one before it `replaced`,
or is `discarded`. A replaced one can be made current again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from zoneinfo import available_timezones

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from data.building.model import Model
from data.errors import BadInput, StoreRefused
from data.store import model_import, statements
from data.store.model_import import Saved
from data.store.pool import Connection, Store

_SQL = statements.load("model_versions")

NAME_LENGTH = 200  # of a building or a file, in characters

State = Literal["reading", "ready", "current", "replaced", "refused", "discarded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One file that was brought in."""

    id: int
    building_id: int | None  # whose model it is or was
    building: str | None  # the name of that building now
    building_name: str  # whose model it is to become
    timezone: str | None  # IANA name for that building; None: as it is
    file_sha256: str
    file_name: str  # as whoever brought it calls it: text, never a path
    file_bytes: int
    state: State
    message: str | None  # why it was refused
    report: dict[str, Any] | None  # `data.building.report.found`
    created_by: str
    created_at: datetime  # aware
    decided_by: str | None  # who made it current or discarded it last
    decided_at: datetime | None  # aware


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What making a version current would do to a building's storeys, rooms and equipment."""

    kept: int
    added: int
    gone: int
    doubtful: int = 0  # may be among the added: people are asked


def add(
    connection: Connection,
    *,
    building_name: str,
    file_name: str,
    file_sha256: str,
    file_bytes: int,
    timezone: str | None = None,
    actor: str,
) -> int:
    """Note a file that is in file storage and is to be read; gives the version's id.

    Inside a transaction that the caller has begun for the tenant, so that the job which reads it can be
    submitted in the same one.

    Raises:
        BadInput: the building's name is empty or too long, or there is no such time zone.
    """
    row = {
        "building_name": _name(building_name),
        "timezone": _timezone(timezone),
        "file_sha256": file_sha256,
        "file_name": shown(file_name),
        "file_bytes": file_bytes,
        "actor": actor,
    }
    added: tuple[int] | None = connection.execute(_SQL["add"], row).fetchone()
    assert added is not None
    return added[0]


def shown(file_name: str) -> str:
    """A file's name as text: without folders, line breaks and what else does not print."""
    bare = file_name.replace("\\", "/").rpartition("/")[2]
    return (
        "".join(letter if letter.isprintable() else " " for letter in bare).strip()[:NAME_LENGTH] or "model"
    )


def _name(text: str) -> str:
    bare = "".join(letter if letter.isprintable() else " " for letter in text).strip()
    if not 0 < len(bare) <= NAME_LENGTH:
        raise BadInput(f"Give the building a name of at most {NAME_LENGTH} characters.")
    return bare


def _timezone(name: str | None) -> str | None:
    if name and name not in available_timezones():
        raise BadInput(f"{name} is no time zone; give one such as Europe/Berlin.")
    return name or None


def find(store: Store, *, tenant: int, version: int) -> Version | None:
    """One version; None when the tenant has no such one."""
    found = _list(store, tenant=tenant, version=version, limit=1)
    return found[0] if found else None


def current(store: Store, *, tenant: int, building_name: str) -> Version | None:
    """The version that a building is drawn from; None without such a building, or one of its models here."""
    with store.transaction(tenant=tenant) as connection:
        row = connection.execute(_SQL["current"], {"building_name": building_name}).fetchone()
    return None if row is None else find(store, tenant=tenant, version=row[0])


def list_versions(store: Store, *, tenant: int, limit: int = 100) -> list[Version]:
    """The tenant's versions, the newest first."""
    return _list(store, tenant=tenant, version=None, limit=limit)


def _list(store: Store, *, tenant: int, version: int | None, limit: int) -> list[Version]:
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=class_row(Version))
        return cursor.execute(_SQL["list"], {"version": version, "limit": limit}).fetchall()


def ready(store: Store, *, tenant: int, version: int, report: dict[str, Any], actor: str) -> bool:
    """Keep what was found in a version that was read, as the worker role; False: it waits no longer."""
    wanted = {"version": version, "report": Jsonb(report)}
    return _change(store, "ready", tenant, actor, wanted)


def refuse(store: Store, *, tenant: int, version: int, message: str, actor: str) -> bool:
    """Say in one sentence why a version cannot be used, as the worker role; False: it waits no longer."""
    return _change(store, "refuse", tenant, actor, {"version": version, "message": message})


def discard(store: Store, *, tenant: int, version: int, actor: str) -> bool:
    """Let a version go that is being read or is ready; False: it is neither.

    The file stays in storage. What reads it goes on until its job is cancelled too.
    """
    return _change(store, "discard", tenant, actor, {"version": version, "actor": actor})


def rename(
    store: Store, *, tenant: int, version: int, building_name: str, timezone: str | None, actor: str
) -> bool:
    """Say anew which building a version is of, and in which time zone that is; False: it waits no longer.

    Raises:
        BadInput: the name is empty or too long, or there is no such time zone.
    """
    wanted = {"version": version, "building_name": _name(building_name), "timezone": _timezone(timezone)}
    return _change(store, "name", tenant, actor, wanted)


def _change(store: Store, statement: str, tenant: int, actor: str, wanted: dict[str, Any]) -> bool:
    with store.transaction(tenant=tenant, actor=actor) as connection:
        return connection.execute(_SQL[statement], wanted).fetchone() is not None


def changes(store: Store, *, tenant: int, building_name: str, model: Model) -> Changes:
    """What a model would do to the building of this name, were it made current now."""
    found = model_import.compare(store, tenant=tenant, name=building_name, model=model)
    if found is None:
        return Changes(kept=0, added=len(model.storeys) + len(model.spaces) + len(model.equipment), gone=0)
    return Changes(
        kept=len(found.sure), added=len(found.new), gone=len(found.gone), doubtful=len(found.doubtful)
    )


def make_current(store: Store, *, tenant: int, version: int, model: Model, actor: str) -> Saved:
    """Make a version the one its building is drawn from, in one transaction; as the worker role.

    Args:
        store: The store, as the worker role.
        tenant: Whose version it is.
        version: One that is ready, or was current before.
        model: What was read from its file.
        actor: Who decides so.

    Raises:
        BadInput: there is no such version, it is of another file or not ready, or the building of this
            name is another one.
        StoreRefused: the database refuses something in the model; nothing was written.
    """
    try:
        with store.transaction(tenant=tenant, actor=actor) as connection:
            name, timezone = _decided(connection, version, model)
            saved = model_import.save_within(connection, model=model, name=name, timezone=timezone)
            done = {"version": version, "building_id": saved.building, "actor": actor}
            connection.execute(_SQL["replace"], done)
            connection.execute(_SQL["make_current"], done)
            return saved
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise StoreRefused(str(error.diag.message_primary or error)) from error


def _decided(connection: Connection, version: int, model: Model) -> tuple[str, str | None]:
    row = connection.execute(_SQL["lock"], {"version": version}).fetchone()
    if row is None:
        raise BadInput(f"There is no model version {version}.")
    name, timezone, sha256, state = row
    if sha256 != model.sha256:
        raise BadInput(f"Model version {version} is of another file.")
    if state not in ("ready", "current", "replaced"):
        raise BadInput(f"Model version {version} is {state}; only one that was read can be made current.")
    return name, timezone
