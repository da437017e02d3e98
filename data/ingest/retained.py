"""What the broker holds retained: announcements that make other messages understandable."""

from __future__ import annotations

import queue
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.client import MQTTMessage
from paho.mqtt.subscribeoptions import SubscribeOptions

from data import mqtt
from data.ingest.decode.payload import MAX_BYTES
from data.ingest.delivery import Delivery

_SILENCE_S = 1.5  # after the last retained message, no more are expected
_CONNECT_S = 5.0


def retained(address: mqtt.Address, *, topics: Sequence[str]) -> Iterator[Delivery]:
    """The retained messages below topics; none when the broker cannot be reached.

    The ingest's own session is left alone.
    """
    arrived: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
    client = mqtt.new_client(address, f"clerestory-retained-{secrets.token_hex(4)}")

    def on_connect(client: paho.Client, *_: Any) -> None:
        client.subscribe([(topic, SubscribeOptions(qos=0)) for topic in topics])

    def on_message(_client: paho.Client, _userdata: object, message: MQTTMessage) -> None:
        if message.retain:
            arrived.put(
                Delivery(
                    topic=message.topic,
                    payload=bytes(message.payload[: MAX_BYTES + 1]),
                    retain=True,
                    received_at=datetime.now(UTC),
                    number=0,
                    connection=0,
                    mid=0,
                    qos=0,
                )
            )

    client.on_connect, client.on_message = on_connect, on_message
    mqtt.connect(client, address, session_s=0, receive_maximum=1_000)
    wait_s = _CONNECT_S
    try:
        while True:
            yield arrived.get(timeout=wait_s)
            wait_s = _SILENCE_S
    except queue.Empty:
        return
    finally:
        client.disconnect()
        client.loop_stop()
