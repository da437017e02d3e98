"""`python -m data.building`: bring a building model in, or look at what is in it.

    python -m data.building import FILE [--name NAME] [--tenant TENANT] [--timezone ZONE]
    python -m data.building inspect FILE

FILE is an .ifc or .ifczip. Importing another version of a model under the same name keeps the rooms
and their devices. The store has to be running.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import closing
from pathlib import Path
from zoneinfo import available_timezones

from data import log_setup
from data import settings as configuration
from data.building import library, opening, report
from data.building.model import Model
from data.building.sandbox import read_safely
from data.errors import BadInput, BadSettings, ClerestoryError
from data.files import Files
from data.store import Store, buildings, model_versions

_ACTOR = "command line"
_USAGE = "`python -m data.building --help` says what can be asked for"


def main(arguments: list[str]) -> int:
    """Run one command; gives the exit code: 0 done, 1 failed, 2 bad file, argument or setting."""
    try:
        wanted = _parser().parse_args(arguments)
        if wanted.command == "inspect":
            print(json.dumps(report.details(read_safely(wanted.file)), indent=2, ensure_ascii=False))
        else:
            _import(wanted)
    except (BadInput, BadSettings) as error:
        return _fail(error, 2)
    except ClerestoryError as error:
        return _fail(error, 1)
    return 0


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, as everything else here does."""

    def error(self, message: str) -> None:  # type: ignore[override]  # it never returns
        """Refuse the arguments."""
        raise BadInput(f"{message[:1].upper()}{message[1:]}; {_USAGE}.")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m data.building",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    bring = commands.add_parser("import", help="write a model into the store")
    bring.add_argument("--name", help="name of the building; else the model's own, else the file's")
    bring.add_argument("--tenant", default="main", help="whose building it is (main)")
    bring.add_argument("--timezone", help="IANA time zone of the building, such as Europe/Berlin")
    look = commands.add_parser("inspect", help="print what a model says as JSON")
    for command in (bring, look):
        command.add_argument("file", type=Path, metavar="FILE")
    return parser


def _import(wanted: argparse.Namespace) -> None:
    if wanted.timezone is not None and wanted.timezone not in available_timezones():
        raise BadInput(f"{wanted.timezone} is no time zone; give one such as Europe/Berlin.")
    settings = configuration.load()
    log_setup.configure(settings.log_level)
    files = Files.of(settings)
    sha256, size = _put(files, wanted.file)
    model = library.read(files, sha256, name=wanted.file.name)
    name = (wanted.name or "").strip() or _name(model, wanted.file)
    with closing(Store.open(settings, role="worker", connections=1)) as store:
        tenant = buildings.find_tenant(store, wanted.tenant)
        with store.transaction(tenant=tenant, actor=_ACTOR) as connection:
            version = model_versions.add(
                connection,
                building_name=name,
                file_name=wanted.file.name,
                file_sha256=sha256,
                file_bytes=size,
                timezone=wanted.timezone,
                actor=_ACTOR,
            )
        found = report.found(model)
        model_versions.ready(store, tenant=tenant, version=version, report=found, actor=_ACTOR)
        saved = model_versions.make_current(store, tenant=tenant, version=version, model=model, actor=_ACTOR)
    print("\n".join(report.lines(name, model, saved)))


def _put(files: Files, path: Path) -> tuple[str, int]:
    """Keep the file in storage; gives its SHA-256 and its size in bytes."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            return files.put(file, opening.MAX_BYTES), size
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror or error}.") from error


def _name(model: Model, file: Path) -> str:
    return next((place.name for place in model.buildings if place.name), file.stem)


def _fail(error: ClerestoryError, code: int) -> int:
    print(" ".join(str(error).split()), file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
