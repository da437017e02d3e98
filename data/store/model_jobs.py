"""The jobs of model versions: to read the file of one, to make one current, and to make its shell."""

from __future__ import annotations

from typing import Any

from psycopg.rows import class_row, kwargs_row

from data.store import jobs, model_versions, statements
from data.store.jobs import Job
from data.store.pool import Store

READ = "import-model"
MAKE_CURRENT = "make-model-current"
SHELL = "model-shell"

_SQL = statements.load("model_jobs")
_ENDINGS = (".ifc", ".ifczip", ".zip")


def bring_in(
    store: Store, *, tenant: int, file_name: str, file_sha256: str, file_bytes: int, actor: str
) -> int:
    """Note a file that is in file storage, and ask for it to be read; gives the version's id.

    It is taken for the building that a file of this name was a model of before, else for a new one that
    is called as the file is.

    Raises:
        StoreUnavailable: the database is away; nothing was noted.
    """
    name = model_versions.shown(file_name)
    with store.transaction(tenant=tenant, actor=actor) as connection:
        before = connection.execute(_SQL["name_before"], {"file_name": name}).fetchone()
        version = model_versions.add(
            connection,
            building_name=before[0] if before else _bare(name),
            file_name=name,
            file_sha256=file_sha256,
            file_bytes=file_bytes,
            actor=actor,
        )
        jobs.add(connection, tenant=tenant, kind=READ, arguments={"version": version}, actor=actor)
    return version


def _bare(file_name: str) -> str:
    """A file's name without its ending, as the first guess at a building's."""
    for ending in _ENDINGS:
        if file_name.lower().endswith(ending):
            return file_name[: -len(ending)].replace("_", " ").strip() or file_name
    return file_name


def read_again(store: Store, *, tenant: int, version: int, actor: str) -> int:
    """Ask once more for a version to be read; gives the job's id."""
    return jobs.submit(store, tenant=tenant, kind=READ, arguments={"version": version}, actor=actor)


def make_current(
    store: Store, *, tenant: int, version: int, building_name: str, timezone: str | None, actor: str
) -> bool:
    """Ask for a version to become current under a name; False: it waits no longer.

    One that was replaced stays its building's, whatever the name.

    Raises:
        BadInput: the name or the time zone is none.
    """
    job = newest(store, tenant=tenant, version=version).get(version)
    if job is not None and not job.over:
        return True
    found = model_versions.find(store, tenant=tenant, version=version)
    wanted = (found is not None and found.state == "replaced") or model_versions.rename(
        store, tenant=tenant, version=version, building_name=building_name, timezone=timezone, actor=actor
    )
    if wanted:
        jobs.submit(store, tenant=tenant, kind=MAKE_CURRENT, arguments={"version": version}, actor=actor)
    return wanted


def make_shell(store: Store, *, tenant: int, version: int, actor: str) -> int | None:
    """Ask for the shell of a version's file; gives the job's id, None: one of that file is under way."""
    with store.transaction(tenant=tenant, actor=actor) as connection:
        wanted = {"kind": SHELL, "version": version}
        if connection.execute(_SQL["shell_under_way"], wanted).fetchone():
            return None
        return jobs.add(connection, tenant=tenant, kind=SHELL, arguments={"version": version}, actor=actor)


def newest_shell(store: Store, *, tenant: int, building: int) -> Job | None:
    """The newest job that makes the shell of the file a building is drawn from; None: there is none."""
    wanted = {"kind": SHELL, "building_id": building}
    with store.transaction(tenant=tenant) as connection:
        return connection.cursor(row_factory=class_row(Job)).execute(_SQL["newest_shell"], wanted).fetchone()


def let_go(store: Store, *, tenant: int, version: int, actor: str) -> bool:
    """Discard a version that is being read or is ready, and cancel its job; False: it is neither."""
    if not model_versions.discard(store, tenant=tenant, version=version, actor=actor):
        return False
    job = newest(store, tenant=tenant, version=version).get(version)
    if job is not None and not job.over:
        jobs.cancel(store, tenant=tenant, job=job.id, actor=actor)
    return True


def newest(store: Store, *, tenant: int, version: int | None = None) -> dict[int, Job]:
    """The newest job of each version, or of one; those that ended long ago are forgotten."""
    wanted = {"kinds": [READ, MAKE_CURRENT], "version": version}
    with store.transaction(tenant=tenant) as connection:
        cursor = connection.cursor(row_factory=kwargs_row(_of_version))
        return dict(cursor.execute(_SQL["newest"], wanted).fetchall())


def _of_version(*, version: int, **job: Any) -> tuple[int, Job]:
    return version, Job(**job)
