"""`python -m data.building`: bring a building model in, or look at what is in it.

    python -m data.building import FILE [--name NAME] [--tenant TENANT] [--timezone ZONE]
    python -m data.building inspect FILE

FILE is an .ifc or .ifczip. Importing another version of a model under the same name keeps the rooms
and their devices. The store has to be running.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import closing
from pathlib import Path
from zoneinfo import available_timezones

from data import log_setup
from data import settings as configuration
from data.building import report
from data.building.bringing import bring_in, take
from data.building.sandbox import read_safely
from data.errors import BadInput, BadSettings, ClerestoryError
from data.store import Store, buildings

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
    taken = take(settings, wanted.file)
    with closing(Store.open(settings, role="worker", connections=1)) as store:
        brought = bring_in(
            store,
            taken,
            tenant=buildings.find_tenant(store, wanted.tenant),
            name=(wanted.name or "").strip() or None,
            timezone=wanted.timezone,
            actor="command line",
        )
    print("\n".join(report.lines(brought.name, taken.model, brought.saved)))


def _fail(error: ClerestoryError, code: int) -> int:
    print(" ".join(str(error).split()), file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
