"""Jobs that bring a building model in: read the file of a version, and make a version current."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Protocol

import structlog

from data.building import bringing, library, report
from data.errors import BadInput
from data.files import Files
from data.settings import Settings
from data.store import Store, model_versions
from data.store.model_versions import Version

log = structlog.get_logger(__name__)


class Work(Protocol):
    """What these jobs need of their job."""

    @property
    def settings(self) -> Settings:
        """Where files are."""

    @property
    def store(self) -> Store:
        """The store, as the worker role."""

    @property
    def tenant(self) -> int:
        """Whose job it is."""

    @property
    def arguments(self) -> dict[str, Any]:
        """`{"version": id}`."""

    @property
    def actor(self) -> str:
        """Who asked for it."""

    def progress(self, stage: str, share: float | None = None) -> None:
        """Tell how far it is; raises when it is to be given up."""

    def check(self) -> None:
        """Raises when it is to be given up."""


def import_model(work: Work) -> dict[str, Any]:
    """Read the file of a version, and keep what was found; gives the report.

    Raises:
        BadInput: the file cannot be read; the version is refused with the same sentence.
    """
    version = _version(work)
    try:
        model = library.read(
            Files.of(work.settings),
            version.file_sha256,
            name=version.file_name,
            on_progress=work.progress,
            stop=work.check,
        )
    except BadInput as error:
        log.info("model refused", version=version.id, reason=str(error), cause=repr(error.__cause__))
        model_versions.refuse(
            work.store, tenant=work.tenant, version=version.id, message=str(error), actor=work.actor
        )
        raise
    found = report.found(model)
    model_versions.ready(work.store, tenant=work.tenant, version=version.id, report=found, actor=work.actor)
    return found


def make_model_current(work: Work) -> dict[str, Any]:
    """Make a version the one its building is drawn from; gives the building and what changed.

    Raises:
        BadInput: the version is not ready, or its building has a model that shares nothing with it.
    """
    version, files = _version(work), Files.of(work.settings)
    model = library.read(
        files,
        version.file_sha256,
        name=version.file_name,
        on_progress=work.progress,
        stop=work.check,
    )
    work.progress("writing the building")
    saved = model_versions.make_current(
        work.store, tenant=work.tenant, version=version.id, model=model, actor=work.actor
    )
    # A worker that is killed before this runs the job anew.
    bringing.ask_for_shell(work.store, files, model, tenant=work.tenant, version=version.id, actor=work.actor)
    return asdict(saved)


def _version(work: Work) -> Version:
    number = int(work.arguments["version"])
    version = model_versions.find(work.store, tenant=work.tenant, version=number)
    if version is None:
        raise BadInput(f"There is no model version {number}.")
    return version
