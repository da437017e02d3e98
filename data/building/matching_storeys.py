"""Which storey of a new model is which old one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from data.building import evidence
from data.building.alignment import Alignment, Room
from data.building.evidence import Link, Weighed, clearly_best, link, plain
from data.building.known import KnownStorey

_SAME_M = 0.3
_MOST = 0.8  # of the rooms of both storeys
_SEVERAL = 3


class Storeys:
    """The comparison of all storeys of two versions."""

    def __init__(
        self,
        old: Sequence[KnownStorey],
        new: Sequence[KnownStorey],
        alignment: Alignment,
        votes: Counter[tuple[int, int]],
    ) -> None:
        self._old = {one.id: one for one in old}
        self._new = {one.id: one for one in new}
        self._alignment, self._votes = alignment, votes
        self._global_id = link([(o.id, o.global_id) for o in old], [(n.id, n.global_id) for n in new])
        self._name = link([(o.id, plain(o.name)) for o in old], [(n.id, plain(n.name)) for n in new])
        self._level = self._by_level()
        self._rooms = self._by_rooms()

    def weigh(self) -> list[Weighed]:
        """Every pair for which anything speaks."""
        links = (self._global_id, self._name, self._level, self._rooms)
        pairs = {pair for one in links for pair in one.pairs.items()}
        return [self._weighed(old, new) for old, new in sorted(pairs)]

    def _by_level(self) -> Link:
        frame = self._alignment.frame
        apart = {
            (o.id, n.id): -abs(frame.height(o.elevation_m) - n.elevation_m)
            for o in self._old.values()
            for n in self._new.values()
            if o.elevation_m is not None and n.elevation_m is not None
        }
        return clearly_best({pair: one for pair, one in apart.items() if one >= -_SAME_M}, ahead=_SAME_M / 3)

    def _by_rooms(self) -> Link:
        """What most of the rooms of both storeys, as far as they are known again, say."""
        of_old, of_new = Counter[int](), Counter[int]()
        for (old, new), count in self._votes.items():
            of_old[old] += count
            of_new[new] += count
        return Link.of(
            {
                old: new
                for (old, new), count in self._votes.items()
                if count >= _MOST * of_old[old] and count >= _MOST * of_new[new]
            }
        )

    def _weighed(self, old: int, new: int) -> Weighed:
        pair = Weighed(old, new)
        for found, points, words in (
            (self._global_id, 4.0, "GlobalId"),
            (self._name, 2.0, "name"),
            (self._level, 2.0, "elevation"),
            (self._rooms, 3.0, "rooms"),
        ):
            if found.joins(old, new):
                pair.speaks(points, f"same {words}")
            elif found.parts(old, new):
                pair.contradicts(points / 2, f"by {words} one of the two is another storey")
        pair.sure = self._is_sure(pair)
        return pair

    def _is_sure(self, pair: Weighed) -> bool:
        old, new = pair.old, pair.new
        links = (self._global_id, self._name, self._level, self._rooms)
        agree = sum(one.joins(old, new) for one in links)
        against = sum(one.parts(old, new) for one in links)
        if against:  # a renamed storey still has its rooms and its identity
            return agree >= 3
        if self._rooms.joins(old, new) and self._votes[old, new] >= _SEVERAL:
            return True
        return agree >= 2 or (self._level.joins(old, new) and self._all_levels_stay())

    def _all_levels_stay(self) -> bool:
        everything = len(self._level.pairs) == len(self._old) == len(self._new)
        return everything and self._alignment.anchored


def match(
    old: Sequence[KnownStorey],
    new: Sequence[KnownStorey],
    alignment: Alignment,
    votes: Counter[tuple[int, int]],
) -> tuple[dict[int, Weighed], dict[int, list[Weighed]]]:
    """The sure pairs by old storey, and the candidates of every other one.

    Args:
        old: What was known.
        new: What the new model has.
        alignment: Of the two models.
        votes: How many rooms of an old storey are surely known again on a new one.
    """
    return evidence.settle(Storeys(old, new, alignment, votes).weigh())


def votes(old: Sequence[Room], new: Sequence[Room], spaces: Mapping[int, int]) -> Counter[tuple[int, int]]:
    """What the sure rooms (old id to new key) say of their storeys."""
    before = {room.known.id: room.known.storey for room in old}
    after = {room.known.id: room.known.storey for room in new}
    pairs = ((before[a], after[b]) for a, b in spaces.items())
    return Counter((one, other) for one, other in pairs if one is not None and other is not None)
