"""The job that makes the shell of a model version, so that its building can be shown whole in 3D."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from data.building import shell_library
from data.errors import BadInput
from data.files import Files
from data.jobs.import_model import Work
from data.store import model_versions


def model_shell(work: Work) -> dict[str, Any]:
    """Make the shell of the version that `arguments` names, if it is not there; gives its report.

    Raises:
        BadInput: there is no such version, or its file cannot be read.
    """
    number = int(work.arguments["version"])
    version = model_versions.find(work.store, tenant=work.tenant, version=number)
    if version is None:
        raise BadInput(f"There is no model version {number}.")
    kept = shell_library.make(
        Files.of(work.settings),
        version.file_sha256,
        name=version.file_name,
        on_progress=work.progress,
        stop=work.check,
    )
    return asdict(kept.report)
