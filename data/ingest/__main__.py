"""`python -m data.ingest`: the ingest sidecar.

python -m data.ingest                  run it until SIGTERM or Ctrl-C
python -m data.ingest redrive          try all dead letters again, once
    --tenant NAME                      only those of a tenant
    --reason TEXT                      only those with this text in their reason
"""

from __future__ import annotations

import argparse
import gc
import signal
import sys
import threading
from zoneinfo import ZoneInfo

import structlog

from data import log_setup, mqtt
from data import settings as configuration
from data.demo import broker
from data.errors import BadSettings, ClerestoryError
from data.ingest.decode import Decoder, conventions
from data.ingest.kept_since import KeptSince
from data.ingest.link import Link
from data.ingest.metrics import Metrics
from data.ingest.pipeline import Pipeline, Reporter
from data.ingest.redrive import Redriven, redrive
from data.ingest.retained import retained
from data.ingest.tenants import TenantTopics
from data.ingest.understanding import Interpreter
from data.settings import Settings
from data.store.ingestion import Writer
from data.store.pool import Store

log = structlog.get_logger(__name__)


def main(arguments: list[str]) -> int:
    """Run one command; gives the exit code: 0 done, 1 failed, 2 a setting or an argument is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m data.ingest", description="Readings from MQTT to the store."
    )
    commands = parser.add_subparsers(dest="command")
    again = commands.add_parser("redrive", help="try dead letters again, once")
    again.add_argument("--tenant", help="only those of a tenant")
    again.add_argument("--reason", help="only those with this text in their reason")
    asked = parser.parse_args(arguments)
    try:
        settings = configuration.load()
        log_setup.configure(settings.log_level)
        if asked.command == "redrive":
            _redrive(settings, tenant=asked.tenant, reason=asked.reason)
        else:
            _run(settings)
    except BadSettings as error:
        print(error, file=sys.stderr)
        return 2
    except ClerestoryError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(settings: Settings) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    metrics, store = Metrics(), Store.open(settings, role="ingest")
    interpreter = _interpreter(settings, store)
    address = mqtt.Address.parse(broker.address(settings, "ingest"))
    link = Link(address, client_id=settings.mqtt_client_id, topics=settings.mqtt_topics)
    metrics.watch(
        queue=lambda: link.queued, oldest=lambda: link.oldest_unacknowledged_at, full=lambda: link.full
    )
    # A writer of its own, as a batch may be stuck in the other one.
    reporter = Reporter(link, Writer(store), client_id=settings.mqtt_client_id, metrics=metrics, stop=stop)
    # Messages hold no cycles, and looking for some takes a seventh of the time of understanding them.
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    log.info("ingest starts", broker=str(address), topics=settings.mqtt_topics)
    if settings.metrics_port is not None:
        metrics.serve(settings.metrics_host, settings.metrics_port)
    link.start()
    reporter.start()
    try:
        Pipeline(link, Writer(store), interpreter=interpreter, metrics=metrics, stop=stop).run()
    finally:
        stop.set()
        link.stop()
        reporter.join()
        metrics.stop()
        store.close()
        log.info("ingest stopped")


def _interpreter(settings: Settings, store: Store) -> Interpreter:
    """Raises BadSettings when a topic or a template cannot be used, before anything starts."""
    zone = ZoneInfo(settings.device_timezone)
    conventions(settings)
    return Interpreter(
        new_decoder=lambda: Decoder(conventions(settings), zone=zone),
        tenants=TenantTopics(settings.tenant_topics, default=settings.tenant),
        earliest=KeptSince(settings, store).earliest,
    )


def _redrive(settings: Settings, *, tenant: str | None, reason: str | None) -> None:
    address = mqtt.Address.parse(broker.address(settings, "ingest"))
    store = Store.open(settings, role="ingest")
    try:
        interpreter = _interpreter(settings, store)
        for message in retained(address, topics=settings.mqtt_topics):
            interpreter.understand(
                message.topic, message.payload, retain=True, received_at=message.received_at
            )
        done = redrive(store, interpreter, tenant=tenant, reason=reason, progress=_show)
    finally:
        store.close()
    print(f"{done.made_good:,} of {done.tried:,} dead letters made good, with {done.samples:,} values.")


def _show(so_far: Redriven) -> None:
    if sys.stderr.isatty():
        print(f"{so_far.tried:,} tried, {so_far.made_good:,} made good", end="\r", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
