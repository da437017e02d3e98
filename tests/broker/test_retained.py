"""What is retained on the broker can be read beside the ingest's own session."""

from __future__ import annotations

import secrets

from data import mqtt
from data.ingest.retained import retained
from tests.broker.test_link import send
from tests.ports import free_port
from tests.servers import Broker


def test_what_is_retained_is_read_and_live_messages_are_not(broker: Broker) -> None:
    name = f"test-{secrets.token_hex(4)}"
    send(broker, name, "announced", retain=True)
    found = retained(mqtt.Address.parse(broker.address("ingest")), topics=[f"{name}/#"])
    assert [(one.topic, one.payload, one.retain) for one in found] == [(f"{name}/x", b"announced", True)]


def test_a_broker_that_is_away_has_nothing() -> None:
    assert list(retained(mqtt.Address("127.0.0.1", free_port(), tls=False), topics=["#"])) == []
