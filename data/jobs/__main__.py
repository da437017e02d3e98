"""`python -m data.jobs`: the worker. It runs jobs until SIGTERM or Ctrl-C."""

from __future__ import annotations

import signal
import sys
import threading

import structlog

from data import log_setup
from data import settings as configuration
from data.errors import BadSettings
from data.jobs import worker

log = structlog.get_logger(__name__)


def main(arguments: list[str]) -> int:
    """Run the worker; gives the exit code: 0 stopped, 2 a setting or an argument is wrong."""
    if arguments:
        print(__doc__)
        return 0 if arguments in (["--help"], ["-h"]) else 2
    try:
        settings = configuration.load()
    except BadSettings as error:
        print(error, file=sys.stderr)
        return 2
    log_setup.configure(settings.log_level)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    log.info("worker starts", at_once=settings.workers)
    worker.serve(settings, stop=stop)
    log.info("worker stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
