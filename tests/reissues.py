"""New versions of a model in which things changed on purpose, with what became of each of them.

`truth` holds every storey, room and piece of equipment that is still the same, by its old and its new key.
What was divided, joined or taken away is not in it: to bind that unasked is wrong whatever it is bound to.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
import shapely.affinity
from shapely.geometry.base import BaseGeometry

from data.building.geometry import geojson
from data.building.known import Thing
from data.building.model import Element, Equipment, GeoJson, Georeference, Model, Space, Storey

Truth = Mapping[tuple[Thing, int], int]


@dataclass(frozen=True, slots=True)
class Reissue:
    """A new version, and what is still the same in it."""

    model: Model
    truth: Truth


Change = Callable[["Draft"], None]


class Draft:
    """A version in the making; keys stay those of the old one until it is issued."""

    def __init__(self, model: Model, seed: int) -> None:
        self.random = random.Random(seed)
        self.model = model
        self.storeys = {one.key: one for one in model.storeys}
        self.spaces = {one.key: one for one in model.spaces}
        self.equipment = {one.key: one for one in model.equipment}
        self.changed: set[tuple[Thing, int]] = set()  # no longer what it was
        self._next = max([0, *self.storeys, *self.spaces, *self.equipment]) + 1

    def new_key(self) -> int:
        """A key that nothing has."""
        self._next += 1
        return self._next

    def some(self, most: int = 3) -> list[Space]:
        """Up to so many rooms that can be drawn, large enough to be cut."""
        drawn = [one for one in self.spaces.values() if one.footprint and (one.footprint_area_m2 or 0) > 4]
        return self.random.sample(drawn, min(most, max(1, len(drawn) // 4))) if drawn else []

    def shape(self, space: Space, shape: BaseGeometry) -> Space:
        """A room in another shape."""
        point = shape.representative_point()
        return replace(
            space,
            footprint=geojson(shape),
            label_point=(point.x, point.y),
            footprint_area_m2=round(shape.area, 3),
            area_m2=round(shape.area, 3),
        )

    def issue(self) -> Reissue:
        """The version with keys and an order of its own."""
        keys = [*self.storeys, *self.spaces, *self.equipment]
        numbers = self.random.sample(range(10_000, 10_000 + 10 * len(keys)), len(keys))
        number = dict(zip(keys, numbers, strict=True))
        kept: dict[tuple[Thing, int], int] = {}
        before: list[tuple[Thing, Iterable[Storey | Space | Equipment], dict[int, Any]]] = [
            ("storey", self.model.storeys, self.storeys),
            ("space", self.model.spaces, self.spaces),
            ("equipment", self.model.equipment, self.equipment),
        ]
        for thing, old, now in before:
            kept |= {
                (thing, one.key): number[one.key]
                for one in old
                if one.key in now and (thing, one.key) not in self.changed
            }
        return Reissue(self._renumbered(number), kept)

    def _renumbered(self, number: Mapping[int, int]) -> Model:
        def key(one: int | None) -> int | None:
            return None if one is None else number.get(one)

        spaces = [replace(s, key=number[s.key], storey=key(s.storey)) for s in self.spaces.values()]
        equipment = [
            replace(e, key=number[e.key], storey=key(e.storey), space=key(e.space), serves=())
            for e in self.equipment.values()
        ]
        self.random.shuffle(spaces)
        self.random.shuffle(equipment)
        return replace(
            self.model,
            sha256=f"{self.random.getrandbits(256):064x}",
            storeys=tuple(replace(one, key=number[one.key]) for one in self.storeys.values()),
            spaces=tuple(spaces),
            elements=(),
            doors=(),
            equipment=tuple(equipment),
            systems=(),
            links=(),
        )


def reissue(model: Model, *changes: Change, seed: int = 0) -> Reissue:
    """A new version after changes, in their order; the same for the same seed."""
    draft = Draft(model, seed)
    for change in changes:
        change(draft)
    return draft.issue()


def _everything(draft: Draft) -> tuple[dict[int, Any], ...]:
    return draft.storeys, draft.spaces, draft.equipment


def new_global_ids(draft: Draft) -> None:
    """Another tool exports."""
    for things in _everything(draft):
        for key, one in things.items():
            things[key] = replace(one, global_id=f"{draft.random.getrandbits(128):022x}"[:22])


def new_labels(draft: Draft) -> None:
    """All names and tags are others, of storeys too."""
    for things in _everything(draft):
        for key, one in things.items():
            label = f"{draft.random.getrandbits(40):010x}"
            tag = {"tag": label} if isinstance(one, Equipment) else {}
            things[key] = replace(one, name=f"New {label}", **tag)


def storeys_renamed(draft: Draft) -> None:
    """Storeys have other names and GlobalIds."""
    for key, one in draft.storeys.items():
        draft.storeys[key] = replace(one, name=f"Floor {key}", global_id=f"floor{key}")


def names_exchanged(draft: Draft) -> None:
    """Rooms are renumbered: each has the name of the next one."""
    rooms = list(draft.spaces.values())
    for one, other in zip(rooms, rooms[1:] + rooms[:1], strict=True):
        draft.spaces[one.key] = replace(one, name=other.name)


def tags_exchanged(draft: Draft) -> None:
    """Equipment has the tag and name of the next one of its list."""
    pieces = list(draft.equipment.values())
    for one, other in zip(pieces, pieces[1:] + pieces[:1], strict=True):
        draft.equipment[one.key] = replace(one, name=other.name, tag=other.tag)


def global_ids_exchanged(draft: Draft) -> None:
    """A tool counts its ids anew: each thing has that of the next one."""
    for things in _everything(draft):
        several = list(things.values())
        for one, other in zip(several, several[1:] + several[:1], strict=True):
            things[one.key] = replace(one, global_id=other.global_id)


def global_ids_broken(draft: Draft) -> None:
    """A third have no GlobalId, a third share one."""
    for things in _everything(draft):
        for number, (key, one) in enumerate(things.items()):
            if number % 3 < 2:
                things[key] = replace(one, global_id=None if number % 3 else "0000000000000000000000")


def rooms_moved(draft: Draft) -> None:
    """Some rooms stand some metres away from where they stood."""
    for one in draft.some():
        shape = shapely.geometry.shape(one.footprint)
        x, y = draft.random.uniform(2, 12), draft.random.uniform(-12, -2)
        draft.spaces[one.key] = draft.shape(one, shapely.affinity.translate(shape, x, y))


def rooms_exchanged(draft: Draft) -> None:
    """Two rooms take each other's place, whatever their sizes."""
    chosen = draft.some(2)
    if len(chosen) == 2:
        one, other = chosen
        for a, b in ((one, other), (other, one)):
            draft.spaces[a.key] = replace(
                a, footprint=b.footprint, label_point=b.label_point, storey=b.storey, floor_m=b.floor_m,
                footprint_area_m2=b.footprint_area_m2, area_m2=b.area_m2,
            )  # fmt: skip


