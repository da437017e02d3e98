"""The building in 3D as deck.gl is told to draw it."""

import gzip
import json
import math
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

import pytest
from shapely import Polygon

from dashboard.figures import building_3d as figures
from dashboard.figures import colour_scale, deck, solid, standing
from dashboard.figures import colour_scales as tables
from dashboard.figures.solid import Solid
from dashboard.figures.standing import Stand

SCALE = colour_scale.of("temperature")


@dataclass(frozen=True, kw_only=True)
class Body:
    id: int
    storey_id: int
    footprint: dict[str, Any]
    name: str = "101"
    long_name: str | None = "Office"
    height_m: float | None = 2.8
    floor_m: float | None = 0.0


@dataclass(frozen=True, kw_only=True)
class Storey:
    id: int
    name: str = "Ground"


@dataclass(frozen=True, kw_only=True)
class Reading:
    state: str = "fresh"
    value: float | None = 22.0
    written: str = "22.0 °C"
    short: str = "22.0"
    age: str = "1 min ago"


def square(x: float, y: float = 0.0, side: float = 4.0) -> dict[str, Any]:
    corners = [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]
    return {"type": "Polygon", "coordinates": [corners]}


def build(*bodies: Body, north_deg: float | None = None) -> Solid:
    storeys = [Storey(id=number) for number in sorted({body.storey_id for body in bodies})]
    found = solid.build(bodies, storeys, north_deg=north_deg)
    assert found is not None
    return found


FRESH, AS_BUILT = Reading(), Stand()


def picture(of: Solid, reading: Reading = FRESH, how: Stand = AS_BUILT) -> dict[str, Any]:
    rooms = {piece.room: reading for level in of.levels for piece in level.pieces}
    painted = figures.paint(of, rooms, scale=SCALE, scheme="light")
    return figures.spec(of, painted, how=how, scheme="light")


