"""Which piece of equipment of a new model is which old one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import shapely

from data.building import evidence
from data.building.alignment import Alignment
from data.building.evidence import Link, Weighed, clearly_best, link, plain
from data.building.known import KnownEquipment

_AT_M = 0.1  # what stands so close is in the same place
_NEAR_M = 0.5  # moved a little
_ALONE = 3.0  # the next of its kind is farther by this factor
_APART_M = 0.03


class Equipment:
    """The comparison of all equipment of two versions."""

    def __init__(
        self,
        old: Sequence[KnownEquipment],
        new: Sequence[KnownEquipment],
        alignment: Alignment,
        spaces: Mapping[int, int],
    ) -> None:
        self._old = {one.id: one for one in old}
        self._new = {one.id: one for one in new}
        self._alignment, self._spaces = alignment, spaces
        self._global_id = link([(o.id, o.global_id) for o in old], [(n.id, n.global_id) for n in new])
        self._tag = link([(o.id, _tag(o)) for o in old], [(n.id, _tag(n)) for n in new])
        self._name = link([(o.id, plain(o.name)) for o in old], [(n.id, plain(n.name)) for n in new])
        self._distances = self._near()
        self._place = self._by_place()
        self._moved = self._kinds_that_moved()

    def weigh(self) -> list[Weighed]:
        """Every pair for which anything speaks."""
        links = (self._global_id, self._tag, self._name, self._place)
        pairs = {pair for one in links for pair in one.pairs.items()} | self._distances.keys()
        return [self._weighed(old, new) for old, new in sorted(pairs)]

    def _near(self) -> dict[tuple[int, int], float]:
        """The distance [m] of each old and new piece of one kind that stand near each other."""
        found = {}
        before, after = _by_kind(self._old.values()), _by_kind(self._new.values())
        for kind in before.keys() & after.keys():
            at = self._alignment.frame.points(np.array([one.position for one in before[kind]]))
            to = np.array([one.position for one in after[kind]])
            tree = shapely.STRtree(shapely.points(to[:, :2]))
            first, second = tree.query(shapely.points(at[:, :2]), predicate="dwithin", distance=_NEAR_M)
            for i, j in zip(first.tolist(), second.tolist(), strict=True):
                distance = float(np.linalg.norm(at[i] - to[j]))
                if distance <= _NEAR_M:
                    found[before[kind][i].id, after[kind][j].id] = distance
        return found

    def _by_place(self) -> Link:
        """What alone of its kind stands where one of its kind stood."""
        nearest_of_old, nearest_of_new = _two_nearest(self._distances, 0), _two_nearest(self._distances, 1)
        alone = {
            pair: -distance
            for pair, distance in self._distances.items()
            if distance <= _AT_M
            and all(
                near[pair[side]][1] > _ALONE * distance + _APART_M
                for side, near in ((0, nearest_of_old), (1, nearest_of_new))
            )
        }
        return clearly_best(alone, ahead=_APART_M)

    def _kinds_that_moved(self) -> set[str | None]:
        """Kinds of which some left and some came: a whole row of them may have moved up by one."""
        links = (self._global_id, self._tag, self._place)
        left = {one.kind for one in self._old.values() if all(one.id not in link.pairs for link in links)}
        came = {one.kind for one in self._new.values() if all(one.id not in link.backward for link in links)}
        return left & came

    def _weighed(self, old: int, new: int) -> Weighed:
        pair = Weighed(old, new)
        for found, points, word in ((self._global_id, 4, "GlobalId"), (self._tag, 2.5, "tag")):
            if found.joins(old, new):
                pair.speaks(points, f"same {word}")
            elif found.parts(old, new):
                pair.contradicts(points / 2, f"by {word} one of the two is another one")
        self._weigh_rest(pair)
        pair.sure = self._is_sure(pair)
        return pair

    def _weigh_rest(self, pair: Weighed) -> None:
        before, after = self._old[pair.old], self._new[pair.new]
        if before.kind == after.kind:
            pair.speaks(0.25, "same type")
        else:
            pair.contradicts(2, "another type")
        if self._name.joins(pair.old, pair.new):
            pair.speaks(1.5, "same name")
        elif plain(before.name) == plain(after.name):
            pair.speaks(0.25, "same name, as others have")
        if self._same_room(before, after):
            pair.speaks(0.5, "in the same room")
        elif before.space in self._spaces:
            pair.contradicts(0.5, "in another room")
        distance = self._distances.get((pair.old, pair.new))
        if distance is not None:
            pair.speaks(2.5 if distance <= _AT_M else 1, f"{distance:.2f} m from where it was")
        elif self._place.parts(pair.old, pair.new):
            pair.contradicts(2, "another one of its type stands in its place")
        if before.fingerprint and before.fingerprint == after.fingerprint:
            pair.speaks(0.25, "same properties")

    def _is_sure(self, pair: Weighed) -> bool:
        old, new = pair.old, pair.new
        before, after = self._old[old], self._new[new]
        if before.kind != after.kind or self._global_id.parts(old, new) or self._place.parts(old, new):
            return False
        near = (old, new) in self._distances
        placed = near or self._same_room(before, after)
        if self._tag.parts(old, new):
            return self._global_id.joins(old, new) and near
        labelled = self._tag.joins(old, new) or self._name.joins(old, new)
        if self._global_id.joins(old, new):
            return labelled or placed
        if self._tag.joins(old, new):
            return placed
        if self._name.parts(old, new):
            return False
        if self._name.joins(old, new):
            return near
        return self._is_sure_by_place(before, after)

    def _is_sure_by_place(self, before: KnownEquipment, after: KnownEquipment) -> bool:
        """Whether the place alone will do: all of its kind stand where they stood."""
        return (
            self._alignment.anchored
            and self._place.joins(before.id, after.id)
            and before.kind not in self._moved
        )

    def _same_room(self, before: KnownEquipment, after: KnownEquipment) -> bool:
        return before.space is not None and self._spaces.get(before.space) == after.space


def match(
    old: Sequence[KnownEquipment],
    new: Sequence[KnownEquipment],
    alignment: Alignment,
    spaces: Mapping[int, int],
) -> tuple[dict[int, Weighed], dict[int, list[Weighed]]]:
    """The sure pairs by old piece, and the candidates of every other one.

    Args:
        old: What was known.
        new: What the new model has.
        alignment: Of the two models.
        spaces: The new room of each old one that is sure.
    """
    return evidence.settle(Equipment(old, new, alignment, spaces).weigh())


def _tag(one: KnownEquipment) -> str | None:
    """A tag together with the kind: tools count each kind from one."""
    tag = plain(one.tag)
    return f"{one.kind} {tag}" if tag else None


def _by_kind(equipment: Iterable[KnownEquipment]) -> dict[str | None, list[KnownEquipment]]:
    found = defaultdict(list)
    for one in equipment:
        if one.position is not None:
            found[one.kind].append(one)
    return found


def _two_nearest(distances: Mapping[tuple[int, int], float], side: int) -> dict[int, list[float]]:
    found: dict[int, list[float]] = defaultdict(list)
    for pair, distance in distances.items():
        found[pair[side]].append(distance)
    return {key: [*sorted(several), float("inf")][:2] for key, several in found.items()}