def rooms_split(draft: Draft) -> None:
    """Some rooms become two; one part keeps the name and the GlobalId."""
    for one in draft.some():
        shape = shapely.geometry.shape(one.footprint)
        left, bottom, right, top = shape.bounds
        at = left + (right - left) * draft.random.uniform(0.3, 0.7)
        parts = [shape & shapely.box(left, bottom, at, top), shape & shapely.box(at, bottom, right, top)]
        if min(part.area for part in parts) < 0.15 * shape.area:
            continue
        key = draft.new_key()
        draft.spaces[one.key] = draft.shape(one, parts[0])
        draft.spaces[key] = replace(
            draft.shape(one, parts[1]), key=key, name=f"{one.name} b", global_id=f"part{key}"
        )
        draft.changed |= {("space", one.key), ("space", key)}


def rooms_merged(draft: Draft) -> None:
    """Some rooms and the neighbour nearest to each become one, which keeps the name of the first."""
    for one in draft.some():
        if one.key not in draft.spaces:
            continue
        shape = shapely.geometry.shape(one.footprint)
        others = [
            other for other in draft.spaces.values()
            if other.key != one.key and other.footprint and other.floor_m == one.floor_m
            and 0.2 < (other.footprint_area_m2 or 0) / shape.area < 5
            and shapely.geometry.shape(other.footprint).distance(shape) < 0.5
            and ("space", other.key) not in draft.changed
        ]  # fmt: skip
        if others and ("space", one.key) not in draft.changed:
            other = draft.random.choice(others)
            both = shape.union(shapely.geometry.shape(other.footprint)).buffer(0.3).buffer(-0.3)
            del draft.spaces[other.key]
            draft.spaces[one.key] = draft.shape(one, both)
            draft.changed |= {("space", one.key), ("space", other.key)}


def rooms_deleted(draft: Draft) -> None:
    """Some rooms are no more."""
    for one in draft.some():
        del draft.spaces[one.key]


