"""The health answer on each kind of server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient

from dashboard.factory import create_app
from dashboard.server.api import health
from data.settings import Settings
from data.store import Store
from data.store.ingestion import Writer
from data.version import VERSION
from tests.servers import StoreServer

Owner = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def client(migrated: Settings, web: Store) -> FlaskClient:
    client: FlaskClient = create_app(migrated, web).server.test_client()
    return client


@pytest.fixture(autouse=True)
def no_ingest(owner: Owner) -> Iterator[None]:
    """Each test begins without an ingest that reports."""
    yield
    owner.execute("DELETE FROM ingest_state")


def _report(writer: Writer, *, connected: bool = True, waiting_s: float | None = None) -> None:
    waiting = None if waiting_s is None else datetime.now(UTC) - timedelta(seconds=waiting_s)
    writer.report("test", connected=connected, oldest_uncommitted_at=waiting)


def _health(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/api/v1/health")
    assert answer.status_code == 200
    assert isinstance(answer.json, dict)
    return answer.json


def test_an_idle_building_is_not_a_sick_one(client: FlaskClient, writer: Writer) -> None:
    _report(writer)
    answer = _health(client)
    assert answer["status"] == "ok"
    assert answer["ingest"] == {"connected": True, "oldest_uncommitted_s": None}


def test_health_is_degraded_without_an_ingest(client: FlaskClient) -> None:
    answer = _health(client)
    assert answer["status"] == "degraded"
    assert answer["ingest"] == {"connected": False, "oldest_uncommitted_s": None}


def test_health_is_degraded_while_the_ingest_has_no_broker(client: FlaskClient, writer: Writer) -> None:
    _report(writer, connected=False)
    assert _health(client)["status"] == "degraded"


@pytest.mark.parametrize(("waiting_s", "status"), [(20, "ok"), (100, "degraded")])
def test_health_is_degraded_when_messages_wait_for_more_than_a_minute(
    client: FlaskClient, writer: Writer, waiting_s: float, status: str
) -> None:
    _report(writer, waiting_s=waiting_s)
    answer = _health(client)
    assert answer["status"] == status
    assert answer["ingest"]["oldest_uncommitted_s"] >= waiting_s


def test_health_says_what_the_store_is(client: FlaskClient, store_server: StoreServer, owner: Owner) -> None:
    answer = _health(client)
    assert set(answer) == {"status", "version", "store", "ingest"}
    assert answer["version"] == VERSION
    server = owner.execute("SHOW server_version").fetchone()
    assert server == (answer["store"]["postgres"],)
    upgrades = {name: answer["store"][name] for name in ("timescaledb", "timescaledb_license", "postgis")}
    assert set(answer["store"]) == {"postgres", *upgrades}
    has = store_server.kind == "real"
    assert {name: version is not None for name, version in upgrades.items()} == dict.fromkeys(upgrades, has)


def test_health_that_was_just_read_is_not_read_again(
    client: FlaskClient, web: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "KEPT_S", 60.0)
    _health(client)
    web.close()
    assert _health(client)["store"]["postgres"]
