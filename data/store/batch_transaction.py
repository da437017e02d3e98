"""The writing of one batch inside one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from data.store import statements
from data.store.batch import Announcement, Batch, DeadLetter, Position, Sample, Written
from data.store.device_reports import fold
from data.store.identities import Identities, Place
from data.store.number_rows import binary_rows
from data.store.pool import Connection
from data.store.series_identity import Flag

_SQL = statements.load("ingestion")


@dataclass(slots=True)
class Transaction:
    """The writing of one batch inside one transaction."""

    connection: Connection
    identities: Identities

    def write(self, batch: Batch) -> Written:
        """Write all of it."""
        tenants = {sample.tenant for sample in batch.samples}
        tenants |= {one.tenant for one in batch.announcements} | {one.tenant for one in batch.dead_letters}
        self.identities.add_tenants(tenants)
        self.identities.add_devices(batch.announcements)
        places, changes = self.identities.places(batch.samples)
        placed = list(zip(places, batch.samples, strict=True))
        self._see_devices(placed)
        self._locate_devices(batch.positions)
        self._announce(batch.announcements)
        written = self._add_numbers([pair for pair in placed if not isinstance(pair[1].value, str)])
        texts = self._add_texts([pair for pair in placed if isinstance(pair[1].value, str)])
        self._flag_changes(changes)
        self._add_dead_letters(batch.dead_letters)
        self._remove_dead_letters(batch.redriven)
        self._grow_versions(tenants)
        return Written(*written, texts)

    def _flag_changes(self, changes: Iterable[tuple[Place, Flag]]) -> None:
        self._flag(
            (place.series_id, place.tenant_id, flag.flag, 1, {"from": flag.before, "to": flag.after})
            for place, flag in {
                (place.series_id, flag.flag): (place, flag) for place, flag in changes
            }.values()
        )

    def _flag(self, flags: Iterable[tuple[int, int, str, int, dict[str, Any]]]) -> None:
        """Note what is odd: series, tenant, flag, how often, and the detail of the last time."""
        noted = sorted(flags, key=lambda flag: flag[:3])
        if noted:
            series, tenants, names, counts, details = zip(*noted, strict=True)
            self.connection.execute(
                _SQL["flag"],
                {
                    "series_ids": list(series),
                    "tenant_ids": list(tenants),
                    "flags": list(names),
                    "counts": list(counts),
                    "details": [Jsonb(detail) for detail in details],
                },
            )

    def _see_devices(self, placed: list[tuple[Place, Sample]]) -> None:
        seen: dict[int, _Seen] = {}
        for place, sample in placed:
            of = seen.get(place.device_id)
            if of is None:
                of = seen[place.device_id] = _Seen(place.tenant_id, sample.received_at)
            elif sample.received_at > of.at:
                of.at = sample.received_at
            if sample.by_own_clock and (of.by_own_clock is None or sample.at > of.by_own_clock.at):
                of.by_own_clock = sample
        if seen:
            self.connection.execute(
                _SQL["device_seen"],
                {
                    "device_ids": list(seen),
                    "tenant_ids": [one.tenant_id for one in seen.values()],
                    "seen": [one.at for one in seen.values()],
                    "own_times": [one.own_time for one in seen.values()],
                    "ahead": [one.ahead_s for one in seen.values()],
                },
            )

    def _locate_devices(self, positions: list[Position]) -> None:
        last = {self.identities.device(position): position for position in positions}
        if last:
            self.connection.execute(
                _SQL["device_located"],
                {
                    "device_ids": list(last),
                    "longitudes": [position.longitude for position in last.values()],
                    "latitudes": [position.latitude for position in last.values()],
                },
            )

    def _announce(self, announcements: list[Announcement]) -> None:
        reports = fold(announcements)
        if reports.parts:
            self.connection.execute(_SQL["parts_online"], self._columns(reports.parts.values()))
        if reports.devices:
            columns = self._columns(reports.devices.values())
            self.connection.execute(_SQL["device_about"], columns)
            self.connection.execute(_SQL["device_online"], columns)

    def _columns(self, announcements: Iterable[Announcement]) -> dict[str, list[Any]]:
        said = sorted(announcements, key=self.identities.device)
        names = ("at", "label", "manufacturer", "model", "firmware", "area", "online")
        columns = {name: [getattr(one, name) for one in said] for name in names}
        ids = {"device_ids": [self.identities.device(one) for one in said]}
        return columns | ids | {"tenant_ids": [self.identities.tenant(one.tenant) for one in said]}

    def _add_numbers(self, placed: list[tuple[Place, Sample]]) -> tuple[int, int, int]:
        if not placed:
            return 0, 0, 0
        self.connection.execute(_SQL["staging"])
        with self.connection.cursor().copy(_SQL["stage"]) as copy:
            copy.write(binary_rows(placed))
        row = self.connection.execute(_SQL["merge"]).fetchone()
        fresh = int(row[0]) if row else 0
        if any(isinstance(sample.value, bool) for _, sample in placed):
            self.connection.execute(_SQL["switch_events"])
        repeated = len(placed) - fresh
        return fresh, repeated, self._flag_conflicts() if repeated else 0

    def _flag_conflicts(self) -> int:
        found = self.connection.execute(_SQL["conflicts"]).fetchall()
        self._flag((series, tenant, "conflict", count, detail) for series, tenant, count, detail in found)
        return sum(count for _, _, count, _ in found)

    def _add_texts(self, placed: list[tuple[Place, Sample]]) -> int:
        if placed:
            said = {
                "series_ids": [place.series_id for place, _ in placed],
                "tenant_ids": [place.tenant_id for place, _ in placed],
                "ats": [sample.at for _, sample in placed],
                "texts": [sample.value for _, sample in placed],
            }
            self.connection.execute(_SQL["event_add"], said)
            self.connection.execute(_SQL["latest_text"], said)
        return len(placed)

    def _add_dead_letters(self, letters: list[DeadLetter]) -> None:
        if letters:
            self.connection.execute(
                _SQL["dead_letter_add"],
                {
                    "tenant_ids": [self.identities.tenant(letter.tenant) for letter in letters],
                    "received_ats": [letter.received_at for letter in letters],
                    "topics": [letter.topic for letter in letters],
                    "payloads": [letter.payload for letter in letters],
                    "reasons": [letter.reason for letter in letters],
                    "retained": [letter.retained for letter in letters],
                },
            )

    def _remove_dead_letters(self, ids: list[int]) -> None:
        if ids:
            self.connection.execute(_SQL["dead_letter_remove"], {"ids": ids})

    def _grow_versions(self, tenants: Iterable[str]) -> None:
        ids = [self.identities.tenant(name) for name in tenants]
        self.connection.execute(_SQL["version_grow"], {"tenant_ids": ids})


@dataclass(slots=True)
class _Seen:
    """When a device was heard, and how far its clock runs ahead, if it tells."""

    tenant_id: int
    at: datetime
    by_own_clock: Sample | None = None  # the newest

    @property
    def own_time(self) -> datetime | None:
        """The newest time by its own clock."""
        return None if self.by_own_clock is None else self.by_own_clock.at

    @property
    def ahead_s(self) -> float | None:
        """How far that was ahead of its arrival."""
        said = self.by_own_clock
        return None if said is None else (said.at - said.received_at).total_seconds()