def rooms_added(draft: Draft) -> None:
    """Some rooms are new, beside the building."""
    for one in draft.some():
        key = draft.new_key()
        moved = shapely.affinity.translate(shapely.geometry.shape(one.footprint), 0, 200)
        draft.spaces[key] = replace(
            draft.shape(one, moved), key=key, name=f"Added {key}", global_id=f"added{key}"
        )


def equipment_moved(draft: Draft) -> None:
    """Some equipment stands elsewhere."""
    for key, one in list(draft.equipment.items()):
        if one.position and draft.random.random() < 0.1:
            x, y, z = one.position
            draft.equipment[key] = replace(one, position=(x + 1.7, y - 2.3, z))


def equipment_moved_up(draft: Draft) -> None:
    """Each piece stands where the next one of its kind stood; the last one goes on by the same step."""
    by_kind: dict[str, list[Equipment]] = {}
    for one in draft.equipment.values():
        if one.position:
            by_kind.setdefault(one.kind, []).append(one)
    for several in by_kind.values():
        several.sort(key=lambda one: one.position or (0, 0, 0))
        for one, other in itertools.pairwise(several):
            draft.equipment[one.key] = replace(one, position=other.position)
        x, y, z = several[-1].position or (0, 0, 0)
        draft.equipment[several[-1].key] = replace(several[-1], position=(x + 2.0, y, z))


def turned(angle_deg: float, x: float, y: float, z: float) -> Change:
    """The whole model is turned about its origin and moved."""
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))

    def move(draft: Draft) -> None:
        def flat(points: Any) -> Any:
            return points @ np.array([[cos, sin], [-sin, cos]]) + [x, y]

        for key, one in draft.spaces.items():
            floor_m = None if one.floor_m is None else one.floor_m + z
            if one.footprint:
                shape = shapely.transform(shapely.geometry.shape(one.footprint), flat)
                one = replace(one, footprint=geojson(shape))
            draft.spaces[key] = replace(one, floor_m=floor_m)
        for key, piece in draft.equipment.items():
            if piece.position:
                (a, b), c = flat(np.array(piece.position[:2])), piece.position[2] + z
                draft.equipment[key] = replace(piece, position=(float(a), float(b), c))
        for key, storey in draft.storeys.items():
            if storey.elevation_m is not None:
                draft.storeys[key] = replace(storey, elevation_m=storey.elevation_m + z)

    return move


def outlines_lost(draft: Draft) -> None:
    """A handover export: data alone."""
    for key, one in draft.spaces.items():
        draft.spaces[key] = replace(one, footprint=None, label_point=None, floor_m=None)


CHANGES: Mapping[str, tuple[Change, ...]] = {
    "nothing": (),
    "GlobalIds": (new_global_ids,),
    "names and tags": (new_labels,),
    "GlobalIds, names and tags": (new_global_ids, new_labels),
    "GlobalIds exchanged": (global_ids_exchanged,),
    "GlobalIds missing and shared": (global_ids_broken,),
    "names exchanged": (names_exchanged, tags_exchanged),
    "names exchanged, new GlobalIds": (names_exchanged, tags_exchanged, new_global_ids),
    "storeys renamed": (storeys_renamed,),
    "rooms moved": (rooms_moved,),
    "rooms moved, new GlobalIds": (rooms_moved, new_global_ids),
    "rooms moved, all labels new": (rooms_moved, new_global_ids, new_labels),
    "rooms exchanged": (rooms_exchanged,),
    "rooms exchanged, new GlobalIds": (rooms_exchanged, new_global_ids),
    "rooms split": (rooms_split,),
    "rooms split, new GlobalIds": (rooms_split, new_global_ids),
    "rooms split, all labels new": (rooms_split, new_global_ids, new_labels),
    "rooms merged": (rooms_merged,),
    "rooms merged, new GlobalIds": (rooms_merged, new_global_ids),
    "rooms merged, all labels new": (rooms_merged, new_global_ids, new_labels),
    "rooms deleted and added": (rooms_deleted, rooms_added),
    "rooms deleted and added, new GlobalIds": (rooms_deleted, rooms_added, new_global_ids),
    "rooms deleted and added, all labels new": (rooms_deleted, rooms_added, new_global_ids, new_labels),
    "equipment moved": (equipment_moved,),
    "equipment moved, new GlobalIds": (equipment_moved, new_global_ids),
    "equipment moved, all labels new": (equipment_moved, new_global_ids, new_labels),
    "equipment moved up, all labels new": (equipment_moved_up, new_global_ids, new_labels),
    "moved origin": (turned(0, 250.0, -80.0, 31.5),),
    "moved origin, new GlobalIds": (turned(0, 250.0, -80.0, 31.5), new_global_ids),
    "moved origin, all labels new": (turned(0, 250.0, -80.0, 31.5), new_global_ids, new_labels),
    "moved origin by a room, all labels new": (turned(0, 4.0, 0.0, 0.0), new_global_ids, new_labels),
    "moved origin by a storey, all labels new": (turned(0, 0.0, 0.0, 3.2), new_global_ids, new_labels),
    "turned by 37°": (turned(37.0, 12.0, 5.0, 0.0),),
    "turned by 37°, new GlobalIds": (turned(37.0, 12.0, 5.0, 0.0), new_global_ids),
    "outlines lost": (outlines_lost,),
    "outlines lost, new GlobalIds": (outlines_lost, new_global_ids),
    "all at once": (
        rooms_moved, rooms_split, rooms_merged, rooms_deleted, rooms_added, equipment_moved,
        storeys_renamed, turned(0, 3.0, 4.0, 0.5),
    ),
    "all at once, new GlobalIds": (
        rooms_moved, rooms_split, rooms_merged, rooms_deleted, rooms_added, equipment_moved, new_global_ids,
    ),
    "all at once, all labels new": (
        rooms_moved, rooms_split, rooms_merged, rooms_deleted, rooms_added, equipment_moved,
        new_global_ids, new_labels,
    ),
}  # fmt: skip


