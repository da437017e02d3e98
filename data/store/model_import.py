"""Writes a building model as the newest version of a building, in one transaction.

What was known is matched to it first: what is sure keeps its id, and with it devices and history; what is
doubtful is written as new and asked about (`data.store.matches`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from data.building.known import Thing
from data.building.matching import Matching, match
from data.building.model import Door, Equipment, GeoJson, Model, Space, Storey, System
from data.errors import BadInput, StoreRefused
from data.store import reissues, statements
from data.store.pool import Connection, Store

_SQL = statements.load("model_import")

_MATERIALS = 100  # in brief: the commonest of a model

_Ids = dict[int, int]  # key in the model -> id in the store
Bindings = Mapping[Thing, Mapping[int, int]]  # the same, as people decided before the import


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What an import came to."""

    building: int
    unchanged: bool  # this very file was there already
    kept: int = 0  # storeys, rooms and equipment that were known
    added: int = 0
    gone: int = 0
    doubtful: int = 0  # of the gone: may be among the added, which people decide


def save(
    store: Store,
    *,
    tenant: int,
    model: Model,
    name: str,
    timezone: str | None = None,
    actor: str | None = None,
    decided: Bindings | None = None,
) -> Saved:
    """Write a model as the newest version of the building of this name: all of it or nothing.

    Storeys, rooms and equipment that are surely known again keep their ids, and with them their devices
    and history; others are new. What the model no longer has is marked as gone and kept.

    Args:
        store: The store, as the worker role.
        tenant: Whose building it is.
        model: What was read.
        name: The building's name; a new one makes a new building.
        timezone: IANA name; None leaves what is set, UTC at first.
        actor: Who is said in the audit to have done it.
        decided: What people said of doubtful things beforehand: the old id of each such key.

    Raises:
        BadInput: the building of this name is another one: the models share nothing; or what was decided
            names something that the building or the model has not.
        StoreUnavailable: the database is away; nothing was written.
        StoreRefused: the database refuses something in the model; nothing was written.
    """
    try:
        with store.transaction(tenant=tenant, actor=actor) as connection:
            return save_within(connection, model=model, name=name, timezone=timezone, decided=decided)
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise StoreRefused(str(error.diag.message_primary or error)) from error


def save_within(
    connection: Connection, *, model: Model, name: str, timezone: str | None, decided: Bindings | None = None
) -> Saved:
    """What `save` does, inside a transaction that the caller has begun for the tenant."""
    connection.execute(_SQL["building_add"], {"name": name})
    row = connection.execute(_SQL["building_lock"], {"name": name}).fetchone()
    assert row is not None  # it was there or has just been made
    building, sha256 = row
    if sha256 == model.sha256:
        return Saved(building=building, unchanged=True)
    return _Import(connection, building, name, model, decided or {}).write(timezone, sha256)


def compare(store: Store, *, tenant: int, name: str, model: Model) -> Matching | None:
    """What importing a model under this name would bind, ask and lose; None: there is no such building.

    Raises:
        StoreUnavailable: the database is away.
    """
    with store.transaction(tenant=tenant) as connection:
        row = connection.execute(_SQL["building_named"], {"name": name}).fetchone()
        return match(reissues.known(connection, row[0]), model) if row else None


