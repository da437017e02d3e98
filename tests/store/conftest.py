"""A migrated store on each kind of server, and two tenants who call everything the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from msgspec import structs

from data.settings import Settings
from data.store import Store, address
from data.store.batch import Batch, Sample, Written
from data.store.ingestion import Writer

TENANTS = ("main", "acme")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def sample(
    value: float | bool | str,
    *,
    at: datetime = NOON,
    tenant: str = "main",
    device: str = "room-1",
    metric: str = "temperature",
    unit: str | None = None,
) -> Sample:
    """A sample with everything but the value filled in."""
    return Sample(
        tenant=tenant,
        device=device,
        metric=metric,
        convention="json",
        at=at,
        received_at=at,
        value=value,
        unit=unit,
    )


@pytest.fixture
def ingest(migrated: Settings) -> Iterator[Store]:
    store = Store.open(migrated, role="ingest")
    yield store
    store.close()


@pytest.fixture
def web(migrated: Settings) -> Iterator[Store]:
    store = Store.open(migrated, role="web")
    yield store
    store.close()


class WriterBesideANeighbour(Writer):
    """Writes what `main` says for `acme` first: the same devices, metrics and times with other values."""

    def write(self, batch: Batch) -> Written:
        samples = [_neighbours(one) for one in batch.samples if one.tenant == "main"]
        positions = [replace(one, tenant="acme") for one in batch.positions if one.tenant == "main"]
        if samples and all(one.tenant == "main" for one in batch.samples):
            super().write(Batch(samples=samples, positions=positions))
        return super().write(batch)


def _neighbours(one: Sample) -> Sample:
    value = one.value if isinstance(one.value, bool | str) else one.value + 1000
    return structs.replace(one, tenant="acme", value=value)


@pytest.fixture
def writer(ingest: Store) -> Writer:
    return WriterBesideANeighbour(ingest)


@pytest.fixture
def ingest_writer(ingest: Store) -> Writer:
    """A writer that knows nothing yet, as after a restart, and has no neighbour."""
    return Writer(ingest)


@pytest.fixture
def owner(migrated: Settings) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(address.owner(migrated), autocommit=True) as connection:
        yield connection


@pytest.fixture
def tenant_ids(owner: psycopg.Connection[tuple[object, ...]]) -> dict[str, int]:
    """The ids of both tenants; `acme` is made if no batch has made it yet."""
    owner.execute("INSERT INTO tenant (name) VALUES ('acme') ON CONFLICT DO NOTHING")
    return {str(name): int(str(number)) for name, number in owner.execute("SELECT name, id FROM tenant")}


def hours(number: float) -> timedelta:
    return timedelta(hours=number)