def office(*, rooms: int = 12, storeys: int = 3) -> Model:
    """Storeys all alike: a row of equal rooms on either side of a corridor, lamps in rows, outlets."""
    draft_storeys, spaces, equipment = [], [], []
    for level in range(storeys):
        storey = level + 1
        height = 3.2 * level
        draft_storeys.append(
            Storey(
                key=storey, name=f"Level {level}", global_id=f"s{level}", elevation_m=height, base_m=height
            )
        )
        for side, y in ((0, 0.0), (1, 7.0)):
            for place in range(rooms // 2):
                key = 100 + 100 * level + side * 50 + place
                number = f"{level}.{side * (rooms // 2) + place + 1:02}"
                spaces.append(
                    _room(key, number, storey, shapely.box(4.0 * place, y, 4.0 * place + 3.9, y + 5), height)
                )
                equipment += _lamps(key, number, storey, 4.0 * place, y, height)
        key = 100 + 100 * level + 99
        corridor = shapely.box(0, 5.1, 2.0 * rooms, 6.9)
        spaces.append(_room(key, f"{level}.00", storey, corridor, height))
    return Model(
        sha256="office", schema="IFC4", length_unit="METRE", length_unit_m=1.0, project="Office", sites=(),
        buildings=(), storeys=tuple(draft_storeys), spaces=tuple(spaces), elements=(_wall(),), doors=(),
        equipment=tuple(equipment), systems=(), links=(),
        georeference=Georeference(source="none", confidence="none"), warnings=(),
    )  # fmt: skip


def _wall() -> Element:
    return Element(storey=1, kind="wall", outline=_outline(shapely.box(0, -0.3, 24, 0)))


def _outline(shape: BaseGeometry) -> GeoJson:
    return geojson(shape)


def _room(key: int, number: str, storey: int, shape: BaseGeometry, height: float) -> Space:
    return Space(
        key=key, name=number, long_name="Office", global_id=f"room-{number}", storey=storey,
        footprint=_outline(shape), label_point=(shape.centroid.x, shape.centroid.y),
        footprint_area_m2=shape.area, area_m2=shape.area, area_source="footprint", height_m=2.8,
        floor_m=height, use="OFFICE", zones=(), properties={"Pset": {"Reference": "Office"}},
    )  # fmt: skip


def _lamps(room: int, number: str, storey: int, x: float, y: float, height: float) -> list[Equipment]:
    return [
        Equipment(
            key=10_000 + room * 10 + place, name=f"Lamp {number}/{place}", global_id=f"lamp-{number}-{place}",
            kind="LightFixture", predefined_type=None, tag=f"L{number}{place}", storey=storey, space=room,
            position=(x + 0.8 + 1.2 * place, y + 2.5, height + 2.7), serves=(), properties={},
        )
        for place in range(3)
    ]  # fmt: skip
