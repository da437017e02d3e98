"""Which room of a new model is which old one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import shapely
import shapely.affinity
from shapely.geometry.base import BaseGeometry

from data.building import evidence
from data.building.alignment import Alignment, Room, overlaps, same_level
from data.building.evidence import Link, Weighed, clearly_best, link, plain

_SAME, _LIKE, _HALF = 0.9, 0.8, 0.5  # shares of two outlines together
_CLEARLY = 0.2
_INSIDE = 0.6  # of a room that lies in another: it was a part of it, or became one
_PART = 0.1  # of the other; a smaller part divides nothing
_WHOLE = 0.88  # of the other: then it is the room itself, not a part
_AREA = 0.02  # areas that differ by less are one
_SIZE = 0.75  # a room that shrank to less, or grew as much, is another or a part
_ALIKE = 0.05  # a vacated room of about this size could be the one that is now elsewhere
_SAME_SHAPE_M = 0.05
_VACATED = 0.5  # of a room that no new one covers


@dataclass(frozen=True, slots=True)
class Overlap:
    """How two outlines lie on each other."""

    both: float  # share of what either covers that both cover
    of_old: float  # share of the old one
    of_new: float


@dataclass(frozen=True, slots=True)
class Links:
    """Each kind of evidence on its own."""

    global_id: Link
    name: Link
    outline: Link


class Rooms:
    """The comparison of all rooms of two versions."""

    def __init__(self, old: Sequence[Room], new: Sequence[Room], alignment: Alignment) -> None:
        self._old = {room.known.id: room for room in old}
        self._new = {room.known.id: room for room in new}
        self._frame, self._anchored = alignment.frame, alignment.anchored
        self._overlaps = self._compare()
        self._links = Links(self._by_global_id(), self._by_name(), self._by_outline())
        self._parts = self._divided()
        self._joined = self._united()
        self._vacated = self._vacated_areas()
        self._alike = self._alike_elsewhere()

    def weigh(self) -> list[Weighed]:
        """Every pair of rooms for which anything speaks."""
        links = self._links
        pairs = {pair for one in (links.global_id, links.name, links.outline) for pair in one.pairs.items()}
        pairs |= self._alike
        pairs |= {key for key, one in self._overlaps.items() if max(one.of_old, one.of_new) > _INSIDE / 2}
        return [self._weighed(old, new) for old, new in sorted(pairs)]

    def _compare(self) -> dict[tuple[int, int], Overlap]:
        shared = overlaps(list(self._old.values()), list(self._new.values()), self._frame)
        return {
            (old, new): self._overlap(area, _area(self._old[old]), _area(self._new[new]))
            for (old, new), area in shared.items()
        }

    @staticmethod
    def _overlap(shared: float, old: float, new: float) -> Overlap:
        return Overlap(shared / (old + new - shared), shared / old, shared / new)

    def _by_global_id(self) -> Link:
        return link(
            [(key, room.known.global_id) for key, room in self._old.items()],
            [(key, room.known.global_id) for key, room in self._new.items()],
        )

    def _by_name(self) -> Link:
        """By a name that is unique in the building."""
        return link(
            [(key, plain(room.known.name)) for key, room in self._old.items()],
            [(key, plain(room.known.name)) for key, room in self._new.items()],
        )

    def _by_outline(self) -> Link:
        return clearly_best(
            {key: one.both for key, one in self._overlaps.items() if one.both >= _HALF}, ahead=_CLEARLY
        )

    def _divided(self) -> Mapping[int, list[int]]:
        """The new rooms that an old one was divided into."""
        parts: dict[int, list[int]] = defaultdict(list)
        for (old, new), one in self._overlaps.items():
            if one.of_new >= _INSIDE and _PART <= one.of_old < _WHOLE:
                parts[old].append(new)
        return {old: several for old, several in parts.items() if len(several) > 1}

    def _united(self) -> Mapping[int, list[int]]:
        """The old rooms that became one new one."""
        parts: dict[int, list[int]] = defaultdict(list)
        for (old, new), one in self._overlaps.items():
            if one.of_old >= _INSIDE and _PART <= one.of_new < _WHOLE:
                parts[new].append(old)
        return {new: several for new, several in parts.items() if len(several) > 1}

    def _vacated_areas(self) -> list[tuple[int, float]]:
        """Old rooms, with their areas, where no new one lies: they may be anywhere now."""
        covered: dict[int, float] = defaultdict(float)
        for (old, _), one in self._overlaps.items():
            covered[old] += one.of_old
        return [
            (key, _area(room))
            for key, room in self._old.items()
            if room.shape is not None and covered[key] < 1 - _VACATED
        ]

    def _alike_elsewhere(self) -> set[tuple[int, int]]:
        """Old rooms where no new one lies, each with the new ones of its shape where no old one lay."""
        covered: dict[int, float] = defaultdict(float)
        for (_, new), one in self._overlaps.items():
            covered[new] += one.of_new
        free = [
            (key, room)
            for key, room in self._new.items()
            if room.shape is not None and covered[key] < 1 - _VACATED
        ]
        return {
            (old, new)
            for old, area in self._vacated
            for new, room in free
            if abs(_area(room) - area) <= _AREA * area
            and _is_of_one_shape(self._frame.shape(self._old[old].shape), room.shape)
        }

    def _weighed(self, old: int, new: int) -> Weighed:
        pair = Weighed(old, new)
        self._weigh_identity(pair)
        self._weigh_place(pair)
        self._weigh_words(pair)
        pair.sure = self._is_sure(pair)
        return pair

    def _weigh_identity(self, pair: Weighed) -> None:
        links, old, new = self._links, pair.old, pair.new
        if links.global_id.joins(old, new):
            pair.speaks(4, "same GlobalId")
        elif links.global_id.parts(old, new):
            pair.contradicts(3, "by GlobalId one of the two is another room")
        if links.name.joins(old, new):
            pair.speaks(2.5, "same name")
        elif links.name.parts(old, new):
            pair.contradicts(2, "by name one of the two is another room")
        elif self._same(old, new, "name"):
            pair.speaks(0.5, "same name, as other rooms have")
        else:
            pair.contradicts(0, "another name")

    def _weigh_place(self, pair: Weighed) -> None:
        overlap = self._overlaps.get((pair.old, pair.new))
        before, after = self._old[pair.old], self._new[pair.new]
        if overlap is not None:
            both = overlap.both
            points = 3 if both >= _SAME else 2.5 if both >= _LIKE else 1.5 if both >= _HALF else 0.75
            pair.speaks(points, f"outlines coincide by {both * 100:.0f} %")
            pair.part = overlap.of_old >= _INSIDE or (overlap.of_new >= _INSIDE and overlap.of_old >= _PART)
        elif (pair.old, pair.new) in self._alike:
            pair.speaks(0.75, "same shape, elsewhere")
        elif before.shape is not None and after.shape is not None:
            pair.contradicts(1, "the outlines do not touch")
        if self._links.outline.parts(pair.old, pair.new):
            pair.contradicts(2, "by its outline one of the two is another room")
        if self._resized(pair.old, pair.new):
            pair.contradicts(
                0.5, "much smaller than it was" if _area(after) < _area(before) else "much larger than it was"
            )
        if not same_level(before.level_m, after.level_m, self._frame):
            pair.contradicts(0.5, "on another level")
        if pair.old in self._parts:
            if overlap is not None and pair.new in self._parts[pair.old]:
                pair.share = overlap.of_old
            pair.contradicts(1, f"the room was divided into {len(self._parts[pair.old])}")
        if pair.new in self._joined:
            pair.contradicts(1, f"{len(self._joined[pair.new])} rooms became one")

    def _weigh_words(self, pair: Weighed) -> None:
        before, after = self._old[pair.old].known, self._new[pair.new].known
        long_name = plain(before.long_name)
        if long_name and long_name == plain(after.long_name) and long_name != plain(before.name):
            pair.speaks(0.5, "same long name")
        if before.fingerprint and before.fingerprint == after.fingerprint:
            pair.speaks(0.5, "same properties")
        if self._same_area(pair.old, pair.new):
            pair.speaks(0.25, "same area")

    def _is_sure(self, pair: Weighed) -> bool:
        old, new, links = pair.old, pair.new, self._links
        if old in self._parts or new in self._joined:
            return False
        if links.global_id.parts(old, new) or links.outline.parts(old, new) or self._resized(old, new):
            return False
        overlap = self._overlaps.get((old, new))
        both = overlap.both if overlap else 0.0
        if links.name.parts(old, new):  # renumbered, or two rooms exchanged
            return links.global_id.joins(old, new) and both >= _LIKE
        named, drawn = links.name.joins(old, new), self._drawn(old, new)
        if links.global_id.joins(old, new):
            if both >= _HALF or not drawn:
                return drawn or named or self._same_area(old, new)
            return named and self._kept_its_size(old, new)  # it moved
        if named:
            return both >= _HALF or (not drawn and self._told_the_same(old, new))
        return self._is_sure_by_place(old, new, both)

    def _is_sure_by_place(self, old: int, new: int, both: float) -> bool:
        """Whether the outline alone will do: the whole model lies still, and nothing of its size moved."""
        if not (self._anchored and both >= _SAME and self._links.outline.joins(old, new)):
            return False
        area = _area(self._new[new])
        return all(key == old or abs(vacant - area) > _ALIKE * area for key, vacant in self._vacated)

    def _resized(self, old: int, new: int) -> bool:
        before, after = _area(self._old[old]), _area(self._new[new])
        return self._drawn(old, new) and min(before, after) < _SIZE * max(before, after)

    def _kept_its_size(self, old: int, new: int) -> bool:
        before, after = _area(self._old[old]), _area(self._new[new])
        return abs(before - after) <= _ALIKE * before

    def _drawn(self, old: int, new: int) -> bool:
        return self._old[old].shape is not None and self._new[new].shape is not None

    def _told_the_same(self, old: int, new: int) -> bool:
        """Whether more than a name agrees of rooms without outlines."""
        before, after = self._old[old], self._new[new]
        return (
            self._same_area(old, new)
            and same_level(before.level_m, after.level_m, self._frame)
            and plain(before.known.long_name) == plain(after.known.long_name)
        )

    def _same_area(self, old: int, new: int) -> bool:
        before, after = self._old[old].known.area_m2, self._new[new].known.area_m2
        return bool(before and after and abs(before - after) <= _AREA * before)

    def _same(self, old: int, new: int, attribute: str) -> bool:
        before, after = self._old[old].known, self._new[new].known
        return plain(getattr(before, attribute)) == plain(getattr(after, attribute))


def match(
    old: Sequence[Room], new: Sequence[Room], alignment: Alignment
) -> tuple[dict[int, Weighed], dict[int, list[Weighed]]]:
    """The sure pairs by old room, and the candidates of every other old room."""
    return evidence.settle(Rooms(old, new, alignment).weigh())


def _is_of_one_shape(one: BaseGeometry, other: BaseGeometry) -> bool:
    (x, y), (to_x, to_y) = (one.centroid.coords[0], other.centroid.coords[0])
    moved = shapely.affinity.translate(one, to_x - x, to_y - y)
    return float(shapely.hausdorff_distance(moved, other)) <= _SAME_SHAPE_M


def _area(room: Room) -> float:
    return float(room.shape.area) if room.shape is not None else 0.0
