"""A building as its matching sees it: the same for what the store has and for what a file says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from data.building.model import GeoJson, Model, Properties

Thing = Literal["storey", "space", "equipment"]
THINGS: tuple[Thing, ...] = ("storey", "space", "equipment")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownStorey:
    """One level."""

    id: int  # in the store, or the key in a file
    name: str
    global_id: str | None
    elevation_m: float | None
    gone: bool = False  # an earlier version had it, the current one has not


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSpace:
    """One room."""

    id: int
    name: str
    long_name: str | None
    global_id: str | None
    storey: int | None  # id
    footprint: GeoJson | None
    floor_m: float | None  # in the model's axes
    area_m2: float | None
    fingerprint: str  # of its properties
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEquipment:
    """One piece of equipment."""

    id: int
    name: str
    global_id: str | None
    kind: str | None
    tag: str | None
    storey: int | None  # id
    space: int | None  # id
    position: tuple[float, float, float] | None  # in the model's axes [m]
    fingerprint: str  # of its properties
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All of a building that keeps its identity from one version of its model to the next."""

    storeys: tuple[KnownStorey, ...]
    spaces: tuple[KnownSpace, ...]
    equipment: tuple[KnownEquipment, ...]

    def names(self) -> Mapping[Thing, Mapping[int, str]]:
        """What each thing is called, by its id."""
        return {
            "storey": {one.id: one.name for one in self.storeys},
            "space": {one.id: one.name for one in self.spaces},
            "equipment": {one.id: one.name for one in self.equipment},
        }

    def part(self, *, gone: bool) -> Known:
        """Only what the current version has, or only what it has no longer."""
        return Known(
            storeys=tuple(one for one in self.storeys if one.gone == gone),
            spaces=tuple(one for one in self.spaces if one.gone == gone),
            equipment=tuple(one for one in self.equipment if one.gone == gone),
        )

    def without(self, ids: Mapping[Thing, set[int]]) -> Known:
        """All but the things of these ids."""
        return Known(
            storeys=tuple(one for one in self.storeys if one.id not in ids["storey"]),
            spaces=tuple(one for one in self.spaces if one.id not in ids["space"]),
            equipment=tuple(one for one in self.equipment if one.id not in ids["equipment"]),
        )


def fingerprint(properties: Properties) -> str:
    """A short text that is the same for the same properties; empty: there are none."""
    if not properties:
        return ""
    plain = json.dumps(properties, sort_keys=True, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def of_model(model: Model) -> Known:
    """What a file says; ids are its keys."""
    return Known(
        storeys=tuple(
            KnownStorey(id=one.key, name=one.name, global_id=one.global_id, elevation_m=one.elevation_m)
            for one in model.storeys
        ),
        spaces=tuple(
            KnownSpace(
                id=one.key,
                name=one.name,
                long_name=one.long_name,
                global_id=one.global_id,
                storey=one.storey,
                footprint=one.footprint,
                floor_m=one.floor_m,
                area_m2=one.area_m2,
                fingerprint=fingerprint(one.properties),
            )
            for one in model.spaces
        ),
        equipment=tuple(
            KnownEquipment(
                id=one.key,
                name=one.name,
                global_id=one.global_id,
                kind=one.kind,
                tag=one.tag,
                storey=one.storey,
                space=one.space,
                position=one.position,
                fingerprint=fingerprint(one.properties),
            )
            for one in model.equipment
        ),
    )
