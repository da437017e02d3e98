"""Put devices into rooms of a building, as somebody would who installs them."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from data.errors import BadInput, StoreUnavailable
from data.store import Store, buildings, devices

log = structlog.get_logger(__name__)

_LOOK_EVERY_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A room that can take a device."""

    id: int
    name: str
    long_name: str | None
    area_m2: float | None


def rooms_of(store: Store, *, tenant: int, building: str) -> list[Room]:
    """The rooms of a building, of all its storeys, the largest first.

    Raises:
        BadInput: there is no such building, or it has no rooms.
    """
    known = buildings.list_buildings(store, tenant=tenant)
    found = next((row for row in known if row.name == building), None)
    if found is None:
        names = ", ".join(row.name for row in known) or "none yet; import one first"
        raise BadInput(f"There is no building {building!r}; known: {names}.")
    rooms = [
        Room(id=room.id, name=room.name, long_name=room.long_name, area_m2=room.area_m2)
        for storey in buildings.storeys(store, tenant=tenant, building=found.id)
        for room in _rooms(store, tenant, storey.id)
    ]
    if not rooms:
        raise BadInput(f"The building {building!r} has no rooms to place devices in.")
    return sorted(rooms, key=lambda room: (-(room.area_m2 or 0), room.name))


def _rooms(store: Store, tenant: int, storey: int) -> Sequence[buildings.PlanRoom]:
    plan = buildings.plan(store, tenant=tenant, storey=storey)
    return plan.rooms if plan is not None else ()


def assign(names: Sequence[str], rooms: Sequence[Room], wishes: Mapping[str, str]) -> dict[str, Room]:
    """A room for each device: the wished one, else that of its own name, else the next of those left.

    More devices than rooms share rooms, beginning with the first again.

    Args:
        names: The devices.
        rooms: The rooms, in the order in which they are filled.
        wishes: Names of rooms by names of devices.

    Raises:
        BadInput: a wish names a room that there is not.
    """
    by_name = {name: room for room in reversed(rooms) for name in (room.long_name, room.name) if name}
    unknown = sorted(set(wishes.values()) - by_name.keys())
    if unknown:
        raise BadInput(f"There is no room {', '.join(unknown)}; known: {', '.join(sorted(by_name))}.")
    named = {name: by_name[wish] for name in names if (wish := wishes.get(name, name)) in by_name}
    taken = {room.id for room in named.values()}
    left = [room for room in rooms if room.id not in taken] or list(rooms)
    others = [name for name in names if name not in named]
    return named | {name: left[number % len(left)] for number, name in enumerate(others)}


class Placer(threading.Thread):
    """Waits for devices to appear in the store, which they do by speaking, and binds them to their rooms.

    A device that stands in a room already stays there.

    Args:
        store: As the worker role.
        tenant: Whose devices and rooms.
        places: Ids of rooms by names of devices.
        actor: Who is said in the audit to have placed them.
        stop: Set it to end the waiting.
    """

    def __init__(
        self,
        store: Store,
        *,
        tenant: int,
        places: Mapping[str, int],
        actor: str,
        stop: threading.Event,
    ) -> None:
        super().__init__(name="placer", daemon=True)
        self._store = store
        self._tenant = tenant
        self._left = dict(places)
        self._stopped = stop
        self._actor = actor

    def run(self) -> None:
        """Bind until all are bound or stopped."""
        while self._left and not self._stopped.wait(_LOOK_EVERY_S):
            try:
                self._bind_those_there()
            except (StoreUnavailable, BadInput) as error:  # away, or a room of a model just replaced
                log.debug("placing waits", reason=str(error))

    def _bind_those_there(self) -> None:
        there = {row.device: row for row in devices.overview(self._store, tenant=self._tenant)}
        for name in self._left.keys() & there.keys():
            space = self._left[name]
            if there[name].space is None:  # else somebody has placed it already
                device = there[name].device_id
                buildings.bind_device(
                    self._store, tenant=self._tenant, device=device, space=space, actor=self._actor
                )
            del self._left[name]
