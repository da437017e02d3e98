"""What the system page reads, on each kind of server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from flask.testing import FlaskClient

from dashboard.factory import create_app
from data.ingest.metrics import Metrics
from data.settings import Settings
from data.store import Store, system
from data.store.accounts import new_signin_link
from data.store.batch import Batch, DeadLetter
from data.store.ingestion import Writer
from data.store.migrate import migrations
from tests.servers import StoreServer
from tests.store.conftest import NOON, hours, sample

Owner = psycopg.Connection[tuple[Any, ...]]


def letter(payload: bytes = b"{", *, reason: str, tenant: str = "main", topic: str = "a/b") -> DeadLetter:
    return DeadLetter(tenant=tenant, topic=topic, payload=payload, received_at=NOON, reason=reason)


@pytest.fixture
def reporting(owner: Owner, writer: Writer) -> Iterator[Metrics]:
    """An ingest that reports; what its metrics say is stored by the test."""
    writer.report("test", connected=True, oldest_uncommitted_at=None)
    yield Metrics()
    owner.execute("DELETE FROM ingest_state")


def store_figures(owner: Owner, metrics: Metrics) -> None:
    owner.execute("UPDATE ingest_state SET figures = %s", (json.dumps(metrics.figures()),))


def test_the_figures_of_an_ingest_are_read_as_it_says_them(
    web: Store, owner: Owner, reporting: Metrics, tenant_ids: dict[str, int]
) -> None:
    reporting.connected(True)
    reporting.received(30, 600)
    reporting.committed(messages=30, fresh=20, repeated=10, conflicts=3, events=0, seconds=0.1)
    reporting.waited(0.25)
    reporting.dead_lettered("It is not JSON.")
    reporting.watch(queue=lambda: 7, oldest=lambda: None, full=lambda: True)
    store_figures(owner, reporting)
    (found,) = system.processes(web, tenant=tenant_ids["main"])
    assert (found.client_id, found.connected, found.waiting_s) == ("test", True, None)
    assert (found.queue, found.queue_full, found.conflicts, found.understood) == (7, True, 3, 30)
    assert (found.dead_letters, found.latency_p50_s, found.latency_p99_s) == (1, 0.25, 0.25)
    assert found.messages_per_s is not None
    assert found.messages_per_s > 0
    assert found.last_message_at is not None
    assert found.last_message_at <= datetime.now(UTC)


def test_an_ingest_that_says_nothing_of_itself_is_still_listed(
    web: Store, reporting: Metrics, tenant_ids: dict[str, int]
) -> None:
    (found,) = system.processes(web, tenant=tenant_ids["main"])
    assert (found.since, found.messages_per_s, found.queue, found.noisiest) == (None, None, 0, {})


def test_a_tenant_is_told_of_its_own_noisiest_sources_alone(
    web: Store, owner: Owner, reporting: Metrics, tenant_ids: dict[str, int]
) -> None:
    reporting.heard("room-1", 5, tenant="main")
    reporting.heard("secret", 50, tenant="acme")
    store_figures(owner, reporting)
    for tenant, heard in {"main": {"room-1": 5}, "acme": {"secret": 50}}.items():
        (found,) = system.processes(web, tenant=tenant_ids[tenant])
        assert found.noisiest == heard


@pytest.mark.parametrize("role", ["clerestory_web", "clerestory_worker"])
def test_a_role_of_tenants_cannot_read_what_an_ingest_says_of_all(owner: Owner, role: str) -> None:
    rights = owner.execute(
        "SELECT has_column_privilege(%(role)s, 'ingest_state', 'figures', 'SELECT'),"
        " has_column_privilege(%(role)s, 'ingest_state', 'connected', 'SELECT')",
        {"role": role},
    ).fetchone()
    assert rights == (False, True)


def test_the_size_of_the_readings_grows_with_them(web: Store, writer: Writer, owner: Owner) -> None:
    before = system.sizes(web)
    writer.write(
        Batch(samples=[sample(float(n), at=NOON + hours(n / 100), device="sized") for n in range(9_000)])
    )
    owner.execute("ANALYZE reading")  # else it is estimated some time later
    after = system.sizes(web)
    assert after.reading_bytes > before.reading_bytes
    assert after.database_bytes > after.reading_bytes
    assert after.reading_estimate >= 18_000  # the neighbour's, too


def test_chunks_are_counted_where_there_are_any(
    web: Store, writer: Writer, owner: Owner, store_server: StoreServer
) -> None:
    writer.write(
        Batch(samples=[sample(1.0, at=NOON + hours(24 * 7 * n), device="chunked") for n in range(3)])
    )
    found = system.sizes(web)
    if store_server.kind == "embedded":
        assert (found.chunks, found.columnstore_chunks) == (None, None)
    else:
        assert owner.execute("SELECT count(*) FROM show_chunks('reading')").fetchone() == (found.chunks,)
        assert found.columnstore_chunks == 0


def test_the_oldest_reading_is_the_tenants_own(
    web: Store, writer: Writer, tenant_ids: dict[str, int]
) -> None:
    first = NOON - hours(24 * 900)
    writer.write(Batch(samples=[sample(1.0, at=first, tenant="acme", device="old")]))
    writer.write(Batch(samples=[sample(1.0, tenant="main", device="new")]))
    assert system.oldest_reading(web, tenant=tenant_ids["acme"]) == first
    own = system.oldest_reading(web, tenant=tenant_ids["main"])
    assert own is not None
    assert own > first


def test_every_migration_is_listed_with_its_time(web: Store) -> None:
    found = system.migrations(web)
    assert [one.name for one in found] == [one.name for one in reversed(migrations())]
    assert all(one.applied_at <= datetime.now(UTC) for one in found)


def test_dead_letters_are_counted_by_reason(web: Store, writer: Writer, tenant_ids: dict[str, int]) -> None:
    writer.write(
        Batch(
            dead_letters=[
                letter(reason="by reason", topic="a"),
                letter(reason="by reason", topic="b"),
                letter(reason="by reason", tenant="acme"),
            ]
        )
    )
    found = {one.reason: one for one in system.quarantine(web, tenant=tenant_ids["main"])}["by reason"]
    assert (found.count, found.topics, found.first_at, found.last_at) == (2, 2, NOON, NOON)


def test_a_long_payload_is_shown_in_part_and_given_whole(
    web: Store, writer: Writer, tenant_ids: dict[str, int]
) -> None:
    long = bytes(range(256)) * 10
    writer.write(Batch(dead_letters=[letter(long, reason="long")]))
    (reason,) = [one for one in system.quarantine(web, tenant=tenant_ids["main"]) if one.reason == "long"]
    (found,) = system.letters(web, tenant=tenant_ids["main"], first_id=reason.first_id)
    assert (found.size, found.head) == (2_560, long[:2_048])
    assert system.payload(web, tenant=tenant_ids["main"], letter=found.id) == long


def test_another_tenants_dead_letters_are_not_there(
    web: Store, writer: Writer, tenant_ids: dict[str, int]
) -> None:
    writer.write(Batch(dead_letters=[letter(reason="theirs", tenant="acme")]))
    (theirs,) = [one for one in system.quarantine(web, tenant=tenant_ids["acme"]) if one.reason == "theirs"]
    assert system.letters(web, tenant=tenant_ids["main"], first_id=theirs.first_id) == []
    assert system.payload(web, tenant=tenant_ids["main"], letter=theirs.first_id) is None
    assert "theirs" not in [one.reason for one in system.quarantine(web, tenant=tenant_ids["main"])]


@pytest.fixture
def browser(migrated: Settings, web: Store) -> FlaskClient:
    client: FlaskClient = create_app(migrated, web).server.test_client()
    return client


@pytest.fixture
def member(browser: FlaskClient, migrated: Settings) -> FlaskClient:
    """A browser of an administrator of `main`."""
    browser.get(urlsplit(new_signin_link(migrated)).path)
    return browser


@pytest.fixture
def viewer(browser: FlaskClient, migrated: Settings, owner: Owner) -> FlaskClient:
    """A browser of an account of `main` that may only look."""
    link = urlsplit(new_signin_link(migrated)).path
    owner.execute(
        "WITH viewer AS (INSERT INTO account (tenant_id, name, role)"
        " SELECT id, 'viewer', 'viewer' FROM tenant WHERE name = 'main' RETURNING id)"
        " UPDATE signin_link SET account_id = viewer.id FROM viewer WHERE used_at IS NULL"
    )
    browser.get(link)
    return browser


def quarantined(writer: Writer, web: Store, tenant: int, *, name: str, reason: str) -> int:
    writer.write(Batch(dead_letters=[letter(b"<script>alert(1)</script>", reason=reason, tenant=name)]))
    (found,) = [one for one in system.quarantine(web, tenant=tenant) if one.reason == reason]
    return found.first_id


def test_a_payload_is_a_file_that_no_browser_opens(
    member: FlaskClient, writer: Writer, web: Store, tenant_ids: dict[str, int]
) -> None:
    number = quarantined(writer, web, tenant_ids["main"], name="main", reason="a file")
    answer = member.get(f"/system/payload/{number}")
    assert (answer.status_code, answer.data) == (200, b"<script>alert(1)</script>")
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="message-{number}.bin"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_another_tenants_payload_is_no_file(
    member: FlaskClient, writer: Writer, web: Store, tenant_ids: dict[str, int]
) -> None:
    number = quarantined(writer, web, tenant_ids["acme"], name="acme", reason="no file")
    assert member.get(f"/system/payload/{number}").status_code == 404


@pytest.mark.parametrize("number", ["0", "9" * 30])
def test_a_payload_that_is_not_there_is_not_found(member: FlaskClient, number: str) -> None:
    assert member.get(f"/system/payload/{number}").status_code == 404


def test_a_viewer_gets_no_payload(
    viewer: FlaskClient, writer: Writer, web: Store, tenant_ids: dict[str, int]
) -> None:
    number = quarantined(writer, web, tenant_ids["main"], name="main", reason="not for viewers")
    assert viewer.get(f"/system/payload/{number}").status_code == 403
