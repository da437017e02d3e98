"""The office's rooms and doors: three storeys on an L-shaped ground plan, as plain values.

Lengths are metres, in the axes of the building; outlines run along the axes of the walls.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

Point = tuple[float, float]

STOREY_HEIGHT_M = 3.6
CLEAR_HEIGHT_M = 3.0
STOREYS = ("Ground floor", "First floor", "Second floor")


class Use(StrEnum):
    """What a room is for."""

    OFFICE = "office"
    OPEN_PLAN = "open-plan office"
    MEETING = "meeting room"
    LOBBY = "lobby"
    CORRIDOR = "corridor"
    STAIR = "staircase"
    WC = "toilet"
    KITCHENETTE = "kitchenette"
    SERVER = "server room"
    PLANT = "plant room"
    STORAGE = "storage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room: what its door says and where it is."""

    number: str  # storey and a running number: 1.05
    name: str
    use: Use
    outline: tuple[Point, ...]  # on the walls' axes, counter-clockwise
    seats: int  # people it is made for
    ahu: str | None  # the air-handling unit that serves it

    @property
    def storey(self) -> int:
        """0 is the ground floor."""
        return int(self.number[0])


@dataclass(frozen=True, slots=True)
class Door:
    """A door from one room to another, or (`None`) to the outside."""

    room: str
    other: str | None
    width_m: float = 1.01


_SOUTH, _HALL, _NORTH, _WING, _EAST = 5.4, 7.4, 13.2, 21.6, 36.0  # y of the long walls; x of the end

_O, _M, _W, _K = Use.OFFICE, Use.MEETING, Use.WC, Use.KITCHENETTE

# Rows of rooms from west to east: number, name, use, end of the room [m], seats. A row begins at x = 0.
_Row = tuple[tuple[str, str, Use, float, int], ...]
_SOUTH_ROWS: tuple[_Row, ...] = (
    (
        ("0.01", "Office facilities", _O, 4.8, 2),
        ("0.02", "Office accounting", _O, 9.0, 2),
        ("0.03", "Lobby", Use.LOBBY, 16.2, 6),
        ("0.04", "Reception office", _O, 20.4, 2),
        ("0.05", "Meeting room Havel", _M, 28.2, 16),
        ("0.06", "Office purchasing", _O, 32.4, 2),
        ("0.07", "Office works council", _O, 36.0, 2),
    ),
    (
        ("1.01", "Office planning", _O, 4.8, 3),
        ("1.02", "Office planning", _O, 9.0, 2),
        ("1.03", "Office structures", _O, 12.6, 2),
        ("1.04", "Office structures", _O, 16.2, 2),
        ("1.05", "Meeting room Spree", _M, 22.2, 10),
        ("1.06", "Office surveying", _O, 26.4, 2),
        ("1.07", "Office surveying", _O, 31.2, 3),
        ("1.08", "Office head of planning", _O, 36.0, 1),
    ),
    (
        ("2.01", "Board room", _M, 7.2, 14),
        ("2.02", "Office management", _O, 11.4, 1),
        ("2.03", "Secretariat", _O, 15.0, 2),
        ("2.04", "Office legal", _O, 18.6, 2),
        ("2.05", "Office personnel", _O, 22.8, 2),
        ("2.06", "Meeting room Nuthe", _M, 28.2, 8),
        ("2.07", "Office communication", _O, 36.0, 4),
    ),
)
_NORTH_ROWS: tuple[_Row, ...] = (
    (
        ("0.10", "Staircase", Use.STAIR, 3.0, 0),
        ("0.11", "WC women", _W, 6.0, 0),
        ("0.12", "WC men", _W, 9.0, 0),
        ("0.13", "WC accessible", _W, 11.4, 0),
        ("0.14", "Archive", Use.STORAGE, 15.0, 0),
        ("0.15", "Server room", Use.SERVER, 19.2, 0),
        ("0.16", "Kitchenette", _K, 24.0, 8),
    ),
    (
        ("1.10", "Staircase", Use.STAIR, 3.0, 0),
        ("1.11", "WC women", _W, 6.0, 0),
        ("1.12", "WC men", _W, 9.0, 0),
        ("1.13", "Copy and print", Use.STORAGE, 12.0, 0),
        ("1.14", "Office drawing", _O, 19.2, 4),
        ("1.15", "Kitchenette", _K, 24.0, 6),
    ),
    (
        ("2.10", "Staircase", Use.STAIR, 3.0, 0),
        ("2.11", "WC women", _W, 6.0, 0),
        ("2.12", "WC men", _W, 9.0, 0),
        ("2.13", "Library", _O, 16.8, 4),
        ("2.14", "Kitchenette", _K, 21.0, 6),
        ("2.15", "Storage", Use.STORAGE, 24.0, 0),
    ),
)


