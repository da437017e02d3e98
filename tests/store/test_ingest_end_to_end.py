"""The ingest as it is run: a process between a real broker and a real store, killed at will."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from data import mqtt
from data.demo.publisher import Publisher
from data.settings import PREFIX, Settings
from tests.servers import Broker

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


class Twin:
    """One ingest with a session and topics of its own on the shared broker, and what it has stored."""

    def __init__(self, settings: Settings, broker: Broker) -> None:
        assert settings.database_url is not None
        assert settings.secret_key is not None
        self.name = f"t{secrets.token_hex(4)}"
        self.publisher = Publisher(
            mqtt.Address.parse(broker.address("device")), client_id=f"device-{self.name}"
        )
        self.database = settings.database_url.get_secret_value()
        self.environment = {
            "HOME": str(settings.state),
            "DATABASE_URL": self.database,
            "SECRET_KEY": settings.secret_key.get_secret_value(),
            "MQTT_URL": broker.address("ingest"),
            "MQTT_CLIENT_ID": self.name,
            "MQTT_TOPICS": json.dumps([f"{self.name}/#"]),
            "TENANT_TOPICS": json.dumps({f"{self.name}/acme": "acme", self.name: "main"}),
        }
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, **more: str) -> None:
        """Start it and wait until it has a session: what is published from then on is kept for it."""
        chosen = {PREFIX + name: value for name, value in (self.environment | more).items()}
        self._child = subprocess.Popen([sys.executable, "-m", "data.ingest"], cwd=ROOT, env=_plain() | chosen)
        self.wait_for(
            "SELECT count(*) FROM ingest_state "
            "WHERE client_id = %s AND connected AND reported_at > now() - interval '3 s'",
            1,
            self.name,
        )

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Stop it; its exit code."""
        assert self._child is not None
        self._child.send_signal(how)
        return self._child.wait(PATIENCE_S)

    def publish(self, topic: str, payload: object) -> None:
        text = payload if isinstance(payload, str) else json.dumps(payload)
        self.publisher.publish(f"{self.name}/{topic}", text, threading.Event())

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database) as connection:
            return connection.execute(statement.encode(), values).fetchall()

    def wait_for(self, statement: str, count: int, *values: object) -> None:
        _wait_for(lambda: self.query(statement, *values)[0][0] >= count)


@pytest.fixture
def twin(migrated: Settings, broker: Broker) -> Iterator[Twin]:
    twin = Twin(migrated, broker)
    twin.publisher.start()
    twin.start()
    yield twin
    twin.publisher.stop()
    if twin._child is not None and twin._child.poll() is None:
        twin.stop()


def _plain() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


def _wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


READINGS = """
    SELECT count(*) FROM reading JOIN series ON series.id = series_id JOIN device ON device.id = device_id
    WHERE device.name LIKE %s
"""


def test_a_device_and_its_series_appear_by_themselves(twin: Twin) -> None:
    device = f"{twin.name}-hall"
    twin.publish(f"{device}/temperature", "21.5 °C")
    twin.wait_for(READINGS, 1, device)
    found = twin.query(
        "SELECT tenant.name, convention, metric, quantity, unit, value FROM device "
        "JOIN tenant ON tenant.id = device.tenant_id JOIN series ON device_id = device.id "
        "JOIN reading ON series_id = series.id WHERE device.name = %s",
        device,
    )
    assert found == [("main", "plain-path", "temperature", "temperature", "°C", 21.5)]


def test_two_tenants_have_devices_of_one_name(twin: Twin) -> None:
    device = f"{twin.name}-hall"
    twin.publish(f"{device}/co2", "400")
    twin.publish(f"acme/{device}/co2", "500")
    twin.wait_for(READINGS, 2, device)
    found = twin.query(
        "SELECT tenant.name, value FROM device JOIN tenant ON tenant.id = device.tenant_id "
        "JOIN series ON device_id = device.id JOIN reading ON series_id = series.id "
        "WHERE device.name = %s ORDER BY 1",
        device,
    )
    assert found == [("acme", 500.0), ("main", 400.0)]


def test_a_bad_payload_is_a_dead_letter_of_its_tenant_and_holds_up_nothing(twin: Twin) -> None:
    device = f"{twin.name}-bad"
    twin.publish(f"acme/{device}", '{"broken')
    twin.publish(f"acme/{device}/co2", "500")
    twin.wait_for(READINGS, 1, device)
    found = twin.query(
        "SELECT tenant.name, convert_from(payload, 'UTF8'), reason FROM dead_letter "
        "JOIN tenant ON tenant.id = tenant_id WHERE topic = %s",
        f"{twin.name}/acme/{device}",
    )
    assert found == [("acme", '{"broken', "The payload is not valid JSON: Unterminated string starting at.")]


def test_nothing_is_lost_or_doubled_when_the_ingest_is_killed(twin: Twin) -> None:
    device, count = f"{twin.name}-load", 6_000
    begin = datetime.now(UTC) - timedelta(days=1)

    def publish_all() -> None:
        for number in range(count):
            twin.publish(
                device, {"time": (begin + timedelta(seconds=number)).isoformat(), "n": number, "twice": 1}
            )

    publishing = threading.Thread(target=publish_all)
    publishing.start()
    for step in range(1, 4):
        twin.wait_for(READINGS, step * 500, device)
        twin.stop(signal.SIGKILL)
        twin.start()
    publishing.join()
    twin.wait_for(READINGS, 2 * count, device)
    twin.publish(f"{device}-end/t", "1")
    twin.wait_for(READINGS, 1, f"{device}-end")
    ((raw, distinct, rolled),) = twin.query(
        "SELECT count(*), count(DISTINCT value), "
        "(SELECT sum(rollup_1hour.count) FROM rollup_1hour WHERE rollup_1hour.series_id = reading.series_id) "
        "FROM reading JOIN series ON series.id = series_id JOIN device ON device.id = device_id "
        "WHERE device.name = %s AND metric = 'n' GROUP BY reading.series_id",
        device,
    )
    assert (raw, distinct, rolled) == (count, count, count)


def test_what_comes_while_the_store_is_away_is_written_when_it_is_back(twin: Twin) -> None:
    device = f"{twin.name}-away"
    with _store_away(twin):
        twin.publish(f"{device}/t", "1")
        time.sleep(1)
    twin.wait_for(READINGS, 1, device)


@contextmanager
def _store_away(twin: Twin) -> Iterator[None]:
    """No connection of the ingest's role lives or comes; as the server is shared, it is not stopped."""
    database = psycopg.conninfo.conninfo_to_dict(twin.database)["dbname"]
    with psycopg.connect(twin.database, autocommit=True) as owner:
        owner.execute(f'REVOKE CONNECT ON DATABASE "{database}" FROM clerestory_ingest'.encode())
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE usename = 'clerestory_ingest' AND datname = current_database()"
        )
        try:
            yield
        finally:
            owner.execute(f'GRANT CONNECT ON DATABASE "{database}" TO clerestory_ingest'.encode())


def test_a_stopped_ingest_ends_well(twin: Twin) -> None:
    assert twin.stop() == 0


def test_a_bad_setting_ends_the_ingest_with_a_sentence(migrated: Settings) -> None:
    environment = _plain() | {
        f"{PREFIX}TENANT_TOPICS": '{"a": "Not A Name"}',
        f"{PREFIX}HOME": str(migrated.state),
    }
    ended = subprocess.run(
        [sys.executable, "-m", "data.ingest"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith("CLERESTORY_TENANT_TOPICS: the tenant 'Not A Name'")
