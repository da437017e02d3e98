"""The shell of a building: where it is to be had, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from data.building import shell_library
from data.building.model import GEOJSON
from data.building.shell_report import Point
from data.files import Files
from data.store import Store, buildings, model_jobs
from data.store.buildings import BuildingRow
from data.store.jobs import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """A shell that can be drawn."""

    address: str  # another one for each file it is of
    origin_m: Point  # what the file's coordinates count from, in the model's axes


class Shells:
    """The shells of buildings; one that is there is not looked for again. Thread-safe."""

    def __init__(self, store: Store, files: Files) -> None:
        self._store, self._files = store, files
        self._known = lru_cache(maxsize=64)(self._look)

    def of(self, row: BuildingRow, *, tenant: int, revision: str) -> Shell | str:
        """The shell of a building, else a few words why there is none.

        Args:
            row: The building.
            tenant: Whose it is.
            revision: Of its model.

        Raises:
            StoreUnavailable: the database is away.
            StoreBusy: too many wait for it.
        """
        if row.model.get("schema") == GEOJSON:
            return "this plan was drawn from GeoJSON"
        try:
            return self._known(tenant, row.id, revision) or "the model has no bodies"
        except LookupError:
            return _why(model_jobs.newest_shell(self._store, tenant=tenant, building=row.id))

    def _look(self, tenant: int, building: int, _revision: str) -> Shell | None:
        """The shell; None when nothing is in it.

        Raises:
            LookupError: there is none yet, so that this is no answer to be kept.
        """
        sha256 = buildings.model_file(self._store, tenant=tenant, building=building)
        kept = shell_library.known(self._files, sha256) if sha256 else None
        if kept is None:
            raise LookupError(building)
        if kept.report.lower_m is None:
            return None
        return Shell(address=f"/models/{building}/shell.glb?of={kept.etag}", origin_m=kept.report.origin_m)


def _why(job: Job | None) -> str:
    if job is None or job.state == "cancelled":
        return "not made yet"
    if job.state == "failed":
        return f"could not be made: {job.message}"
    return "is being made"
