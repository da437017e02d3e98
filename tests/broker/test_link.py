"""The link on a real broker. Every test has an id and topics of its own: the broker keeps sessions."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from structlog.testing import capture_logs

from data import mqtt
from data.demo.publisher import Publisher
from data.ingest import link as link_module
from data.ingest.delivery import Delivery
from data.ingest.link import Link
from tests.ports import free_port
from tests.servers import Broker

PATIENCE_S = 30.0


@pytest.fixture
def name() -> str:
    return f"test-{secrets.token_hex(4)}"


@contextmanager
def connected(broker: Broker, name: str) -> Iterator[Link]:
    link = Link(mqtt.Address.parse(broker.address("ingest")), client_id=name, topics=[f"{name}/#"])
    link.start()
    try:
        wait_for(lambda: link.connected)
        yield link
    finally:
        link.stop()


def send(broker: Broker, name: str, *payloads: str, retain: bool = False) -> None:
    client = mqtt.new_client(mqtt.Address.parse(broker.address("device")), f"sender-{name}")
    mqtt.connect(client, mqtt.Address.parse(broker.address("device")), session_s=0, receive_maximum=1)
    try:
        wait_for(client.is_connected)
        for payload in payloads:
            client.publish(f"{name}/x", payload, qos=1, retain=retain).wait_for_publish(PATIENCE_S)
    finally:
        client.disconnect()
        client.loop_stop()


def receive(link: Link, count: int) -> list[Delivery]:
    got: list[Delivery] = []

    def enough() -> bool:
        got.extend(link.receive(5_000, 0.1))
        return len(got) >= count

    wait_for(enough)
    return got


def nothing_comes(link: Link) -> bool:
    return not link.receive(5_000, 0.5)


def wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def payloads(deliveries: list[Delivery]) -> list[str]:
    return [delivery.payload.decode() for delivery in deliveries]


def test_what_is_published_while_the_link_is_away_comes_later(broker: Broker, name: str) -> None:
    with connected(broker, name):
        pass
    send(broker, name, "1", "2", "3")
    with connected(broker, name) as link:
        assert payloads(receive(link, 3)) == ["1", "2", "3"]


def test_what_was_not_acknowledged_comes_again(broker: Broker, name: str) -> None:
    with connected(broker, name) as link:
        send(broker, name, "1", "2", "3")
        got = receive(link, 3)
        link.acknowledge(got[:1])
    with connected(broker, name) as link:
        assert payloads(receive(link, 2)) == ["2", "3"]


def test_what_was_acknowledged_does_not_come_again(broker: Broker, name: str) -> None:
    with connected(broker, name) as link:
        send(broker, name, "1")
        link.acknowledge(receive(link, 1))
    with connected(broker, name) as link:
        assert nothing_comes(link)


def test_an_acknowledgement_of_an_earlier_connection_is_left_out(broker: Broker, name: str) -> None:
    with connected(broker, name) as link:
        send(broker, name, "1")
        old = receive(link, 1)
        broker.stop()
        wait_for(lambda: not link.connected)
        broker.start()
        wait_for(lambda: link.connected)
        link.acknowledge(old)
        assert payloads(receive(link, 1)) == ["1"]
    with connected(broker, name) as link:
        assert payloads(receive(link, 1)) == ["1"]


def test_the_age_of_what_is_in_hand_is_known(broker: Broker, name: str) -> None:
    with connected(broker, name) as link:
        send(broker, name, "1", "2")
        first, second = receive(link, 2)
        assert link.oldest_unacknowledged_at == first.received_at
        link.acknowledge([first])
        assert link.oldest_unacknowledged_at == second.received_at
        link.acknowledge([second])
        assert link.oldest_unacknowledged_at is None


def test_a_lost_broker_is_said_once_and_so_is_its_return(broker: Broker, name: str) -> None:
    with capture_logs() as said, connected(broker, name) as link:
        broker.stop()
        wait_for(lambda: not link.connected)
        broker.start()
        wait_for(lambda: link.connected)
        ups = [line["up"] for line in said if line["event"] == "mqtt link"]
    assert ups[0] is ups[-1] is True
    assert all(line["reason"] for line in said if line["event"] == "mqtt link")


def test_a_broker_that_is_not_there_is_said_once(name: str) -> None:
    address = mqtt.Address("127.0.0.1", free_port(), tls=False)
    link = Link(address, client_id=name, topics=["#"])
    tries = threading.Semaphore(0)
    with capture_logs() as said:
        link._client.on_pre_connect = lambda *_: tries.release()
        link.start()
        for _ in range(3):
            assert tries.acquire(timeout=PATIENCE_S)
        link.stop()
    assert [line["up"] for line in said] == [False]
    assert "refused" in said[0]["reason"]


def test_a_retained_message_comes_again_with_each_connection(broker: Broker, name: str) -> None:
    """What devices announced is remembered by the process alone, and a new one has to hear it."""
    send(broker, name, "old", retain=True)
    for _ in range(2):
        with connected(broker, name) as link:
            (replayed,) = receive(link, 1)
            assert replayed.retain
            link.acknowledge([replayed])


def test_a_message_that_is_retained_while_the_link_is_there_is_a_new_one(broker: Broker, name: str) -> None:
    with connected(broker, name) as link:
        send(broker, name, "new", retain=True)
        assert not receive(link, 1)[0].retain


def test_two_ingests_with_one_client_id_are_told_apart(broker: Broker, name: str) -> None:
    with capture_logs() as said, connected(broker, name), connected(broker, name):
        wait_for(lambda: any("CLERESTORY_MQTT_CLIENT_ID" in line["reason"] for line in said))


def test_a_wrong_password_is_said_and_is_not_in_what_is_said(broker: Broker, name: str) -> None:
    right = mqtt.Address.parse(broker.address("ingest"))
    link = Link(
        mqtt.Address(right.host, right.port, tls=False, username="ingest", password="hush"),
        client_id=name,
        topics=["#"],
    )
    with capture_logs() as said:
        link.start()
        wait_for(lambda: bool(said))
        link.stop()
    assert "refuses" in said[0]["reason"]
    assert "hush" not in str(said)


def test_an_exception_in_a_callback_does_not_end_the_link(
    broker: Broker, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connected(broker, name) as link:
        met = threading.Event()

        def fail(**_: object) -> None:
            met.set()
            raise ZeroDivisionError

        with monkeypatch.context() as broken:
            broken.setattr(link_module, "Delivery", fail)
            send(broker, name, "1")
            assert met.wait(PATIENCE_S)
        send(broker, name, "2")
        assert payloads(receive(link, 1)) == ["2"]


def test_the_queue_is_bounded_and_loses_nothing(
    broker: Broker, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "WINDOW", 50)
    wanted = [str(number) for number in range(500)]
    with connected(broker, name) as link:
        publisher = Publisher(mqtt.Address.parse(broker.address("device")), client_id=f"many-{name}")
        publisher.start()
        for payload in wanted:
            publisher.publish(f"{name}/x", payload, threading.Event())
        publisher.drain(threading.Event())
        publisher.stop()
        wait_for(lambda: len(link._queue) == 50)
        # A link that is held up for long is made anew, and the broker then sends again, in another order.
        missing = set(wanted)
        while missing:
            assert len(link._queue) <= 50
            taken = receive(link, 1)
            link.acknowledge(taken)
            missing -= set(payloads(taken))


def test_a_broker_that_closes_at_once_ends_nothing(name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = Link(
            mqtt.Address("127.0.0.1", server.getsockname()[1], tls=False), client_id=name, topics=["#"]
        )
        link.start()
        for _ in range(2):
            server.settimeout(PATIENCE_S)
            connection, _ = server.accept()
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.close()
        assert not link.connected
        link.stop()