def rows(drawn: dict[str, Any], level: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = drawn["layers"][figures.rooms_of(level)]["data"]
    return found


TWO_STOREYS = (
    Body(id=1, storey_id=1, footprint=square(0)),
    Body(id=2, storey_id=2, footprint=square(0), floor_m=3.0),
)


def test_a_building_without_outlines_has_no_body() -> None:
    assert solid.build([], [Storey(id=1)], north_deg=None) is None


def test_a_room_stands_on_its_floor_as_high_as_it_is() -> None:
    row = rows(picture(build(*TWO_STOREYS)), level=1)[0]
    assert row["height"] == 2.8
    below = rows(picture(build(*TWO_STOREYS)))[0]
    assert {at[2] for at in below["rings"][0]} == {-2.9}
    assert {at[2] for at in row["rings"][0]} == {0.1}


def test_the_middle_of_the_building_is_the_middle_of_the_picture() -> None:
    far = build(Body(id=1, storey_id=1, footprint=square(5_000_000.0, 300_000.0)))
    across = [at[0] for at in rows(picture(far))[0]["rings"][0]]
    assert (min(across), max(across)) == (-2.0, 2.0)


def test_a_storey_that_states_no_height_stands_on_the_one_below() -> None:
    unknown = Body(id=2, storey_id=2, footprint=square(0), floor_m=None, height_m=None)
    drawn = build(TWO_STOREYS[0], unknown)
    assert drawn.levels[1].floor_m - drawn.levels[0].floor_m == pytest.approx(3.2)


def test_walls_run_clockwise_so_that_light_falls_on_their_outside() -> None:
    ring = rows(picture(build(TWO_STOREYS[0])))[0]["rings"][0]
    turns = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
    assert turns < 0


def test_each_part_of_a_room_leads_to_it() -> None:
    parts = {"type": "MultiPolygon", "coordinates": [square(0)["coordinates"], square(9)["coordinates"]]}
    drawn = rows(picture(build(Body(id=7, storey_id=1, footprint=parts))))
    assert [row["room"] for row in drawn] == [7, 7]


def test_a_fresh_room_has_the_colour_of_the_plan() -> None:
    assert rows(picture(build(TWO_STOREYS[0])))[0]["colour"] == deck.rgba(SCALE.colour(22.0))


@pytest.mark.parametrize("state", ["stale", "none"])
def test_a_room_that_tells_nothing_new_has_no_colour(state: str) -> None:
    red, green, blue, _ = rows(picture(build(TWO_STOREYS[0]), Reading(state=state, value=None)))[0]["colour"]
    assert max(red, green, blue) - min(red, green, blue) < 20


def test_the_note_is_a_rows_last_key() -> None:
    # deck.gl's tips fill in one key after the other: text that stands in before could name another.
    assert list(rows(picture(build(TWO_STOREYS[0])))[0])[-1] == "note"


@pytest.mark.parametrize("name", ["@@=x", "@@#GL.NONE", "@@type"])
def test_no_name_begins_like_code(name: str) -> None:
    drawn = picture(build(Body(id=1, storey_id=1, footprint=square(0), name=name)))
    assert not rows(drawn)[0]["note"].startswith("@@")
    assert name in rows(drawn)[0]["note"]


def test_a_dollar_in_a_name_stays_one() -> None:
    assert deck.note("$& room") == "$$& room"  # which a template makes one of


def test_storeys_stand_as_built_at_first() -> None:
    lifts = {layer["modelMatrix"][14] for layer in picture(build(*TWO_STOREYS))["layers"]}
    assert lifts == {0.0}


def test_exploded_storeys_move_apart_and_the_ground_keeps_to_the_lowest() -> None:
    layers = picture(build(*TWO_STOREYS, north_deg=20.0), how=Stand(exploded=1.0))["layers"]
    lifts = {layer["id"]: layer["modelMatrix"][14] for layer in layers}
    assert lifts["rooms-2"] == -lifts["rooms-1"] > 0
    assert lifts["ground"] == lifts["north"] == lifts["rooms-1"] == lifts["plate-1"]


def test_one_storey_alone_hides_the_others() -> None:
    layers = picture(build(*TWO_STOREYS), how=Stand(alone=2))["layers"]
    shown = {layer["id"]: layer.get("visible", True) for layer in layers}
    assert shown["rooms-2"]
    assert not shown["rooms-1"]
    assert not shown["plate-1"]


@dataclass(frozen=True, kw_only=True)
class Shell:
    address: str = "/models/1/shell.glb?of=1"
    origin_m: tuple[float, float, float] = (5_000_003.0, 1.0, 2.0)


def shelled(of: Solid, how: Stand = AS_BUILT) -> dict[str, Any]:
    """The last layer of a picture with the shell."""
    painted = figures.paint(of, {1: FRESH, 2: FRESH}, scale=SCALE, scheme="light")
    drawn = figures.spec(of, painted, how=how, scheme="light", shell=Shell())
    depths, layer = drawn["layers"][-2:]
    same = {name: value for name, value in depths.items() if name not in ("id", "parameters")}
    assert same.items() <= layer.items()
    return dict(layer)


def test_the_shell_stands_where_its_rooms_do() -> None:
    far = build(Body(id=1, storey_id=1, footprint=square(5_000_000.0)))
    # The room's middle is 5,000,002 m to the east, 2 m to the north and 1.4 m above the ground.
    assert shelled(far)["data"] == [{"position": [1.0, -1.0, 0.6]}]


def test_a_click_goes_through_the_shell() -> None:
    assert shelled(build(*TWO_STOREYS))["pickable"] is False


@pytest.mark.parametrize("how", [Stand(exploded=0.1), Stand(alone=2)])
def test_the_shell_is_hidden_while_the_building_does_not_stand_as_built(how: Stand) -> None:
    of = build(*TWO_STOREYS, north_deg=20.0)
    assert shelled(of)["visible"]
    assert not shelled(of, how)["visible"]


def test_without_a_shell_no_layer_waits_for_one() -> None:
    of = build(*TWO_STOREYS, north_deg=20.0)
    assert figures.stand(of, AS_BUILT).keys() == set(range(len(picture(of)["layers"])))


def test_a_turned_north_turns_its_arrow() -> None:
    arrow = picture(build(TWO_STOREYS[0], north_deg=90.0))["layers"][-2]["data"][0]["rings"][0]
    tip, _, tail, _ = arrow
    assert tip[0] - tail[0] > 0.4
    assert tip[1] == pytest.approx(tail[1])


def test_the_building_does_not_hide_the_arrow() -> None:
    drawn = build(*TWO_STOREYS, north_deg=0.0)
    arrow = picture(drawn)["layers"][-2]["data"][0]["rings"][0]
    front = min(north for _, north, _ in stands(drawn, AS_BUILT))
    assert max(at[1] for at in arrow) < front


def test_the_whole_building_is_another_view_each_time_it_is_asked_for() -> None:
    drawn = build(*TWO_STOREYS)
    assert standing.view(drawn, how=AS_BUILT, turn=1) != standing.view(drawn, how=AS_BUILT, turn=2)
    zooms = {standing.view(drawn, how=AS_BUILT, turn=turn)["zoom"] for turn in (0, 1)}
    assert len(zooms) == 1


Point = tuple[float, float, float]


def stands(drawn: Solid, how: Stand) -> list[Point]:
    """The corners of the rooms where they stand [m]."""
    moved = figures.stand(drawn, how)
    return [
        (east, north, floor + up + moved[figures.rooms_of(number)]["modelMatrix"][14])
        for number, level in enumerate(drawn.levels)
        for piece in level.pieces
        for (east, north, floor), up in product(piece.rings[0], (0.0, piece.height_m))
    ]


def around(drawn: Solid, how: Stand) -> list[Point]:
    """The edge of the ground where it lies [m]."""
    ground = picture(drawn, how=how)["layers"][0]
    lift = ground["modelMatrix"][14]
    return [(east, north, up + lift) for east, north, up in ground["data"][0]["rings"][0]]


def across(
    drawn: Solid, how: Stand, points: list[Point], canvas: tuple[float, float] = standing.WIDE
) -> list[tuple[float, float]]:
    """Where points are in the picture: 0, 0 is its middle, 1 its right and upper edges."""
    seen = standing.view(drawn, how=how, canvas=canvas)
    orbit, tilt = math.radians(seen["rotationOrbit"]), math.radians(seen["rotationX"])
    px_per_m, (width, height) = 2 ** seen["zoom"], canvas
    distance = 0.5 * height / math.tan(math.radians(figures.EMPTY["views"][0]["fovy"]) / 2)
    found = []
    for east, north, up in points:
        x, y = east - seen["target"][0], north - seen["target"][1]
        right, ahead = rotated(x, y, orbit)
        deep, high = rotated(ahead, up - seen["target"][2], tilt)
        scale = px_per_m * distance / (distance + deep * px_per_m)
        found.append((2 * right * scale / width, 2 * high * scale / height))
    return found


def rotated(x: float, y: float, angle: float) -> tuple[float, float]:
    return x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)