def _box(left: float, bottom: float, right: float, top: float) -> tuple[Point, ...]:
    return ((left, bottom), (right, bottom), (right, top), (left, top))


def _row(row: _Row, bottom: float, top: float) -> Iterator[Room]:
    left = 0.0
    for number, name, use, right, seats in row:
        yield _room(number, name, use, _box(left, bottom, right, top), seats)
        left = right


def _room(number: str, name: str, use: Use, outline: tuple[Point, ...], seats: int) -> Room:
    aired = use not in (Use.STAIR, Use.SERVER, Use.PLANT, Use.STORAGE)
    unit = "AHU-1" if number < "1.10" else "AHU-2"
    return Room(number=number, name=name, use=use, outline=outline, seats=seats, ahu=unit if aired else None)


def _corridor(storey: int) -> tuple[Point, ...]:
    """A straight hall; on the ground floor it turns north to the plant room."""
    if storey:
        return _box(0.0, _SOUTH, _EAST, _HALL)
    return (
        (0.0, _SOUTH), (_EAST, _SOUTH), (_EAST, _HALL), (26.4, _HALL),
        (26.4, _NORTH), (24.0, _NORTH), (24.0, _HALL), (0.0, _HALL),
    )  # fmt: skip


def _open_plan(notch: float) -> tuple[Point, ...]:
    """The wing's L: a closed room takes the corner next to the hall."""
    return (
        (notch, _HALL), (_EAST, _HALL), (_EAST, _WING), (24.0, _WING), (24.0, _NORTH), (notch, _NORTH),
    )  # fmt: skip


@cache
def rooms() -> tuple[Room, ...]:
    """Every room, storey by storey."""
    found: list[Room] = []
    for storey in range(len(STOREYS)):
        found += _row(_SOUTH_ROWS[storey], 0.0, _SOUTH)
        found += _row(_NORTH_ROWS[storey], _HALL, _NORTH)
        found.append(_room(f"{storey}.00", "Corridor", Use.CORRIDOR, _corridor(storey), 0))
    found += (
        _room("0.17", "Training room", _M, _box(26.4, _HALL, _EAST, _NORTH), 18),
        _room("0.18", "Plant room", Use.PLANT, _box(24.0, _NORTH, _EAST, _WING), 0),
        _room("1.16", "Meeting room Dahme", _M, _box(24.0, _HALL, 28.8, _NORTH), 6),
        _room("1.17", "Studio", Use.OPEN_PLAN, _open_plan(28.8), 16),
        _room("2.16", "Meeting room Panke", _M, _box(24.0, _HALL, 27.6, _NORTH), 4),
        _room("2.17", "Engineering", Use.OPEN_PLAN, _open_plan(27.6), 18),
    )
    return tuple(sorted(found, key=lambda room: room.number))


@cache
def doors() -> tuple[Door, ...]:
    """Every door: each room has one to its storey's corridor, some have more."""
    wide = {Use.MEETING, Use.OPEN_PLAN, Use.LOBBY, Use.STAIR, Use.PLANT, Use.SERVER}
    found = [
        Door(room.number, f"{room.storey}.00", 1.26 if room.use in wide else 1.01)
        for room in rooms()
        if room.use is not Use.CORRIDOR
    ]
    found += (
        Door("0.03", "0.04"),
        Door("1.01", "1.02"),
        Door("1.16", "1.17"),
        Door("2.02", "2.03"),
        Door("0.03", None, 2.0),
        Door("0.18", None, 2.0),
        Door("0.10", None, 1.26),
    )
    return tuple(found)
