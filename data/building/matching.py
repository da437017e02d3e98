"""A new version of a building's model matched to what is known of it, thing by thing.

GlobalIds change with the tool and with its settings, tags and names with the people, outlines with the
building. Each is a piece of evidence; none is enough alone, except where all else of the two models shows
that nothing moved. What is sure is bound. What is doubtful is for a person: nothing is bound silently.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from data.building import matching_equipment, matching_rooms, matching_storeys
from data.building.alignment import Alignment, Frame, align, rooms
from data.building.evidence import Pair, Weighed
from data.building.known import THINGS, Known, Thing, of_model
from data.building.model import Model

_Settled = tuple[dict[int, Weighed], dict[int, list[Weighed]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """An old thing that may be one of several new ones, or none."""

    thing: Thing
    old: int  # id
    candidates: tuple[Pair, ...]  # the likeliest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """What became of every known thing, and what is new."""

    sure: tuple[Pair, ...]
    doubtful: tuple[Doubt, ...]
    gone: tuple[tuple[Thing, int], ...]  # ids of which the new model has nothing
    new: tuple[tuple[Thing, int], ...]  # keys of which nothing was known; candidates of doubts too
    frame: Frame  # where the current version's axes lie in the new one's

    def bound(self, thing: Thing) -> dict[int, int]:
        """The old id of each new key that is sure."""
        return {pair.new: pair.old for pair in self.sure if pair.thing == thing}


def match(old: Known, new: Model) -> Matching:
    """Match a new version of a model to what is known.

    What earlier versions had and the current one has not is looked at last, and only comes back when it
    is sure: it was asked about when it went.

    Args:
        old: Everything the store has of the building.
        new: What was read.

    Returns:
        Each new thing in at most one sure pair, and each old one in a sure pair, a doubt or gone.
    """
    after = of_model(new)
    current = old.part(gone=False)
    alignment = align(current, after)
    first = _match(current, after, alignment)
    found = {thing: {pair.new for pair in _sure(first, thing)} for thing in THINGS}
    gone, rest = old.part(gone=True), after.without(found)
    returned = _match(gone, rest, align(gone, rest))
    asked = {
        thing: {key for one in first[thing][1].values() for pair in one for key in (pair.new,)}
        for thing in THINGS
    }
    pairs = [pair for thing in THINGS for pair in _sure(first, thing)]
    pairs += [pair for thing in THINGS for pair in _sure(returned, thing) if pair.new not in asked[thing]]
    return _told(pairs, first, current, after, alignment.frame)


def _match(old: Known, new: Known, alignment: Alignment) -> dict[Thing, _Settled]:
    before, after = rooms(old.spaces, old.storeys), rooms(new.spaces, new.storeys)
    spaces = matching_rooms.match(before, after, alignment)
    known_again = {one.old: one.new for one in spaces[0].values()}
    votes = matching_storeys.votes(before, after, known_again)
    return {
        "storey": matching_storeys.match(old.storeys, new.storeys, alignment, votes),
        "space": spaces,
        "equipment": matching_equipment.match(old.equipment, new.equipment, alignment, known_again),
    }


def _sure(settled: Mapping[Thing, _Settled], thing: Thing) -> list[Pair]:
    return [one.pair(thing) for one in settled[thing][0].values()]


def _told(
    pairs: list[Pair], settled: Mapping[Thing, _Settled], old: Known, new: Known, frame: Frame
) -> Matching:
    doubts = [
        Doubt(thing=thing, old=one, candidates=tuple(pair.pair(thing) for pair in several))
        for thing in THINGS
        for one, several in settled[thing][1].items()
    ]
    known = {(pair.thing, pair.old) for pair in pairs} | {(doubt.thing, doubt.old) for doubt in doubts}
    bound = {(pair.thing, pair.new) for pair in pairs}
    return Matching(
        sure=tuple(pairs),
        doubtful=tuple(doubts),
        gone=tuple(
            (thing, one) for thing in THINGS for one in old.names()[thing] if (thing, one) not in known
        ),
        new=tuple(
            (thing, one) for thing in THINGS for one in new.names()[thing] if (thing, one) not in bound
        ),
        frame=frame,
    )