class _Import:
    """The writing of one model inside one transaction."""

    def __init__(
        self, connection: Connection, building: int, name: str, model: Model, decided: Bindings
    ) -> None:
        self._connection = connection
        self._building = building
        self._name = name
        self._model = model
        self._known = reissues.known(connection, building)
        self._matching = match(self._known, model)
        self._bound = reissues.bound(self._matching, decided, self._known)
        self._kept = self._added = 0

    def write(self, timezone: str | None, previous_sha256: str | None) -> Saved:
        """Write everything in the order of references."""
        if not reissues.is_same_building(self._known, self._matching, self._bound):
            raise BadInput(
                f"Building {self._name} has a model that shares nothing with this one; "
                "give this one another name."
            )
        reissue = None
        if previous_sha256 is not None:
            reissue = reissues.begin(
                self._connection,
                self._building,
                self._model.sha256,
                previous_sha256,
                self._matching.frame,
            )
        self._connection.execute(_SQL["forget"], {"building_id": self._building})
        storeys = self._keep("storey", [(one, self._storey(one)) for one in self._model.storeys])
        spaces = self._keep("space", [(one, _space(one, storeys)) for one in self._model.spaces])
        equipment = self._keep(
            "equipment", [(one, _equipment(one, storeys, spaces)) for one in self._model.equipment]
        )
        self._connect(storeys, spaces, equipment)
        self._describe(timezone)
        ids: Mapping[Thing, _Ids] = {"storey": storeys, "space": spaces, "equipment": equipment}
        gone = self._leave(ids)
        doubtful = 0
        if reissue is not None:
            of = {"building_id": self._building, "reissue_id": reissue}
            doubtful = reissues.note(self._connection, of, self._matching, self._bound, ids)
        self._connection.execute(_SQL["version_grow"])
        return Saved(
            building=self._building,
            unchanged=False,
            kept=self._kept,
            added=self._added,
            gone=gone,
            doubtful=doubtful,
        )

    def _leave(self, ids: Mapping[Thing, _Ids]) -> int:
        """Mark what the model no longer has; gives how many that are."""
        rows = self._connection.execute(
            _SQL["gone"],
            {
                "building_id": self._building,
                "storeys": list(ids["storey"].values()),
                "spaces": list(ids["space"].values()),
                "equipment": list(ids["equipment"].values()),
            },
        ).fetchall()
        return sum(count for _, count in rows)

    def _keep(
        self, thing: Thing, wanted: Iterable[tuple[Storey | Space | Equipment, dict[str, Any]]]
    ) -> _Ids:
        """Write things under the ids they are known by, and under new ones the rest."""
        known: list[tuple[int, dict[str, Any]]] = []
        new: list[tuple[int, dict[str, Any]]] = []
        for one, row in wanted:
            row |= {"building_id": self._building, "name": one.name, "global_id": one.global_id}
            number = self._bound[thing].get(one.key)
            if number is None:
                new.append((one.key, row))
            else:
                known.append((one.key, row | {"id": number}))
        self._kept += len(known)
        self._added += len(new)
        return self._write(f"{thing}_set", known) | self._write(f"{thing}_add", new)

    def _write(self, statement: str, rows: list[tuple[int, dict[str, Any]]]) -> _Ids:
        """Execute a statement that returns an id for each row; many go to the server at once."""
        if not rows:
            return {}
        cursor = self._connection.cursor()
        cursor.executemany(_SQL[statement], [row for _, row in rows], returning=True)
        return {key: result.fetchall()[0][0] for (key, _), result in zip(rows, cursor.results(), strict=True)}

    def _storey(self, storey: Storey) -> dict[str, Any]:
        drawn = [one for one in self._model.elements if one.storey == storey.key]
        plan = [{"kind": one.kind, "outline": one.outline} for one in drawn]
        return {"elevation_m": storey.elevation_m, "plan": Jsonb(plan)}

    def _connect(self, storeys: _Ids, spaces: _Ids, equipment: _Ids) -> None:
        """Doors and systems with what they join, and the connections of equipment."""
        model = self._model
        doors = self._write("door_add", [(one.key, self._door(one, storeys)) for one in model.doors])
        systems = self._write("system_add", [(one.key, self._system(one)) for one in model.systems])
        self._pair("space_door_add", [(doors[d.key], spaces[key]) for d in model.doors for key in d.spaces])
        self._pair(
            "system_equipment_add",
            [(systems[s.key], equipment[key]) for s in model.systems for key in s.members],
        )
        self._pair(
            "system_serves_add", [(systems[s.key], spaces[key]) for s in model.systems for key in s.serves]
        )
        self._pair(
            "equipment_serves_add",
            [(equipment[e.key], spaces[key]) for e in model.equipment for key in e.serves],
        )
        self._pair(
            "equipment_link_add",
            [(equipment[one.source], equipment[one.target]) for one in model.links],
            directed=[one.directed for one in model.links],
        )

    def _pair(self, statement: str, pairs: list[tuple[int, int]], **more: list[bool]) -> None:
        firsts, seconds = [first for first, _ in pairs], [second for _, second in pairs]
        self._connection.execute(_SQL[statement], {"firsts": firsts, "seconds": seconds, **more})

    def _door(self, door: Door, storeys: _Ids) -> dict[str, Any]:
        return {
            "building_id": self._building,
            "storey_id": _id(storeys, door.storey),
            "name": door.name,
            "global_id": door.global_id,
            "outline": _jsonb(door.outline),
        }

    def _system(self, system: System) -> dict[str, Any]:
        return {
            "building_id": self._building,
            "name": system.name,
            "global_id": system.global_id,
            "kind": system.kind,
        }

    def _describe(self, timezone: str | None) -> None:
        model, place = self._model, self._model.georeference
        said = {
            "schema": model.schema,
            "project": model.project,
            "length_unit": model.length_unit,
            "warnings": model.warnings,
            "materials": [asdict(one) for one in model.materials[:_MATERIALS]],
        }
        certain = place.confidence == "stated" and place.longitude is not None and place.latitude is not None
        self._connection.execute(
            _SQL["building_set"],
            {
                "building_id": self._building,
                "model_sha256": model.sha256,
                "model": Jsonb(said),
                "georeference": Jsonb(asdict(place)),
                "true_north_deg": place.north_deg,
                "timezone": timezone,
                "location": _point(place.longitude, place.latitude) if certain else None,
            },
        )


def _space(space: Space, storeys: _Ids) -> dict[str, Any]:
    return {
        "storey_id": _id(storeys, space.storey),
        "long_name": space.long_name,
        "footprint": _jsonb(space.footprint),
        "label_point": _point(*space.label_point) if space.label_point else None,
        "footprint_area_m2": space.footprint_area_m2,
        "area_m2": space.area_m2,
        "area_source": space.area_source,
        "height_m": space.height_m,
        "mean_height_m": space.mean_height_m,
        "floor_m": space.floor_m,
        "use": space.use,
        "zones": list(space.zones),
        "properties": Jsonb(space.properties),
    }


def _equipment(one: Equipment, storeys: _Ids, spaces: _Ids) -> dict[str, Any]:
    return {
        "storey_id": _id(storeys, one.storey),
        "space_id": _id(spaces, one.space),
        "kind": one.kind,
        "predefined_type": one.predefined_type,
        "tag": one.tag,
        "position": _point(*one.position) if one.position else None,
        "properties": Jsonb(one.properties),
    }


def _id(ids: _Ids, key: int | None) -> int | None:
    return None if key is None else ids.get(key)


def _jsonb(value: GeoJson | None) -> Jsonb | None:
    return None if value is None else Jsonb(value)


def _point(*coordinates: float | None) -> Jsonb:
    return Jsonb({"type": "Point", "coordinates": coordinates})
