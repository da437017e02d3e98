"""From the health of devices to that of rooms, systems, storeys and their building."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics.health import HealthScore

from analytics import health
from data.store.analysis_results import HealthResult
from data.store.analysis_rows import Basis, Reason, Subject
from data.store.health_input import BuildingHealth, DeviceHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The health of places, and those that have none."""

    results: tuple[HealthResult, ...]
    none: dict[Subject, list[int]]


def of_places(building: int, known: BuildingHealth) -> Places:
    """Add up a building.

    A room is made of the devices in it, a storey of its rooms, a system of the devices at its equipment, and
    the building of its storeys and of the devices and rooms that stand on none. Reasons lead to the device.
    """
    adding = _Adding(known.devices)
    rooms: dict[int, list[DeviceHealth]] = defaultdict(list)
    storeys: dict[int, set[int]] = defaultdict(set)
    whole: dict[str, HealthScore] = {}
    for one in known.devices:
        if one.space_id is None:
            whole[f"device {one.device_id}"] = adding.devices[one.device_id]
        else:
            rooms[one.space_id].append(one)
            if one.storey_id is not None:
                storeys[one.storey_id].add(one.space_id)
    results: dict[tuple[Subject, int], HealthScore] = {}
    for room, devices in rooms.items():
        results["space", room] = adding.up([one.device_id for one in devices])
        if devices[0].storey_id is None:
            whole[f"space {room}"] = results["space", room]
    for storey, inside in storeys.items():
        parts = {f"space {room}": results["space", room] for room in sorted(inside)}
        whole[f"storey {storey}"] = results["storey", storey] = health.roll_up(parts)
    for system, at in known.systems.items():
        if served := [device for device in at if device in adding.devices]:
            results["system", system] = adding.up(served)
    if whole:
        results["building", building] = health.roll_up(whole)
    there: dict[Subject, Sequence[int]] = {
        "space": known.spaces,
        "storey": known.storeys,
        "system": list(known.systems),
        "building": [building],
    }
    return Places(
        results=tuple(adding.result(*subject, found) for subject, found in results.items()),
        none={
            subject: [number for number in ids if (subject, number) not in results]
            for subject, ids in there.items()
        },
    )


class _Adding:
    """Scores of devices as they are added up, and the words of their reasons."""

    def __init__(self, devices: Sequence[DeviceHealth]) -> None:
        self._names = {one.device_id: one.name for one in devices}
        self._details: dict[tuple[int, str], str] = {}
        self.devices: Mapping[int, HealthScore] = {one.device_id: self._score(one) for one in devices}

    def _score(self, device: DeviceHealth) -> HealthScore:
        for said in reversed(device.reasons):
            self._details[device.device_id, said["reason"]] = said["detail"]
        return HealthScore(
            value=float("nan") if device.score is None else device.score,
            reasons=tuple(
                health.Reason(kind=said["reason"], points=said["points"], of=(f"device {device.device_id}",))
                for said in device.reasons
            ),
        )

    def up(self, devices: Sequence[int]) -> HealthScore:
        """The health of a place with these devices."""
        return health.roll_up([self.devices[one] for one in devices])

    def result(self, subject: Subject, number: int, found: HealthScore) -> HealthResult:
        """As the store keeps it; what one device costs for one reason is one row."""
        costs: dict[tuple[int | None, str], float] = defaultdict(float)
        for one in found.reasons:
            device = int(one.of[-1].removeprefix("device ")) if one.of else None
            costs[device, one.kind] += float(one.points)
        reasons = tuple(
            Reason(
                reason=kind,
                points=points,
                detail="" if device is None else self._details[device, kind],
                subject=None if device is None else "device",
                subject_id=device,
                name=None if device is None else self._names[device],
            )
            for (device, kind), points in sorted(costs.items(), key=lambda item: -item[1])
        )
        score = None if math.isnan(found.value) else min(max(float(found.value), 0.0), 100.0)
        basis = Basis(children=len(self.devices) if subject == "building" else None)
        return HealthResult(subject=subject, subject_id=number, score=score, reasons=reasons, basis=basis)
