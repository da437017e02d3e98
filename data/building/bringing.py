"""Bring a model in without a page: kept, read, noted as a version and made current, all at once.

A worker makes its shell afterwards, whichever way it became current.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from data.building import library, opening, report, shell_library
from data.building.model import GEOJSON, Model
from data.errors import BadInput
from data.files import Files
from data.settings import Settings
from data.store import Store, model_jobs, model_versions
from data.store.buildings import Saved


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A file that is in storage, and what was read from it."""

    files: Files  # the storage
    file_name: str
    sha256: str
    size: int  # in bytes
    model: Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What came of it."""

    name: str  # of the building
    saved: Saved


def take(settings: Settings, path: Path) -> Taken:
    """Keep a file and read it; needs no store.

    Raises:
        BadInput: it cannot be read; one sentence says why.
    """
    files = Files.of(settings)
    try:
        with path.open("rb") as file:
            sha256 = files.put(file, opening.MAX_BYTES)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}.") from error
    return Taken(
        files=files,
        file_name=path.name,
        sha256=sha256,
        size=files.path(sha256).stat().st_size,
        model=library.read(files, sha256, name=path.name),
    )


def bring_in(
    store: Store,
    taken: Taken,
    *,
    tenant: int,
    name: str | None = None,
    timezone: str | None = None,
    actor: str,
) -> Brought:
    """Make a file the newest model of a building; one that already is changes nothing.

    Args:
        store: As the worker role.
        taken: The file.
        tenant: Whose building it is.
        name: The building's; None: the model's own, else the file's.
        timezone: IANA name; None leaves what is set, UTC at first.
        actor: Who is said to have done it.

    Raises:
        BadInput: the building of this name is another one.
        StoreUnavailable: the database is away; the building is as it was.
        StoreRefused: the database refuses something in the model; the building is as it was.
    """
    model = taken.model
    name = name or next((place.name for place in model.buildings if place.name), Path(taken.file_name).stem)
    current = model_versions.current(store, tenant=tenant, building_name=name)
    if current is not None and current.file_sha256 == taken.sha256 and current.building_id is not None:
        ask_for_shell(store, taken.files, model, tenant=tenant, version=current.id, actor=actor)
        return Brought(name=name, saved=Saved(building=current.building_id, unchanged=True))
    with store.transaction(tenant=tenant, actor=actor) as connection:
        version = model_versions.add(
            connection,
            building_name=name,
            file_name=taken.file_name,
            file_sha256=taken.sha256,
            file_bytes=taken.size,
            timezone=timezone,
            actor=actor,
        )
    model_versions.ready(store, tenant=tenant, version=version, report=report.found(model), actor=actor)
    saved = model_versions.make_current(store, tenant=tenant, version=version, model=model, actor=actor)
    ask_for_shell(store, taken.files, model, tenant=tenant, version=version, actor=actor)
    return Brought(name=name, saved=saved)


def ask_for_shell(
    store: Store, files: Files, model: Model, *, tenant: int, version: int, actor: str
) -> int | None:
    """Ask a worker for the shell of a version that became current.

    Args:
        store: As the worker role.
        files: Where the version's file is.
        model: What was read from it.
        tenant: Whose it is.
        version: Its id.
        actor: Who is said to have asked.

    Returns:
        The job's id; None: the shell is there or being made, or the file is a drawn plan, which has none.

    Raises:
        StoreUnavailable: the database is away; nothing was asked for.
    """
    if model.schema == GEOJSON or shell_library.known(files, model.sha256) is not None:
        return None
    return model_jobs.make_shell(store, tenant=tenant, version=version, actor=actor)
