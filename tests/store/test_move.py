"""An embedded store's data moves to a server of one's own, whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from data.errors import BadInput
from data.settings import Settings
from data.store import Store, address, devices, jobs, migrate
from data.store.batch import Batch, Position
from data.store.ingestion import Writer
from data.store.move import TABLES, move
from tests.servers import embedded_store
from tests.store.conftest import NOON, TENANTS, hours, sample


@pytest.fixture
def filled(tmp_path: Path) -> Iterator[Settings]:
    """An embedded store with two tenants of identical device names."""
    with embedded_store() as server, server.fresh_database(tmp_path) as settings:
        migrate.migrate(settings)
        _fill(settings)
        yield settings


def _fill(settings: Settings) -> None:
    store = Store.open(settings, role="ingest")
    for tenant in TENANTS:
        Writer(store).write(
            Batch(
                samples=[sample(20.0 + day, tenant=tenant, at=NOON + hours(24 * day)) for day in range(40)]
                + [sample("open", tenant=tenant, metric="state")],
                positions=[Position(tenant=tenant, device="room-1", longitude=13.0, latitude=52.0)],
            )
        )
    store.close()


def counts(settings: Settings) -> dict[str, object]:
    with psycopg.connect(address.owner(settings)) as owner:
        return {
            table: owner.execute(f"SELECT count(*) FROM {table}").fetchone()
            for table in TABLES
            if table != "audit"
        }


@pytest.mark.parametrize("store_server", ["real"], indirect=True)  # the target
def test_every_row_arrives_and_the_new_store_goes_on(filled: Settings, fresh_database: Settings) -> None:
    target = fresh_database
    migrate.migrate(target)
    move(address.owner(filled), address.owner(target))
    assert counts(target) == counts(filled)

    ingest, web = Store.open(target, role="ingest"), Store.open(target, role="web")
    batch = Batch(samples=[sample(20.0), sample(99.0, at=NOON + hours(2000)), sample(1.0, device="new one")])
    written = Writer(ingest).write(batch)
    assert (written.fresh, written.repeated) == (2, 1)
    assert {row.device for row in devices.overview(web, tenant=1)} == {"room-1", "new one"}
    ingest.close()
    web.close()


@pytest.mark.parametrize("store_server", ["real"], indirect=True)  # the target
def test_a_job_that_waits_is_in_the_queue_of_the_new_store(
    filled: Settings, fresh_database: Settings
) -> None:
    web = Store.open(filled, role="web")
    job = jobs.submit(web, tenant=1, kind="test", arguments={}, actor="account 1")
    web.close()
    migrate.migrate(fresh_database)
    move(address.owner(filled), address.owner(fresh_database))
    with psycopg.connect(address.owner(fresh_database)) as owner:
        queued = owner.execute("SELECT args FROM procrastinate.procrastinate_jobs").fetchall()
    assert queued == [({"tenant": 1, "job": job},)]


def test_a_store_that_is_in_use_is_not_overwritten(filled: Settings) -> None:
    with pytest.raises(BadInput, match="give an empty database"):
        move(address.owner(filled), address.owner(filled))
