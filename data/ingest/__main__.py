"""`python -m data.ingest`: the ingest sidecar."""

from __future__ import annotations

import signal
import sys
import threading
from zoneinfo import ZoneInfo

import structlog

from data import log_setup, mqtt
from data import settings as configuration
from data.demo import broker
from data.errors import BadSettings
from data.ingest.decode import Decoder, conventions
from data.ingest.link import Link
from data.ingest.pipeline import Pipeline, Reporter
from data.ingest.tenants import TenantTopics
from data.settings import Settings
from data.store.ingestion import Writer
from data.store.pool import Store

log = structlog.get_logger(__name__)


def main() -> int:
    """Run until SIGTERM or Ctrl-C; 2 when a setting is wrong."""
    try:
        settings = configuration.load()
        log_setup.configure(settings.log_level)
        _run(settings)
    except BadSettings as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _run(settings: Settings) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    tenants, zone = TenantTopics(settings.tenant_topics), ZoneInfo(settings.device_timezone)
    conventions(settings)  # a wrong topic template is said before anything starts

    def new_decoder() -> Decoder:
        return Decoder(conventions(settings), zone=zone)

    address = mqtt.Address.parse(broker.address(settings, "ingest"))
    link = Link(address, client_id=settings.mqtt_client_id, topics=settings.mqtt_topics)
    store = Store.open(settings, role="ingest")
    # A writer of its own, as a batch may be stuck in the other one.
    reporter = Reporter(link, Writer(store), client_id=settings.mqtt_client_id, stop=stop)
    log.info("ingest starts", broker=str(address), topics=settings.mqtt_topics)
    link.start()
    reporter.start()
    try:
        Pipeline(link, Writer(store), new_decoder=new_decoder, tenants=tenants, stop=stop).run()
    finally:
        stop.set()
        link.stop()
        reporter.join()
        store.close()
        log.info("ingest stopped")


if __name__ == "__main__":
    sys.exit(main())
