"""Where the old model's axes lie in the new one's: an origin that was moved, a building that was turned."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from data.building.evidence import Link, link, plain
from data.building.known import Known, KnownEquipment, KnownSpace, KnownStorey

LEVEL_M = 0.75  # floors that differ by more are on different levels
_SAME_M = 0.3  # what identities join agrees with a frame when it lies this close
_MUCH_AREA = 0.6  # of the rooms of both models coincides at least, where identities say nothing
_AHEAD = 0.1  # by so much more than in any other place: a row of equal rooms fits nearly as well one on
_MOST, _SEVERAL = 0.8, 5  # of the identities that can be compared
_ALIKE = 0.05  # rooms whose areas differ by less could be one
_ELSEWHERE = 40  # other places that are tried
_TRIED = 40  # pairs among which an origin and an angle are looked for
_UNMOVED_AHEAD = 0.005

_Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frame:
    """A turn about the vertical and a shift, from the old model's axes into the new one's."""

    angle: float = 0.0  # anticlockwise [rad]
    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)  # after the turn [m]

    def points(self, old: _Points) -> _Points:
        """Points (n, 3) in the new axes."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        turned = old[:, :2] @ np.array([[cos, sin], [-sin, cos]])
        return np.column_stack([turned, old[:, 2]]) + self.shift

    def shape(self, old: BaseGeometry) -> BaseGeometry:
        """An outline in the new axes."""
        if self == Frame():
            return old
        return shapely.transform(
            old, lambda flat: self.points(np.column_stack([flat, np.zeros(len(flat))]))[:, :2]
        )

    def height(self, old_m: float) -> float:
        """A height in the new axes."""
        return old_m + self.shift[2]


@dataclass(frozen=True, slots=True)
class Alignment:
    """The frame that fits best, and whether it is certain enough to know things by their place alone."""

    frame: Frame
    anchored: bool


@dataclass(frozen=True, slots=True)
class Room:
    """A room with its shape and its level."""

    known: KnownSpace
    shape: BaseGeometry | None
    level_m: float | None  # its floor, else the elevation of its storey


def rooms(spaces: Iterable[KnownSpace], storeys: Iterable[KnownStorey]) -> list[Room]:
    """Rooms with their shapes and levels."""
    elevations = {one.id: one.elevation_m for one in storeys}
    return [
        Room(one, _shape(one), one.floor_m if one.floor_m is not None else elevations.get(one.storey or -1))
        for one in spaces
    ]


def _shape(space: KnownSpace) -> BaseGeometry | None:
    if space.footprint is None:
        return None
    shape = shapely.geometry.shape(space.footprint)
    return shape if shape.is_valid else shapely.make_valid(shape)


def overlaps(old: Sequence[Room], new: Sequence[Room], frame: Frame) -> dict[tuple[int, int], float]:
    """The area [m²] that an old and a new room on one level share, by their ids."""
    drawn = [(room, frame.shape(room.shape)) for room in old if room.shape is not None]
    other = [room for room in new if room.shape is not None]
    if not drawn or not other:
        return {}
    tree = shapely.STRtree([room.shape for room in other])
    first, second = tree.query([shape for _, shape in drawn], predicate="intersects")
    shared = {}
    for i, j in zip(first.tolist(), second.tolist(), strict=True):
        (before, shape), after = drawn[i], other[j]
        if same_level(before.level_m, after.level_m, frame):
            area = float(shapely.intersection(shape, after.shape).area)
            if area > 0:
                shared[before.known.id, after.known.id] = area
    return shared


def same_level(old_m: float | None, new_m: float | None, frame: Frame) -> bool:
    """Whether two heights are one level; what states none may be on any."""
    return old_m is None or new_m is None or abs(frame.height(old_m) - new_m) <= LEVEL_M


def align(old: Known, new: Known) -> Alignment:
    """The frame in which most of both models coincides; unmoved unless another is better.

    Frames are fitted to things that a GlobalId, or else a name, takes for one another. Where these do not
    say enough, the plan has to lie in one place clearly better than in any other.
    """
    before, after = rooms(old.spaces, old.storeys), rooms(new.spaces, new.storeys)
    identities = _identities(old, new, before, after)
    frames = [Frame(), *(frame for pairs in identities if (frame := _fit(*pairs)) is not None)]
    fits = [_fitting(frame, before, after, old, new) for frame in frames]
    fits[0] += _UNMOVED_AHEAD
    fit = max(fits)
    frame = frames[fits.index(fit)]
    if any(_agreeing(frame, *pairs) for pairs in identities):
        return Alignment(frame, True)
    others = [(_fitting(one, before, after, old, new), one) for one in _elsewhere(before, after, frame)]
    best, other = max(others, default=(0.0, frame), key=lambda one: one[0])
    if best > fit:
        return Alignment(other, False)
    return Alignment(frame, fit >= _MUCH_AREA and fit - best >= _AHEAD)


def _elsewhere(before: Sequence[Room], after: Sequence[Room], frame: Frame) -> list[Frame]:
    """Other places where a few rooms, those that fewest are like, would lie on rooms of their size."""
    new = [(room, room.shape.area, _centre(room)) for room in after if room.shape is not None]
    choices = []
    for room in before:
        if room.shape is not None:
            area = room.shape.area
            choices.append((room, [at for _, other, at in new if abs(other - area) <= _ALIKE * area]))
    choices.sort(key=lambda one: (len(one[1]) == 0, len(one[1])))
    found: dict[tuple[int, ...], Frame] = {}
    for room, places in choices:
        here = frame.points(np.array([_centre(room)]))[0]
        for at in places:
            step = np.array(at) - here
            if np.linalg.norm(step) > LEVEL_M and len(found) < _ELSEWHERE:
                moved = Frame(frame.angle, _triple(np.array(frame.shift) + step))
                found.setdefault(tuple(np.round(step).astype(int).tolist()), moved)
    return list(found.values())