@pytest.mark.parametrize("exploded", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("storeys", [1, 2, 5, 20])
@pytest.mark.parametrize("side_m", [4.0, 15.0, 60.0])
def test_all_storeys_are_in_the_picture_however_far_apart(
    side_m: float, storeys: int, exploded: float
) -> None:
    rooms = [
        Body(id=number, storey_id=number, footprint=square(0, side=side_m), floor_m=3.0 * number)
        for number in range(storeys)
    ]
    drawn, how = build(*rooms), Stand(exploded=exploded)
    places = across(drawn, how, stands(drawn, how))
    assert max(abs(place) for corner in places for place in corner) < 1
    assert max(high for _, high in places) - min(high for _, high in places) > 1  # and fill half of it


@pytest.mark.parametrize("exploded", [0.0, 1.0])
@pytest.mark.parametrize(("width_m", "storeys"), [(4.0, 1), (60.0, 1), (60.0, 3), (8.0, 20)])
def test_no_edge_cuts_the_ground_off(width_m: float, storeys: int, exploded: float) -> None:
    rooms = [
        Body(id=number, storey_id=number, footprint=square(0, side=width_m), floor_m=3.0 * number)
        for number in range(storeys)
    ]
    drawn, how = build(*rooms), Stand(exploded=exploded)
    assert max(abs(place) for corner in across(drawn, how, around(drawn, how)) for place in corner) < 1


@pytest.mark.parametrize("name", ["EG", "Ground floor", "2. Obergeschoss West mit Galerie"])
@pytest.mark.parametrize("side_m", [4.0, 60.0])
@pytest.mark.parametrize("canvas", standing.CANVASES)
def test_the_names_of_storeys_have_room_beside_the_building(
    name: str, side_m: float, canvas: tuple[float, float]
) -> None:
    drawn = solid.build(
        [Body(id=1, storey_id=1, footprint=square(0, side=side_m))], [Storey(id=1, name=name)], north_deg=None
    )
    assert drawn is not None
    ((place, _),) = across(drawn, AS_BUILT, [drawn.levels[0].corner], canvas)
    left_px = (1 + place) / 2 * canvas[0]  # of its corner
    assert left_px > 10 + 6 * len(drawn.levels[0].name)


def names(drawn: Solid, how: Stand = AS_BUILT) -> list[dict[str, Any]]:
    return [layer for layer in picture(drawn, how=how)["layers"] if layer["id"].startswith("name-")]


def stack(storeys: int, side_m: float) -> Solid:
    return build(*(
        Body(id=number, storey_id=number, footprint=square(0, side=side_m), floor_m=3.0 * number)
        for number in range(storeys)
    ))  # fmt: skip


@pytest.mark.parametrize("side_m", [10.0, 60.0, 400.0])
@pytest.mark.parametrize("canvas", standing.CANVASES)
def test_the_names_of_storeys_never_lie_on_each_other(side_m: float, canvas: tuple[float, float]) -> None:
    drawn = stack(6, side_m)
    shown = [one for one in names(drawn) if one["visible"]]
    least, most = standing.NAME_SIZES
    size = min(
        most, max(least, shown[0]["getSize"] * 2 ** standing.view(drawn, how=AS_BUILT, canvas=canvas)["zoom"])
    )
    half = canvas[1] / 2
    corners = [one["data"][0]["at"] for one in shown]
    places = [high * half for _, high in across(drawn, AS_BUILT, corners, canvas)]
    assert all(above - below > 0.55 * size for below, above in pairwise(places))


def test_a_storey_half_a_step_above_another_costs_no_third_one_its_name() -> None:
    split = build(
        TWO_STOREYS[0],
        Body(id=3, storey_id=2, footprint=square(4), floor_m=0.05),
        Body(id=2, storey_id=3, footprint=square(0), floor_m=3.0),
    )
    assert [one["visible"] for one in names(split)] == [True, False, True]


def test_names_that_had_no_room_show_when_storeys_move_apart() -> None:
    drawn = stack(4, 90.0)
    assert sum(one["visible"] for one in names(drawn)) < 4
    assert sum(one["visible"] for one in names(drawn, Stand(exploded=1.0))) == 4


def test_a_storey_alone_has_its_name() -> None:
    assert [one["visible"] for one in names(stack(4, 400.0), Stand(alone=1))] == [False, True, False, False]


def test_a_long_name_of_a_storey_is_shortened() -> None:
    drawn = solid.build([TWO_STOREYS[0]], [Storey(id=1, name="Erdgeschoss mit Galerie")], north_deg=None)
    assert drawn is not None
    assert drawn.levels[0].name == "Erdgeschoss mit…"


@pytest.mark.parametrize("north_deg", [0.0, 45.0, 90.0, 200.0])
def test_the_arrow_lies_on_the_ground(north_deg: float) -> None:
    drawn = build(TWO_STOREYS[0], north_deg=north_deg)
    arrow = picture(drawn)["layers"][-2]["data"][0]["rings"][0]
    assert Polygon(around(drawn, AS_BUILT)).contains(Polygon(arrow))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_room_that_tells_nothing_stands_out_from_ground_and_slab(scheme: str) -> None:
    inks = tables.SOLID[scheme]
    for below in ("ground", "plate"):
        assert colour_scale.contrast(inks["none"], inks[below]) > 1.2
    assert colour_scale.contrast(inks["none"], inks["old"]) > 1.2


def test_the_picture_is_framed_for_a_phone_and_for_all_else() -> None:
    framed = picture(build(*TWO_STOREYS))["framed"]
    assert [one["canvas"] for one in framed] == [standing.NARROW, standing.WIDE]
    assert framed[0]["view"]["zoom"] < framed[1]["view"]["zoom"]


def test_colours_of_500_rooms_are_a_small_message() -> None:
    many = build(*(Body(id=n, storey_id=1, footprint=square(5.0 * n), name=f"1.{n:03}") for n in range(500)))
    readings = {
        n: Reading(value=16 + n % 120 / 10, written=f"{16 + n % 120 / 10} °C", age=f"{n % 60} min ago")
        for n in range(500)
    }
    painted = figures.paint(many, readings, scale=SCALE, scheme="light")
    # As Dash sends a change of every room.
    changes = [
        {"operation": "Merge", "location": ["layers", 2, "data", number], "params": {"value": row}}
        for number, row in enumerate(painted[0])
    ]
    assert len(gzip.compress(json.dumps(changes).encode())) < 20_000
