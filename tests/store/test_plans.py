"""On a server with TimescaleDB and PostGIS the pages' own queries use chunks and the spatial index."""

import json
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from data.settings import Settings
from data.store import Store, address, devices, health, statements
from data.store.batch import Batch, Position
from data.store.ingestion import Writer
from tests.store.conftest import NOON, TENANTS, hours, sample

DEVICES = 2000

pytestmark = pytest.mark.parametrize("store_server", ["real"], indirect=True)


@pytest.fixture(scope="module")
def upgraded(migrated: Settings) -> Settings:
    """A real store with a year of one series a tenant, and many devices on a map."""
    store = Store.open(migrated, role="ingest")
    writer = Writer(store)
    for tenant in TENANTS:
        year = [
            sample(float(day), tenant=tenant, device="year", at=NOON + hours(24 * day)) for day in range(365)
        ]
        names = [f"meter {number}" for number in range(DEVICES)]
        writer.write(
            Batch(
                samples=[*year, *(sample(1.0, tenant=tenant, device=name) for name in names)],
                positions=[
                    Position(
                        tenant=tenant,
                        device=name,
                        longitude=13 + number / 500,
                        latitude=52 + number % 50 / 50,
                    )
                    for number, name in enumerate(names)
                ],
            )
        )
    store.close()
    with psycopg.connect(address.owner(migrated), autocommit=True) as owner:
        owner.execute("ANALYZE")
    return migrated


@pytest.fixture
def owner(upgraded: Settings) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(address.owner(upgraded)) as connection:
        yield connection


@pytest.fixture
def web(upgraded: Settings) -> Iterator[Store]:
    store = Store.open(upgraded, role="web")
    yield store
    store.close()


def chunks(owner: psycopg.Connection[tuple[object, ...]], table: str) -> set[str]:
    return {
        str(name)
        for (name,) in owner.execute(
            "SELECT chunk_name FROM timescaledb_information.chunks WHERE hypertable_name = %s", (table,)
        )
    }


@pytest.mark.parametrize("table", ["reading", "rollup_5min", "rollup_1hour"])
def test_a_year_is_more_than_one_chunk(owner: psycopg.Connection[tuple[object, ...]], table: str) -> None:
    assert len(chunks(owner, table)) > 1


@pytest.mark.parametrize(
    ("statement", "table", "span"),
    [
        ("trend_raw", "reading", timedelta(hours=6)),
        ("trend_5min", "rollup_5min", timedelta(days=7)),
        ("trend_1hour", "rollup_1hour", timedelta(days=30)),
    ],
)
def test_a_trend_reads_only_the_chunks_of_its_period(
    web: Store, owner: psycopg.Connection[tuple[object, ...]], statement: str, table: str, span: timedelta
) -> None:
    since = NOON + timedelta(days=200)
    query = "EXPLAIN (FORMAT JSON) " + statements.load("readings")[statement]
    values = {"series_id": 1, "since": since, "until": since + span, "step": timedelta(hours=1)}
    with web.transaction(tenant=1) as connection:
        row = connection.execute(query, values).fetchone()
    assert row is not None
    plan = json.dumps(row[0])
    read = {chunk for chunk in chunks(owner, table) if chunk in plan}
    assert 1 <= len(read) <= 2
    assert "Index Scan" in plan or "Bitmap Index Scan" in plan or "Index Only Scan" in plan


def test_nearby_devices_are_found_by_the_spatial_index(
    upgraded: Settings, web: Store, owner: psycopg.Connection[tuple[object, ...]]
) -> None:
    (device,) = [row for row in devices.overview(web, tenant=1) if row.device == "meter 500"]
    # The index is used inside a function, whose plan only the server's own log of plans shows.
    plans: list[str] = []
    with psycopg.connect(address.owner(upgraded)) as connection:
        connection.execute("LOAD 'auto_explain'")
        connection.execute(
            "SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;"
            "SET auto_explain.log_level = notice; SET client_min_messages = notice;"
            "SET LOCAL ROLE clerestory_web; SELECT set_config('app.tenant', '1', true)"
        )
        connection.add_notice_handler(lambda notice: plans.append(notice.message_primary or ""))
        found = connection.execute(
            statements.load("devices")["nearby"], {"device_id": device.device_id, "radius_m": 250.0}
        ).fetchall()
    assert any("device_state_geom" in plan for plan in plans), plans
    assert found == [
        (n.device_id, n.device, n.distance_m) for n in devices.nearby(web, tenant=1, device=device.device_id)
    ]


def test_the_server_says_what_it_offers(web: Store) -> None:
    versions = health.versions(web)
    assert versions.timescaledb is not None
    assert versions.postgis is not None
    assert versions.timescaledb_license in ("apache", "timescale")