def _agreeing(frame: Frame, old: _Points, new: _Points) -> bool:
    if len(old) < _SEVERAL:
        return False
    return float((_apart(frame, old, new) <= _SAME_M).mean()) >= _MOST


def _apart(frame: Frame, old: _Points, new: _Points) -> _Points:
    return np.asarray(np.linalg.norm(frame.points(old) - new, axis=1))


def _identities(
    old: Known, new: Known, before: Sequence[Room], after: Sequence[Room]
) -> list[tuple[_Points, _Points]]:
    """Places of what a GlobalId takes for one another, and of what a name does."""
    found = []
    for attribute in ("global_id", "name"):
        spaces = _link(old.spaces, new.spaces, attribute)
        equipment = _link(old.equipment, new.equipment, attribute)
        at, to = _centres(before), _centres(after)
        joined = [(at[a], to[b]) for a, b in spaces.pairs.items() if a in at and b in to]
        at, to = _positions(old.equipment), _positions(new.equipment)
        joined += [(at[a], to[b]) for a, b in equipment.pairs.items() if a in at and b in to]
        if joined:
            points = np.array(joined, dtype=np.float64)
            found.append((points[:, 0], points[:, 1]))
    return found


def _link(
    old: Sequence[KnownSpace | KnownEquipment], new: Sequence[KnownSpace | KnownEquipment], attribute: str
) -> Link:
    return link(
        [(one.id, plain(getattr(one, attribute)) if attribute == "name" else one.global_id) for one in old],
        [(one.id, plain(getattr(one, attribute)) if attribute == "name" else one.global_id) for one in new],
    )


def _centres(several: Iterable[Room]) -> dict[int, tuple[float, float, float]]:
    return {room.known.id: _centre(room) for room in several if room.shape is not None}


def _centre(room: Room) -> tuple[float, float, float]:
    assert room.shape is not None  # asked only of those that have one
    return room.shape.centroid.x, room.shape.centroid.y, room.level_m or 0.0


def _positions(equipment: Iterable[KnownEquipment]) -> dict[int, tuple[float, float, float]]:
    return {one.id: one.position for one in equipment if one.position is not None}


def _fit(old: _Points, new: _Points) -> Frame | None:
    """The frame that most of the pairs agree with, refined by these; None: they agree on none."""
    chosen = np.unique(np.linspace(0, len(old) - 1, _TRIED).astype(int))
    tried = (_through(old[[a, b]], new[[a, b]]) for a, b in itertools.combinations(chosen, 2))
    shifted = (Frame(0.0, _triple(new[a] - old[a])) for a in chosen)
    best, agreeing = None, np.zeros(len(old), dtype=bool)
    for frame in (*shifted, *tried):
        if frame is None:
            continue
        near = _apart(frame, old, new) <= _SAME_M
        if near.sum() > agreeing.sum():
            best, agreeing = frame, near
    if best is None or agreeing.sum() < min(3, len(old)) or agreeing.mean() <= 0.5:
        return None
    return _refined(best, old[agreeing], new[agreeing])


def _through(old: _Points, new: _Points) -> Frame | None:
    """The frame that two pairs fix; None: they are too close together, or not as far apart as before."""
    (ax, ay), (bx, by) = (old[1] - old[0])[:2], (new[1] - new[0])[:2]
    length = math.hypot(ax, ay)
    if length < 1.0 or abs(length - math.hypot(bx, by)) > _SAME_M:
        return None
    angle = math.atan2(by, bx) - math.atan2(ay, ax)
    return Frame(angle, _triple(new[0] - Frame(angle).points(old[:1])[0]))


def _refined(frame: Frame, old: _Points, new: _Points) -> Frame:
    """The least squares of the pairs that agree; without a turn when none is needed."""
    unturned = Frame(0.0, _triple((new - old).mean(axis=0)))
    if (_apart(unturned, old, new) <= 0.01).all() or len(old) < 2:
        return unturned
    a, b = (old - old.mean(axis=0))[:, :2], (new - new.mean(axis=0))[:, :2]
    cross = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum())
    angle = math.atan2(cross, float((a * b).sum())) if len(old) > 2 else frame.angle
    return Frame(angle, _triple((new - Frame(angle).points(old)).mean(axis=0)))


def _triple(vector: _Points) -> tuple[float, float, float]:
    return float(vector[0]), float(vector[1]), float(vector[2])


def _fitting(frame: Frame, before: Sequence[Room], after: Sequence[Room], old: Known, new: Known) -> float:
    """How much of both models coincides in a frame, from 0 to 1: rooms by area, equipment by place."""
    stand = _coinciding(frame, _positions(old.equipment), _positions(new.equipment))
    area = sum(room.shape.area for room in (*before, *after) if room.shape is not None)
    if not area:
        return stand or 0.0
    shared = sum(overlaps(before, after, frame).values())
    lie = float(shared / max(area - shared, shared))
    if stand is None:
        return lie
    # By their numbers: some models are of one room and a hundred outlets.
    return (lie * len(before) + stand * len(old.equipment)) / (len(before) + len(old.equipment))


def _coinciding(
    frame: Frame, old: Mapping[int, Sequence[float]], new: Mapping[int, Sequence[float]]
) -> float | None:
    if not old or not new:
        return None
    at = {tuple(np.round(point, 1)) for point in frame.points(np.array(list(old.values())))}
    to = {tuple(np.round(point, 1)) for point in np.array(list(new.values()))}
    return len(at & to) / len(at | to)
