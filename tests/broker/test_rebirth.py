"""An ingest that lacks a Sparkplug node's birth asks for it, and the node can hear that."""

from __future__ import annotations

import secrets
import threading

from data import mqtt
from data.ingest.decode import Decoder, conventions
from data.ingest.link import Link
from data.ingest.metrics import Metrics
from data.ingest.pipeline import Pipeline
from data.ingest.tenants import TenantTopics
from data.ingest.understanding import Interpreter
from data.settings import Settings
from data.store.batch import Batch, Written
from tests.broker.test_link import receive, wait_for
from tests.servers import Broker
from tests.unit.test_decode_sparkplug import body, double, metric


class Shelf:
    """Takes what is written."""

    def write(self, batch: Batch) -> Written:
        return Written(len(batch.samples), 0, 0)

    def report(self, *_: object, **__: object) -> None:
        pass


def test_data_without_a_birth_make_the_ingest_ask_the_node_for_it(broker: Broker) -> None:
    name, stop = secrets.token_hex(4), threading.Event()
    address = mqtt.Address.parse(broker.address("ingest"))
    ingest = Link(address, client_id=f"ingest-{name}", topics=[f"{name}/spBv1.0/plant/NDATA/#"])
    node = Link(address, client_id=f"node-{name}", topics=[f"{name}/spBv1.0/plant/NCMD/line"])
    pipeline = Pipeline(
        ingest,
        Shelf(),
        interpreter=Interpreter(
            new_decoder=lambda: Decoder(conventions(Settings())), tenants=TenantTopics({name: "acme"})
        ),
        metrics=Metrics(),
        stop=stop,
    )
    worker = threading.Thread(target=pipeline.run)
    for link in (ingest, node):
        link.start()
    worker.start()
    try:
        wait_for(lambda: ingest.connected and node.connected)
        _publish(broker, f"{name}/spBv1.0/plant/NDATA/line", body(metric(content=double(21.5), alias=7)))
        (command,) = receive(node, 1)
        assert b"Node Control/Rebirth" in command.payload
    finally:
        stop.set()
        worker.join()
        for link in (ingest, node):
            link.stop()


def _publish(broker: Broker, topic: str, payload: bytes) -> None:
    """As a device would."""
    address = mqtt.Address.parse(broker.address("device"))
    client = mqtt.new_client(address, f"device-{secrets.token_hex(4)}")
    mqtt.connect(client, address, session_s=0, receive_maximum=1)
    try:
        wait_for(client.is_connected)
        client.publish(topic, payload, qos=1).wait_for_publish(10)
    finally:
        client.disconnect()
        client.loop_stop()
