"""From the health of devices to that of rooms, systems, storeys and their building."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics import health
from analytics.health import HealthScore
from analytics.health.scores import MOST_REASONS, OTHERS
from data.jobs.analysis.words import in_words
from data.store.analysis_results import HealthResult
from data.store.analysis_rows import Basis, Reason, Subject
from data.store.health_input import BuildingHealth, DeviceHealth

_NAMED = MOST_REASONS - 1


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
    results: dict[tuple[Subject, int], HealthResult] = {}

    def add(subject: Subject, number: int, parts: Mapping[str, HealthScore]) -> HealthScore:
        found = health.roll_up(parts, most=None)  # each is a part of a larger whole that names them again
        results[subject, number] = adding.result(subject, number, found, parts=len(parts))
        return found

    by_room = {
        room: add("space", room, adding.of([one.device_id for one in devices]))
        for room, devices in rooms.items()
    }
    whole |= {f"space {room}": by_room[room] for room in rooms if rooms[room][0].storey_id is None}
    for storey, inside in storeys.items():
        parts = {f"space {room}": by_room[room] for room in sorted(inside)}
        whole[f"storey {storey}"] = add("storey", storey, parts)
    for system, at in known.systems.items():
        if served := [device for device in at if device in adding.devices]:
            add("system", system, adding.of(served))
    if whole:
        add("building", building, whole)
    there: dict[Subject, Sequence[int]] = {
        "space": known.spaces,
        "storey": known.storeys,
        "system": list(known.systems),
        "building": [building],
    }
    return Places(
        results=tuple(results.values()),
        none={
            subject: [number for number in ids if (subject, number) not in results]
            for subject, ids in there.items()
        },
    )


def score_of(found: HealthScore) -> float | None:
    """As the store keeps it."""
    return None if math.isnan(found.value) else min(max(float(found.value), 0.0), 100.0)


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
                health.Reason(kind=said["reason"], points=said["points"]) for said in device.reasons
            ),
        )

    def of(self, devices: Sequence[int]) -> dict[str, HealthScore]:
        """The parts of a place with these devices."""
        return {f"device {one}": self.devices[one] for one in devices}

    def result(self, subject: Subject, number: int, found: HealthScore, *, parts: int) -> HealthResult:
        """As the store keeps it: a row for what a device costs for one reason, the small ones in the last."""
        costs: dict[tuple[int, str], float] = defaultdict(float)
        for one in found.reasons:  # from the building down to the device
            costs[int(one.of[-1].removeprefix("device ")), one.kind] += float(one.points)
        ordered = sorted(costs.items(), key=lambda item: -item[1])
        kept, small = ordered[:_NAMED], ordered[_NAMED:]
        reasons = [self._reason(device, kind, points) for (device, kind), points in kept]
        if small:
            points = sum(points for _, points in small)
            reasons.append(Reason(reason=OTHERS, points=points, detail=in_words(OTHERS, 0)))
        return HealthResult(
            subject=subject,
            subject_id=number,
            score=score_of(found),
            reasons=tuple(reasons),
            basis=Basis(children=parts),
        )

    def _reason(self, device: int, kind: str, points: float) -> Reason:
        return Reason(
            reason=kind,
            points=points,
            detail=self._details[device, kind],
            subject="device",
            subject_id=device,
            name=self._names[device],
        )
