"""`python -m data.demo`: the demo office and its devices, a file's readings, this machine's own."""

from __future__ import annotations

import argparse
import math
import signal
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from data import log_setup, mqtt
from data import settings as configuration
from data.demo import broker, fault_file, host, progress, replay, simulator
from data.demo.simulation.faults import KINDS
from data.errors import BadInput, BadSettings, ClerestoryError
from data.settings import Settings
from data.store import Store, health


def main(arguments: list[str] | None = None) -> int:
    """Publish until done or stopped; 2 when an argument, a file or a setting is wrong."""
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings = configuration.load()
        log_setup.configure(settings.log_level)
        _run(options, settings, stop)
    except (BadInput, BadSettings) as error:
        print(error, file=sys.stderr)
        return 2
    except ClerestoryError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(options: argparse.Namespace, settings: Settings, stop: threading.Event) -> None:
    if options.command == "office":
        from data.demo.office import model  # only this needs ifcopenshell, which takes a second to import

        model.write(options.file)
    elif options.command == "fault":
        _fault(options, settings)
    else:
        address = mqtt.Address.parse(broker.address(settings, "device"))
        if options.command == "host":
            _wait_for_ingest(settings, stop)
            host.publish(address, stop)
        elif options.command == "simulate":
            _simulate(settings, address, stop)
        else:
            _replay_file(_replay(options), settings, address, stop)


def _simulate(settings: Settings, address: mqtt.Address, stop: threading.Event) -> None:
    from data.demo import installation  # only this needs ifcopenshell, which takes a second to import

    with closing(Store.open(settings, role="worker", connections=1)) as store:
        installation.install(settings, store, stop).start()
        _wait_for_ingest(settings, stop)
        simulator.run(settings, address, stop)


def _wait_for_ingest(settings: Settings, stop: threading.Event) -> None:
    """Before an ingest had its first session, the broker keeps nothing for it."""
    while not health.ingest_is_linked(settings) and not stop.wait(0.5):
        pass


def _replay_file(
    wanted: replay.Replay, settings: Settings, address: mqtt.Address, stop: threading.Event
) -> None:
    if wanted.building is None:
        replay.run(wanted, address, stop)
    else:
        with closing(Store.open(settings, role="worker", connections=1)) as store:
            replay.run(wanted, address, stop, store=store)


def _fault(options: argparse.Namespace, settings: Settings) -> None:
    """Write down a fault, or list the kinds there are."""
    if options.list:
        for kind in KINDS.values():
            size = "" if kind.size is None else f"; --size {kind.size:g} {kind.unit}"
            print(f"{kind.name:16} --target {kind.target}: {kind.summary}{size}")
        return
    if options.name is None or options.target is None:
        raise BadInput("Say which fault and, with --target, on what; --list names the faults.")
    now = datetime.now(UTC)
    fault = fault_file.make(
        options.name, options.target, at=options.at, lasts=options.lasts, size=options.size, now=now
    )
    done = progress.load(simulator.progress_path(settings))
    if done and done.published_until and fault.at < done.published_until:
        raise BadInput(
            f"What the devices said until {done.published_until:%Y-%m-%d %H:%M:%S} UTC is published; "
            "choose a later time."
        )
    fault_file.append(simulator.faults_path(settings), fault, now=now)
    end = "" if fault.until is None else f" until {fault.until:%Y-%m-%d %H:%M:%S} UTC"
    print(f"{fault.name} on {fault.target} from {fault.at:%Y-%m-%d %H:%M:%S} UTC{end}.")


def _replay(options: argparse.Namespace) -> replay.Replay:
    return replay.Replay(
        path=options.file,
        speed=options.speed,
        keep_time=options.keep_time,
        topic_prefix=options.topic_prefix,
        device=options.device,
        building=options.building,
        rooms=tuple(options.room),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m data.demo", description="Publish readings to the broker."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("host", help="this machine's own load, memory, disk and temperature")
    file = commands.add_parser("replay", help="the readings of a CSV or Parquet file")
    file.add_argument("file", type=Path, metavar="FILE", help="CSV or Parquet with a column of times")
    file.add_argument(
        "--speed", type=_speed, default=math.inf, metavar="N",
        help="seconds of the file a second; 0 or max (default): as fast as the broker takes them",
    )  # fmt: skip
    file.add_argument("--keep-time", action="store_true", help="keep the times; else the file's end is now")
    file.add_argument("--topic-prefix", metavar="P", help="what topics begin with (default: replay/<file>)")
    file.add_argument("--device", metavar="NAME", help="name of the device, or the only one to replay")
    file.add_argument("--building", metavar="NAME", help="place the devices in this building's rooms")
    file.add_argument(
        "--room", metavar="DEVICE=ROOM", type=_pair, action="append", default=[],
        help="which room a device stands in, where its name does not tell; once a device",
    )  # fmt: skip
    commands.add_parser("simulate", help="the demo office's devices: 30 days of history, then live")
    office = commands.add_parser("office", help="write the demo office as an IFC file")
    office.add_argument("file", type=Path, metavar="FILE", help="the file to write")
    fault = commands.add_parser("fault", help="make something in the demo office go wrong")
    fault.add_argument("name", nargs="?", metavar="NAME", help="which fault")
    fault.add_argument("--list", action="store_true", help="name the faults there are")
    fault.add_argument("--target", metavar="DEVICE_OR_ROOM", help="what goes wrong: room-2.07, ahu-1, ...")
    fault.add_argument("--at", metavar="TIME", help="ISO 8601, when it begins (default: now)")
    fault.add_argument("--for", dest="lasts", metavar="DURATION", help="like 90min (default: it lasts)")
    fault.add_argument("--size", type=float, metavar="N", help="how bad; --list says of what")
    return parser


def _pair(said: str) -> tuple[str, str]:
    device, found, room = said.partition("=")
    if not (found and device and room):
        raise argparse.ArgumentTypeError(f"{said!r} is no DEVICE=ROOM")
    return device, room


def _speed(said: str) -> float:
    try:
        speed = math.inf if said == "max" else float(said)
    except ValueError:
        speed = math.nan
    if not speed >= 0:
        raise argparse.ArgumentTypeError(f"{said!r} is no speed; give a number of 0 or more, or max")
    return speed or math.inf


if __name__ == "__main__":
    sys.exit(main())
