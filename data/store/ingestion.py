"""What ingest writes: a batch of samples in one transaction, exact however often it is delivered."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from datetime import datetime

import psycopg
from psycopg.errors import DeadlockDetected, SerializationFailure

from analytics import quantities
from data.errors import StoreRefused, StoreUnavailable
from data.store import statements
from data.store.pool import Connection, Store

_SQL = statements.load("ingestion")
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One value that one device said of one metric."""

    tenant: str
    device: str
    metric: str
    convention: str
    at: datetime  # aware: the device's own time, else that of arrival
    received_at: datetime  # aware
    value: float | bool | str  # a number, a state that is on or off, or a text
    unit: str | None = None  # as the message states it


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a device says it is, in degrees."""

    tenant: str
    device: str
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message that gave no reading though it should have, and why."""

    tenant: str
    topic: str
    payload: bytes
    received_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one transaction writes."""

    samples: list[Sample] = field(default_factory=list)
    positions: list[Position] = field(default_factory=list)  # of devices that have a sample in the batch
    dead_letters: list[DeadLetter] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Written:
    """What a batch came to."""

    fresh: int  # numbers that were really new
    repeated: int  # numbers whose series and time were there already
    conflicts: int  # of those, the ones with another value; the first is kept


class Writer:
    """Writes batches; remembers the ids of tenants, devices and series between them. Not thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known = _Ids()

    def write(self, batch: Batch) -> Written:
        """Write all of a batch or nothing of it.

        Raises:
            StoreUnavailable: the database is away; the same batch can be written again later.
            StoreRefused: the database refuses something in the batch, and always will.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with self._store.transaction() as connection:
                    transaction = _Transaction(connection, self._known)
                    written = transaction.write(batch)
            except (DeadlockDetected, SerializationFailure) as error:
                if attempt == _ATTEMPTS:
                    raise StoreUnavailable("Other writers are in the way.") from error
                time.sleep(random.uniform(0, 0.05 * 2**attempt))
            except psycopg.Error as error:
                if not _is_refusal(error):
                    raise
                raise StoreRefused(str(error.diag.message_primary or error)) from error
            else:
                # Only now: an id given out by a transaction that was rolled back is nobody's.
                self._known.learn(transaction.new)
                return written
        raise AssertionError("the loop returns or raises")

    def report(self, client_id: str, *, connected: bool, oldest_uncommitted_at: datetime | None) -> None:
        """Say how this ingest process is; health and pages show it.

        Raises:
            StoreUnavailable: the database is away.
        """
        with self._store.transaction() as connection:
            connection.execute(
                _SQL["report"],
                {
                    "client_id": client_id,
                    "connected": connected,
                    "oldest_uncommitted_at": oldest_uncommitted_at,
                },
            )


@dataclass(slots=True)
class _Ids:
    """Ids by what devices call things."""

    tenants: dict[str, int] = field(default_factory=dict)
    devices: dict[tuple[int, str], int] = field(default_factory=dict)  # (tenant, name)
    series: dict[tuple[int, str], int] = field(default_factory=dict)  # (device, metric)

    def learn(self, other: _Ids) -> None:
        self.tenants |= other.tenants
        self.devices |= other.devices
        self.series |= other.series


@dataclass(slots=True)
class _Transaction:
    """The writing of one batch inside one transaction."""

    connection: Connection
    known: _Ids
    new: _Ids = field(default_factory=_Ids)

    def write(self, batch: Batch) -> Written:
        tenants = {s.tenant for s in batch.samples} | {d.tenant for d in batch.dead_letters}
        self._add_tenants(tenants)
        self._add_devices(batch.samples)
        self._add_series(batch.samples)
        self._see_devices(batch.samples)
        self._locate_devices(batch.positions)
        written = self._add_numbers([s for s in batch.samples if not isinstance(s.value, str)])
        self._add_texts([s for s in batch.samples if isinstance(s.value, str)])
        self._add_dead_letters(batch.dead_letters)
        self.connection.execute(
            _SQL["version_grow"], {"tenant_ids": [self._tenant(name) for name in tenants]}
        )
        return written

    def _tenant(self, name: str) -> int:
        return self.new.tenants.get(name) or self.known.tenants[name]

    def _device(self, item: Sample | Position) -> int:
        key = (self._tenant(item.tenant), item.device)
        return self.new.devices.get(key) or self.known.devices[key]

    def _series(self, sample: Sample) -> int:
        key = (self._device(sample), sample.metric)
        return self.new.series.get(key) or self.known.series[key]

    def _add_tenants(self, names: set[str]) -> None:
        wanted = {"names": sorted(names - self.known.tenants.keys())}
        if wanted["names"]:
            self.connection.execute(_SQL["tenant_add"], wanted)
            self.new.tenants.update(self.connection.execute(_SQL["tenant_ids"], wanted).fetchall())

    def _add_devices(self, samples: list[Sample]) -> None:
        conventions = {
            key: sample.convention
            for sample in samples
            if (key := (self._tenant(sample.tenant), sample.device)) not in self.known.devices
        }
        if not conventions:
            return
        wanted = {
            "tenant_ids": [tenant for tenant, _ in conventions],
            "names": [name for _, name in conventions],
            "conventions": list(conventions.values()),
        }
        self.connection.execute(_SQL["device_add"], wanted)
        for tenant, name, device in self.connection.execute(_SQL["device_ids"], wanted):
            self.new.devices[tenant, name] = device

    def _add_series(self, samples: list[Sample]) -> None:
        first: dict[tuple[int, str], Sample] = {}
        for sample in samples:
            key = (self._device(sample), sample.metric)
            if key not in self.known.series:
                first.setdefault(key, sample)
        if not first:
            return
        guesses = [quantities.guess(sample.metric, sample.unit) for sample in first.values()]
        wanted = {
            "tenant_ids": [self._tenant(sample.tenant) for sample in first.values()],
            "device_ids": [device for device, _ in first],
            "metrics": [metric for _, metric in first],
            "kinds": [_kind(sample.value) for sample in first.values()],
            "quantities": [guess and guess.name for guess in guesses],
            "units": [sample.unit for sample in first.values()],
        }
        self.connection.execute(_SQL["series_add"], wanted)
        for device, metric, series in self.connection.execute(_SQL["series_ids"], wanted):
            self.new.series[device, metric] = series

    def _see_devices(self, samples: list[Sample]) -> None:
        seen: dict[tuple[int, int], datetime] = {}
        for sample in samples:
            key = (self._device(sample), self._tenant(sample.tenant))
            seen[key] = max(sample.received_at, seen.get(key, sample.received_at))
        self.connection.execute(
            _SQL["device_seen"],
            {
                "device_ids": [device for device, _ in seen],
                "tenant_ids": [tenant for _, tenant in seen],
                "seen": list(seen.values()),
            },
        )

    def _locate_devices(self, positions: list[Position]) -> None:
        last = {self._device(position): position for position in positions}
        if last:
            self.connection.execute(
                _SQL["device_located"],
                {
                    "device_ids": list(last),
                    "longitudes": [position.longitude for position in last.values()],
                    "latitudes": [position.latitude for position in last.values()],
                },
            )

    def _add_numbers(self, samples: list[Sample]) -> Written:
        if not samples:
            return Written(0, 0, 0)
        self.connection.execute(_SQL["staging"])
        with self.connection.cursor().copy(_SQL["stage"]) as copy:
            for position, sample in enumerate(samples):
                copy.write_row((position, self._series(sample), sample.at, float(sample.value)))
        fresh = self._count("merge")
        repeated = len(samples) - fresh
        return Written(fresh, repeated, self._count("conflicts") if repeated else 0)

    def _count(self, statement: str) -> int:
        row = self.connection.execute(_SQL[statement]).fetchone()
        return int(row[0]) if row else 0

    def _add_texts(self, samples: list[Sample]) -> None:
        if not samples:
            return
        said = {
            "series_ids": [self._series(sample) for sample in samples],
            "tenant_ids": [self._tenant(sample.tenant) for sample in samples],
            "ats": [sample.at for sample in samples],
            "texts": [sample.value for sample in samples],
        }
        self.connection.execute(_SQL["event_add"], said)
        self.connection.execute(_SQL["latest_text"], said)

    def _add_dead_letters(self, letters: list[DeadLetter]) -> None:
        if letters:
            self.connection.execute(
                _SQL["dead_letter_add"],
                {
                    "tenant_ids": [self._tenant(letter.tenant) for letter in letters],
                    "received_ats": [letter.received_at for letter in letters],
                    "topics": [letter.topic for letter in letters],
                    "payloads": [letter.payload for letter in letters],
                    "reasons": [letter.reason for letter in letters],
                },
            )


def _is_refusal(error: psycopg.Error) -> bool:
    """Whether what was to be written is at fault; class 54 is a limit, such as that of a key's length."""
    refused = isinstance(error, (psycopg.DataError, psycopg.IntegrityError))
    return refused or (error.sqlstate or "").startswith("54")


def _kind(value: float | bool | str) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "text" if isinstance(value, str) else "number"
