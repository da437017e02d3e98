"""`python -m data.demo`: publish readings, those of a file or of this machine."""

from __future__ import annotations

import argparse
import math
import signal
import sys
import threading
from pathlib import Path

from data import log_setup, mqtt
from data import settings as configuration
from data.demo import broker, host, replay
from data.errors import BadInput, BadSettings, BrokerError


def main(arguments: list[str] | None = None) -> int:
    """Publish until done or stopped; 2 when an argument, a file or a setting is wrong."""
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        settings = configuration.load()
        log_setup.configure(settings.log_level)
        address = mqtt.Address.parse(broker.address(settings, "device"))
        if options.command == "host":
            host.publish(address, stop)
        else:
            replay.run(_replay(options), address, stop)
    except (BadInput, BadSettings) as error:
        print(error, file=sys.stderr)
        return 2
    except BrokerError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _replay(options: argparse.Namespace) -> replay.Replay:
    return replay.Replay(
        path=options.file,
        speed=options.speed,
        keep_time=options.keep_time,
        topic_prefix=options.topic_prefix,
        device=options.device,
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
    return parser


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
