"""Spatial questions get one answer, whether PostGIS gives it or shapely; and only of the tenant's own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, TypeVar

import psycopg
import pytest
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from data.settings import Settings
from data.store import Store, address, spatial
from data.store.spatial import EarthPoint, NearRoom, Neighbour, PlanPoint
from data.store.spatial_answers import Answers, Box, Outlines, PostGis, of
from tests.store.conftest import NOON

Owner = psycopg.Connection[tuple[Any, ...]]
Answer = TypeVar("Answer")

FAR = (500_000.0, 5_400_000.0)  # as models have it whose axes are those of a map


class Town:
    """What is drawn in a transaction that will be rolled back, and asked there as the web role."""

    def __init__(self, owner: Owner, tenant: int) -> None:
        self._owner = owner
        self.tenant = tenant
        self.building = self.add("building", name=f"house {id(self)}")
        self.storeys = [self.storey(3.0 * level) for level in range(3)]

    def add(self, table: str, returning: str = "id", **values: Any) -> int:
        """One row; documents as dictionaries."""
        held = {"tenant_id": self.tenant} | values
        plain = [json.dumps(one) if isinstance(one, dict) else one for one in held.values()]
        names, places = ", ".join(held), ", ".join(["%s"] * len(held))
        self._owner.execute("RESET ROLE")
        row = self._owner.execute(
            f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING {returning}", plain
        ).fetchone()
        assert row is not None
        return int(row[0])

    def storey(self, elevation_m: float | None) -> int:
        return self.add("storey", building_id=self.building, name="level", elevation_m=elevation_m)

    def room(self, shape: BaseGeometry | None, *, level: int = 0, **more: Any) -> int:
        """A room of an outline, with its label in the middle."""
        drawn: dict[str, Any] = {}
        if shape is not None and not shape.is_empty:
            middle = shape.representative_point() if shape.area else shapely.Point(shape.bounds[:2])
            drawn = {
                "footprint": json.loads(shapely.to_geojson(shape)),
                "label_point": {"type": "Point", "coordinates": [middle.x, middle.y]},
                "footprint_area_m2": shape.area,
            }
        place = {"building_id": self.building, "storey_id": self.storeys[level]}
        return self.add("space", **(place | {"name": "room"} | drawn | more))

    def door(self, *rooms: int, name: str | None = "door") -> int:
        door = self.add("door", building_id=self.building, name=name)
        for room in rooms:
            self.add("space_door", "door_id", door_id=door, space_id=room)
        return door

    def device(self, name: str, *, quantity: str = "temperature", **place: Any) -> int:
        """A device with one series, which is what is given back."""
        location = place.pop("location", None)
        device = self.add("device", name=name, convention="json", **place)
        point = {"type": "Point", "coordinates": location} if location else None
        self.add("device_state", "device_id", device_id=device, last_seen=NOON, location=point)
        return self.add("series", device_id=device, metric=quantity, kind="number", quantity=quantity)

    def ask(self, question: Callable[[Owner, Answers], Answer], *, tenant: int | None = None) -> Answer:
        """The answer as the web role; of every way that the server has, which have to agree."""
        self._owner.execute("SELECT set_config('app.tenant', %s, true)", (str(tenant or self.tenant),))
        self._owner.execute("SET LOCAL ROLE clerestory_web")
        best = of(self._owner)
        answer = question(self._owner, best)
        if isinstance(best, PostGis):
            assert_same(answer, question(self._owner, Outlines(self._owner)))
        return answer

    def near(self, x: float, y: float, radius_m: float, *, level: int | None = 0) -> list[NearRoom]:
        storey = None if level is None else self.storeys[level]
        return self.ask(lambda c, a: spatial.near(c, a, self.building, storey, (x, y), radius_m))

    def beside(self, room: int) -> list[Neighbour]:
        return self.ask(lambda c, a: spatial.beside(c, a, room))

    def nearest(self, at: int | PlanPoint | EarthPoint, quantity: str | None = "temperature") -> int | None:
        found = self.ask(lambda c, a: spatial.nearest(c, a, at, quantity))
        return found.sensor.series_id if found else None


def assert_same(left: Any, right: Any) -> None:
    """The same things in the same order, their sizes to the millimetre."""
    if isinstance(left, (list, tuple)):
        assert len(left) == len(right)
        for one, two in zip(left, right, strict=True):
            assert_same(one, two)
    elif isinstance(left, float):
        assert left == pytest.approx(right, abs=1e-3)
    elif hasattr(left, "__dataclass_fields__"):
        for one, two in zip(asdict(left).values(), asdict(right).values(), strict=True):
            assert_same(one, two)
    else:
        assert left == right


@contextmanager
def drawn(owner: Owner, tenant: int) -> Iterator[Town]:
    with owner.transaction(force_rollback=True):
        yield Town(owner, tenant)


@pytest.fixture
def town(owner: Owner, tenant_ids: dict[str, int]) -> Iterator[Town]:
    with drawn(owner, tenant_ids["main"]) as made:
        yield made


def ids(found: Sequence[NearRoom | Neighbour]) -> list[int]:
    return [one.room.id for one in found]


def test_rooms_near_a_point_come_by_distance(town: Town) -> None:
    far, near, _away = (town.room(shapely.box(x, 0, x + 4, 3)) for x in (5.0, 0.0, 30.0))
    found = town.near(-1, 1, 7)
    assert ids(found) == [near, far]
    assert [one.distance_m for one in found] == [1.0, 6.0]


def test_rooms_of_other_storeys_are_near_only_when_all_are_asked(town: Town) -> None:
    below, above = town.room(shapely.box(0, 0, 4, 3)), town.room(shapely.box(0, 0, 4, 3), level=1)
    assert ids(town.near(1, 1, 1)) == [below]
    assert ids(town.near(1, 1, 1, level=None)) == [below, above]


def test_a_room_without_an_outline_is_near_nothing(town: Town) -> None:
    town.room(None)
    assert town.near(0, 0, 1000) == []


def test_a_room_that_its_newest_model_lost_is_near_nothing(town: Town) -> None:
    town.room(shapely.box(0, 0, 4, 3), gone_at=NOON)
    assert town.near(1, 1, 1) == []


def test_a_point_in_the_hole_of_a_room_is_not_in_it(town: Town) -> None:
    ring = shapely.box(0, 0, 9, 9).difference(shapely.box(3, 3, 6, 6))
    town.room(ring)
    assert [one.distance_m for one in town.near(4.5, 4, 5)] == [1.0]


def test_of_overlapping_rooms_the_smallest_is_the_one_around_a_point(town: Town) -> None:
    hall, kiosk = town.room(shapely.box(0, 0, 20, 20)), town.room(shapely.box(5, 5, 8, 8))
    assert ids(town.near(6, 6, 0)) == [kiosk, hall]


@pytest.mark.parametrize("origin", [(0.0, 0.0), FAR])
def test_rooms_across_a_wall_share_its_length(town: Town, origin: tuple[float, float]) -> None:
    x, y = origin
    own = town.room(shapely.box(x, y, x + 4, y + 3))
    beyond = town.room(shapely.box(x + 4.2, y + 1, x + 8, y + 5))
    (found,) = town.beside(own)
    assert (found.room.id, found.doors) == (beyond, ())
    assert found.wall_m == pytest.approx(2.0, abs=1e-3)


@pytest.mark.parametrize("gap_m", [-0.05, 0.0, 0.3, 0.59])
def test_rooms_that_touch_overlap_a_little_or_are_a_wall_apart_are_neighbours(
    town: Town, gap_m: float
) -> None:
    own, _ = town.room(shapely.box(0, 0, 4, 3)), town.room(shapely.box(4 + gap_m, 0, 8, 3))
    assert [one.wall_m for one in town.beside(own)] == pytest.approx([3.0], abs=1e-3)


def test_rooms_across_a_corridor_or_a_corner_are_no_neighbours(town: Town) -> None:
    own = town.room(shapely.box(0, 0, 4, 3))
    town.room(shapely.box(5.5, 0, 9, 3))
    town.room(shapely.box(4.2, 3.2, 9, 6))
    assert town.beside(own) == []


def test_the_far_side_of_a_narrow_room_is_not_counted(town: Town) -> None:
    own, shaft = town.room(shapely.box(0, 0, 4, 3)), town.room(shapely.box(4.1, 0, 4.4, 3))
    (found,) = town.beside(own)
    assert found.room.id == shaft
    assert found.wall_m == pytest.approx(3.0)


def test_a_room_in_the_hole_of_another_shares_all_its_sides(town: Town) -> None:
    town.room(shapely.box(0, 0, 9, 9).difference(shapely.box(3, 3, 6, 6)))
    core = town.room(shapely.box(3.1, 3.1, 5.9, 5.9))
    assert [one.wall_m for one in town.beside(core)] == pytest.approx([4 * 2.8], abs=1e-3)


def test_parts_of_one_room_share_walls_together(town: Town) -> None:
    own = town.room(shapely.box(0, 0, 10, 3))
    town.room(shapely.MultiPolygon([shapely.box(0, 3.2, 4, 6), shapely.box(7, 3.2, 10, 6)]))
    assert [one.wall_m for one in town.beside(own)] == pytest.approx([7.0], abs=1e-3)


def test_rooms_joined_by_a_door_come_first_with_its_name(town: Town) -> None:
    own = town.room(shapely.box(0, 0, 4, 3))
    wall, other = town.room(shapely.box(0, 3.2, 4, 6)), town.room(shapely.box(4.2, 1, 8, 3))
    town.door(own, other, name="D1")
    town.door(own, other, name=None)
    first, second = town.beside(own)
    assert (first.room.id, first.doors) == (other, ("D1", ""))
    assert first.wall_m == pytest.approx(2.0)
    assert (second.room.id, second.doors) == (wall, ())


def test_rooms_without_outlines_are_neighbours_through_their_door(town: Town) -> None:
    own, other = town.room(None), town.room(None)
    town.door(own, other)
    assert ids(town.beside(own)) == [other]


def test_rooms_on_top_and_below_are_neighbours_by_what_they_cover(town: Town) -> None:
    own = town.room(shapely.box(0, 0, 4, 3), level=1)
    above, below = town.room(shapely.box(2, 0, 9, 3), level=2), town.room(shapely.box(0, 0, 4, 1), level=0)
    found = {one.room.id: (one.above_m2, one.below_m2) for one in town.beside(own)}
    assert found == {above: (6.0, 0.0), below: (0.0, 4.0)}


def test_the_next_level_is_the_next_one_with_rooms(town: Town) -> None:
    own, roof = town.room(shapely.box(0, 0, 4, 3), level=0), town.room(shapely.box(0, 0, 4, 3), level=2)
    assert ids(town.beside(own)) == [roof]


def test_wings_of_one_level_are_beside_each_other(town: Town) -> None:
    wing = town.storey(0.4)
    own = town.room(shapely.box(0, 0, 4, 3))
    other = town.room(shapely.box(4.2, 0, 8, 3), storey_id=wing)
    assert ids(town.beside(own)) == [other]


def test_without_elevations_a_room_still_has_neighbours_on_its_storey(town: Town) -> None:
    town.storeys.append(town.storey(None))
    own, other = (town.room(shapely.box(x, 0, x + 4, 3), level=3) for x in (0.0, 4.1))
    assert ids(town.beside(own)) == [other]


def test_a_room_that_is_not_there_has_no_neighbours(town: Town) -> None:
    assert town.beside(0) == []


def test_a_sensor_in_the_room_is_nearer_than_one_beyond_its_wall(town: Town) -> None:
    own, other = town.room(shapely.box(0, 0, 20, 3)), town.room(shapely.box(0, 3.1, 20, 4))
    away = town.add(
        "equipment",
        building_id=town.building,
        name="T",
        space_id=own,
        position={"type": "Point", "coordinates": [0.5, 0.5, 2.0]},
    )
    inside = town.device("inside", space_id=own, equipment_id=away)
    town.device("beyond", space_id=other)
    assert town.nearest(own) == inside


def test_a_sensor_of_the_same_storey_is_nearer_than_one_above(town: Town) -> None:
    own = town.room(shapely.box(0, 0, 4, 3))
    town.device("above", space_id=town.room(shapely.box(0, 0, 4, 3), level=1))
    aside = town.device("aside", space_id=town.room(shapely.box(9, 0, 12, 3)))
    assert town.nearest(own) == aside


def test_a_sensor_stands_where_its_equipment_does(town: Town) -> None:
    hall = town.room(shapely.box(0, 0, 40, 3))
    for x in (1.0, 39.0):
        place = {"type": "Point", "coordinates": [x, 1.0, 2.0]}
        kept = town.add("equipment", building_id=town.building, name="T", space_id=hall, position=place)
        sensor = town.device(f"at {x}", space_id=hall, equipment_id=kept)
    point = PlanPoint(building=town.building, storey=town.storeys[0], x=35.0, y=1.0)
    assert town.nearest(point) == sensor


def test_a_sensor_of_another_quantity_is_not_the_nearest(town: Town) -> None:
    own = town.room(shapely.box(0, 0, 4, 3))
    anything = town.device("co2", quantity="co2", space_id=own)
    assert town.nearest(own) is None
    assert town.nearest(own, None) == anything


def test_a_room_without_a_point_has_no_nearest_sensor(town: Town) -> None:
    town.device("inside", space_id=town.room(shapely.box(0, 0, 4, 3)))
    assert town.nearest(town.room(None)) is None


@pytest.mark.parametrize(
    ("here", "found"), [((179.999, 0.0), "beyond"), ((11.0, 60.0), "east"), ((0, 0), "")]
)
def test_outdoors_the_nearest_sensor_is_nearest_on_earth(
    town: Town, here: tuple[float, float], found: str
) -> None:
    sensors = {
        name: town.device(name, location=place)
        for name, place in (("beyond", [-179.999, 0.0]), ("east", [11.015, 60.0]), ("north", [11.0, 60.01]))
    }
    nearest = town.nearest(EarthPoint(longitude=here[0], latitude=here[1]))
    assert nearest == sensors.get(found)


def view(town: Town, *edges: float) -> tuple[list[str], list[str]]:
    seen = town.ask(lambda c, a: spatial.seen(c, a, Box(*edges)))
    return [one.name for one in seen.buildings], [one.name for one in seen.devices]


@pytest.mark.parametrize(
    ("edges", "found"),
    [
        ((10.0, 50.0, 12.0, 52.0), ["a"]),
        ((170.0, -10.0, -170.0, 10.0), ["b"]),
        ((170.0, -10.0, 190.0, 10.0), ["b"]),
        ((-180.0, -90.0, 180.0, 90.0), ["a", "b"]),
        ((-300.0, -90.0, 300.0, 90.0), ["a", "b"]),
        ((10.0, 50.0, 10.99999999, 52.0), []),
    ],
)
def test_a_view_has_the_buildings_and_devices_inside_it(
    town: Town, edges: tuple[float, ...], found: list[str]
) -> None:
    for name, place in (("a", [11.0, 51.0]), ("b", [-175.0, 0.0])):
        town.add("building", name=name, location={"type": "Point", "coordinates": place})
        town.device(name, location=place)
    assert view(town, *edges) == (found, found)


def test_devices_in_a_room_are_those_placed_there_and_those_on_its_equipment(
    web: Store, owner: Owner, tenant_ids: dict[str, int]
) -> None:
    town = Town(owner, tenant_ids["acme"])
    room = town.room(None)
    unit = town.add("equipment", building_id=town.building, name="unit", space_id=room)
    town.device("placed", space_id=room)
    town.device("on the unit", equipment_id=unit)
    town.device("elsewhere")
    found = spatial.devices_in(web, tenant=tenant_ids["acme"], room=room)
    assert [one.name for one in found] == ["on the unit", "placed"]
    assert spatial.devices_in(web, tenant=tenant_ids["main"], room=room) == []


def test_another_tenant_is_told_nothing(web: Store, owner: Owner, tenant_ids: dict[str, int]) -> None:
    theirs = Town(owner, tenant_ids["acme"])
    place = {"type": "Point", "coordinates": [77.0, 7.0]}
    theirs.add("building", name="theirs", location=place)
    room, _ = (theirs.room(shapely.box(x, 0, x + 4, 3)) for x in (0.0, 4.1))
    theirs.device("their sensor", space_id=room, location=[77.0, 7.0])
    told = {}
    for name, tenant in tenant_ids.items():
        earth = EarthPoint(longitude=77.0, latitude=7.0)
        seen = spatial.in_viewport(web, tenant=tenant, west=76, south=6, east=78, north=8)
        told[name] = [
            spatial.room_at(
                web, tenant=tenant, building=theirs.building, storey=theirs.storeys[0], point=(1, 1)
            )
            is not None,
            len(spatial.neighbours(web, tenant=tenant, room=room)),
            spatial.nearest_sensor(web, tenant=tenant, at=room, quantity="temperature") is not None,
            spatial.nearest_sensor(web, tenant=tenant, at=earth, quantity="temperature") is not None,
            (len(seen.buildings), len(seen.devices)),
        ]
    assert told == {"acme": [True, 1, True, True, (1, 1)], "main": [False, 0, False, False, (0, 0)]}


# What no person draws ------------------------------------------------------------------------------

_millimetres = st.integers(0, 12_000).map(lambda number: number / 1000)
_sizes = st.integers(0, 6_000).map(lambda number: number / 1000)  # 0: a room without any width


@st.composite
def _boxes(draw: st.DrawFn) -> BaseGeometry:
    x, y = draw(_millimetres), draw(_millimetres)
    return shapely.box(x, y, x + draw(_sizes), y + draw(_sizes))


@st.composite
def _outlines(draw: st.DrawFn) -> BaseGeometry:
    """Boxes, also turned, pierced, doubled and bent; and rings that cross themselves."""
    box = draw(_boxes())
    kind = draw(st.sampled_from(("box", "turned", "pierced", "several", "bent", "crossed")))
    if kind == "turned":
        return shapely.affinity.rotate(box, draw(st.integers(1, 89)), origin=(0, 0))
    if kind == "pierced" and box.area:
        x, y = box.centroid.coords[0]
        return shapely.Polygon(box.exterior, [shapely.affinity.scale(box, 0.4, 0.4, origin=(x, y)).exterior])
    if kind == "several":
        both = shapely.union(box, draw(_boxes()))
        return both if both.geom_type in ("Polygon", "MultiPolygon") else box
    corners = draw(st.lists(st.tuples(_millimetres, _millimetres), min_size=3, max_size=7))
    if kind == "bent":
        hull = shapely.MultiPoint(corners).convex_hull
        return hull if hull.geom_type == "Polygon" else box
    return shapely.Polygon(corners) if kind == "crossed" else box


_plans = st.lists(st.tuples(_outlines(), st.integers(0, 2)), min_size=2, max_size=7)

_SLIT = [(shapely.box(0, 0, 4, 0), 0), (shapely.box(0, 0, 4, 3), 0), (shapely.box(2, 0, 2, 3), 1)]


def _rounded(shape: BaseGeometry, origin: tuple[float, float]) -> BaseGeometry:
    return shapely.transform(shape, lambda points: (points + origin).round(3))


@pytest.mark.parametrize("store_server", ["real"], indirect=True)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    plan=_plans,
    origin=st.sampled_from(((0.0, 0.0), (-3.0, 7.0), FAR)),
    here=st.tuples(_millimetres, _millimetres),
)
@example(plan=_SLIT, origin=FAR, here=(4.0, 3.0))
def test_postgis_and_shapely_answer_the_same_of_any_plan(
    owner: Owner,
    tenant_ids: dict[str, int],
    plan: list[tuple[BaseGeometry, int]],
    origin: tuple[float, float],
    here: tuple[float, float],
) -> None:
    with drawn(owner, tenant_ids["main"]) as town:
        rooms = [town.room(_rounded(shape, origin), level=level) for shape, level in plan]
        point = (here[0] + origin[0], here[1] + origin[1])
        walls, overlaps, near = (
            _both(town, question)
            for question in (
                lambda a: {
                    room: a.shared_walls(room=room, storeys=town.storeys, wall_m=0.6) for room in rooms
                },
                lambda a: {room: a.overlaps(room=room, storeys=town.storeys) for room in rooms},
                lambda a: {0: a.distances(building=town.building, storeys=None, point=point, radius_m=1e4)},
            )
        )
    for one, two in (walls, overlaps, near):
        for room in one:
            assert _told(one[room]) == pytest.approx(_told(two[room]), abs=1e-3)


def _both(town: Town, question: Callable[[Answers], dict[int, dict[int, float]]]) -> Any:
    town.ask(lambda c, a: None)
    return question(PostGis(town._owner)), question(Outlines(town._owner))


def _told(sizes: dict[int, float]) -> dict[int, float]:
    """With all rooms, as one that shares nothing may be told with 0 or not at all."""
    return {key: size for key, size in sizes.items() if size > 1e-3}


@pytest.mark.parametrize("store_server", ["real"], indirect=True)
def test_rooms_near_a_point_are_found_by_the_spatial_index(
    migrated: Settings, owner: Owner, tenant_ids: dict[str, int]
) -> None:
    plans: list[str] = []
    with psycopg.connect(address.owner(migrated)) as connection:
        town = Town(connection, tenant_ids["main"])
        for number in range(2000):
            x, y = 4.0 * (number % 50), 4.0 * (number // 50)
            town.room(shapely.box(x, y, x + 3.8, y + 3.8))
        connection.execute("ANALYZE space")
        connection.execute("LOAD 'auto_explain'")
        connection.execute(
            "SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;"
            "SET auto_explain.log_level = notice; SET client_min_messages = notice"
        )
        connection.add_notice_handler(lambda notice: plans.append(notice.message_primary or ""))
        found = town.near(100.0, 80.0, 3.0)
        connection.rollback()
    assert found
    assert any("space_geom" in plan for plan in plans), plans
