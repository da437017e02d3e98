"""What speaks for and against two things being one, and when that is enough.

A link joins an old thing and a new one by one kind of evidence, and only where that evidence is unique on
both sides: a name that two rooms bear links nothing. What several links say of one pair is added up in
points; a pair is sure when its own rule says so and no other pair with either of the two comes near.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from data.building.known import Thing

_CLEAR_POINTS = 1.5  # by so much a sure pair is ahead of every other with one of the two
_LEAST_POINTS = 0.5  # what has fewer is not worth a question
_CANDIDATES = 5  # a person is shown no more for one thing


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An old and a new thing that are or may be one."""

    thing: Thing
    old: int  # id
    new: int  # key in the model
    confidence: float  # 0 to 1
    evidence: tuple[str, ...]  # in words
    against: tuple[str, ...] = ()


@dataclass(slots=True)
class Weighed:
    """A pair while it is being weighed."""

    old: int
    new: int
    points: float = 0.0
    evidence: list[str] = field(default_factory=list)
    against: list[str] = field(default_factory=list)
    sure: bool = False  # as its own evidence says; `settle` compares it with others
    share: float | None = None  # of the old one, which was divided, that this part has
    part: bool = False  # one of the two lies in the other: shown, whatever else is said of them

    def speaks(self, points: float, words: str) -> None:
        """Note what speaks for the pair."""
        self.points += points
        self.evidence.append(words)

    def contradicts(self, points: float, words: str) -> None:
        """Note what speaks against it."""
        self.points -= points
        self.against.append(words)

    @property
    def confidence(self) -> float:
        """From 0 to 1: each point halves what is left of the doubt; of parts, how likely what stood in
        the old one stands in this."""
        if self.share is not None:
            return round(min(0.99, self.share), 2)
        doubt: float = 0.5 ** max(_LEAST_POINTS, self.points)
        return round(min(0.99, 1 - doubt), 2)

    def pair(self, thing: Thing) -> Pair:
        """As it is told."""
        return Pair(
            thing=thing,
            old=self.old,
            new=self.new,
            confidence=self.confidence,
            evidence=tuple(self.evidence),
            against=tuple(self.against),
        )


@dataclass(frozen=True, slots=True)
class Link:
    """Which old thing one kind of evidence takes for which new one; at most one each."""

    pairs: Mapping[int, int]
    backward: Mapping[int, int]

    @classmethod
    def of(cls, pairs: Mapping[int, int]) -> Link:
        """A link from pairs that are unique on both sides."""
        return cls(pairs, {new: old for old, new in pairs.items()})

    def joins(self, old: int, new: int) -> bool:
        """Whether the evidence says that these two are one."""
        return self.pairs.get(old) == new

    def parts(self, old: int, new: int) -> bool:
        """Whether it says that one of the two is another thing."""
        return self.pairs.get(old, new) != new or self.backward.get(new, old) != old


def link(old: Iterable[tuple[int, str | None]], new: Iterable[tuple[int, str | None]]) -> Link:
    """Join what bears the same text, where one thing alone bears it on either side."""
    before, after = _alone(old), _alone(new)
    return Link.of({before[text]: after[text] for text in before.keys() & after.keys()})


def _alone(bearers: Iterable[tuple[int, str | None]]) -> dict[str, int]:
    given = [(text, bearer) for bearer, text in bearers if text]
    times = Counter(text for text, _ in given)
    return {text: bearer for text, bearer in given if times[text] == 1}


def plain(text: str | None) -> str | None:
    """A name as it is compared: without regard to case and spaces."""
    return " ".join(text.casefold().split()) or None if text else None


def clearly_best(values: Mapping[tuple[int, int], float], *, ahead: float) -> Link:
    """Join each old and new thing whose value together is ahead of that of either with any other."""
    of_old: dict[int, list[tuple[float, int]]] = defaultdict(list)
    of_new: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for (old, new), value in values.items():
        of_old[old].append((value, new))
        of_new[new].append((value, old))
    best_old, best_new = _clear(of_old, ahead), _clear(of_new, ahead)
    return Link.of({old: new for old, new in best_old.items() if best_new.get(new) == old})


def _clear(values: Mapping[int, list[tuple[float, int]]], ahead: float) -> dict[int, int]:
    found = {}
    for one, ranked in values.items():
        ranked.sort(reverse=True)
        if len(ranked) == 1 or ranked[0][0] - ranked[1][0] >= ahead:
            found[one] = ranked[0][1]
    return found


def settle(weighed: Iterable[Weighed]) -> tuple[dict[int, Weighed], dict[int, list[Weighed]]]:
    """The sure pairs by old thing, and for each other old thing what it may be, the likeliest first."""
    pairs = [one for one in weighed if one.points >= _LEAST_POINTS or one.sure or one.part]
    best = clearly_best({(one.old, one.new): one.points for one in pairs}, ahead=_CLEAR_POINTS)
    sure = {one.old: one for one in pairs if one.sure and best.joins(one.old, one.new)}
    taken = {one.new for one in sure.values()}
    left: dict[int, list[Weighed]] = defaultdict(list)
    for one in pairs:
        if one.old not in sure and (one.part or one.new not in taken):
            left[one.old].append(one)
    ranked = {
        old: sorted(several, key=lambda one: -one.confidence)[:_CANDIDATES] for old, several in left.items()
    }
    return sure, ranked
