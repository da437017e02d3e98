"""Ids of tenants, devices and series by what devices call them; what is not there yet is added."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from psycopg.types.json import Jsonb

from analytics.units import Conversion
from data.store import statements
from data.store.batch import Announcement, Position, Sample
from data.store.pool import Connection
from data.store.series_identity import Choice, Flag, Variant, choose, kind_of

_SQL = statements.load("ingestion")


@dataclass(frozen=True, slots=True)
class Place:
    """Where samples of one kind go, and how their values become those of the series."""

    tenant_id: int
    device_id: int
    series_id: int
    factor: float
    offset: float


# What a sample says of its series: tenant, device, metric, kind, unit.
Key = tuple[str, str, str, str, str | None]


@dataclass(slots=True)
class Known:
    """Ids by what devices call things."""

    tenants: dict[str, int] = field(default_factory=dict)
    devices: dict[tuple[int, str], int] = field(default_factory=dict)  # (tenant, name)
    places: dict[Key, Place] = field(default_factory=dict)

    def learn(self, other: Known) -> None:
        """Take in what a transaction added, once it is committed."""
        self.tenants |= other.tenants
        self.devices |= other.devices
        self.places |= other.places


def _key(sample: Sample) -> Key:
    return sample.tenant, sample.device, sample.metric, kind_of(sample.value), sample.unit


@dataclass(slots=True)
class Identities:
    """The ids of one transaction: those known before it, and `new` ones, which its end may take back."""

    connection: Connection
    known: Known
    new: Known = field(default_factory=Known)

    def tenant(self, name: str) -> int:
        """The id of a tenant that was added."""
        return self.new.tenants.get(name) or self.known.tenants[name]

    def device(self, item: Sample | Position | Announcement) -> int:
        """The id of a device that was added."""
        key = (self.tenant(item.tenant), item.device)
        return self.new.devices.get(key) or self.known.devices[key]

    def add_tenants(self, names: set[str]) -> None:
        """Add the tenants that are not there."""
        wanted = {"names": sorted(names - self.known.tenants.keys())}
        if wanted["names"]:
            self.connection.execute(_SQL["tenant_add"], wanted)
            self.new.tenants.update(self.connection.execute(_SQL["tenant_ids"], wanted).fetchall())

    def add_devices(self, items: Iterable[Sample | Announcement]) -> None:
        """Add the devices that are not there, and remember all of them."""
        conventions = {
            key: item.convention
            for item in items
            if (key := (self.tenant(item.tenant), item.device)) not in self.known.devices
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

    def places(self, samples: list[Sample]) -> tuple[list[Place], list[tuple[Place, Flag]]]:
        """Where samples go, and what people should see; devices and series that are not there are added.

        Of one metric, one kind and unit is placed after the other, as each may change its series.
        """
        keys = [_key(sample) for sample in samples]
        unplaced: dict[Key, Sample] = {}
        for key, sample in zip(keys, samples, strict=True):
            if key not in self.known.places:
                unplaced.setdefault(key, sample)
        self.add_devices(unplaced.values())
        placed: dict[Key, Place] = {}
        flags: list[tuple[Place, Flag]] = []
        while unplaced:
            turn: dict[tuple[int, str], Key] = {}
            for key, sample in unplaced.items():
                turn.setdefault((self.device(sample), sample.metric), key)
            for key, place, flag in self._add_series(
                {of: (key, unplaced.pop(key)) for of, key in turn.items()}
            ):
                placed[key] = place
                if flag is not None:
                    flags.append((place, flag))
        return [placed.get(key) or self.known.places[key] for key in keys], flags

    def _add_series(
        self, samples: dict[tuple[int, str], tuple[Key, Sample]]
    ) -> Iterator[tuple[Key, Place, Flag | None]]:
        """Choose or add a series for one sample of each device and metric."""
        before = self._variants(samples)
        choices = {of: _choose(sample, before.get(of, [])) for of, (_, sample) in samples.items()}
        added = [self._row(of, samples[of][1], one) for of, one in choices.items() if not one.variant]
        changed = [self._row(of, samples[of][1], one) for of, one in choices.items() if _differs(one)]
        for statement, rows in (("series_add", added), ("series_change", changed)):
            if rows:
                self.connection.execute(_SQL[statement], {"rows": Jsonb(rows)})
        after = self._variants(samples)
        for of, choice in choices.items():
            key, sample = samples[of]
            place = self._place(sample, of, choice, after[of])
            # A value without a unit means the one that was stated last, from now on this one.
            self.new.places |= {key: place, (*key[:-1], None): place}
            yield key, place, choice.flag

    def _variants(self, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], list[Variant]]:
        devices, metrics = zip(*wanted, strict=True)
        found: dict[tuple[int, str], list[Variant]] = {}
        for device, metric, *variant in self.connection.execute(
            _SQL["series_variants"], {"device_ids": list(devices), "metrics": list(metrics)}
        ):
            found.setdefault((device, metric), []).append(Variant(*variant))
        return found

    def _row(self, of: tuple[int, str], sample: Sample, choice: Choice) -> dict[str, Any]:
        return {
            "id": choice.variant and choice.variant.id,
            "tenant_id": self.tenant(sample.tenant),
            "device_id": of[0],
            "metric": of[1],
            "kind": kind_of(sample.value),
            "quantity": choice.quantity,
            "unit": choice.unit,
            "stated_unit": choice.stated_unit,
        }

    def _place(self, sample: Sample, of: tuple[int, str], choice: Choice, variants: list[Variant]) -> Place:
        kept_as = kind_of(sample.value), choice.unit
        series = next(one.id for one in variants if (one.kind, one.unit) == kept_as)
        converted = choice.conversion or Conversion("")
        return Place(self.tenant(sample.tenant), of[0], series, converted.factor, converted.offset)


def _choose(sample: Sample, variants: list[Variant]) -> Choice:
    return choose(
        variants,
        kind=kind_of(sample.value),
        metric=sample.metric,
        unit=sample.unit,
        device_class=sample.device_class,
    )


def _differs(choice: Choice) -> bool:
    variant = choice.variant
    return variant is not None and (variant.quantity, variant.unit, variant.stated_unit) != (
        choice.quantity,
        choice.unit,
        choice.stated_unit,
    )
