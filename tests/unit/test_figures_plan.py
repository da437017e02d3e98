"""A floor plan as a figure."""

import gzip
import itertools
import json
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from shapely.geometry import Polygon, box, mapping, shape

from dashboard.figures import colour_scale, drawing, labels, plan, plan_frame, sparkline
from dashboard.figures import colour_scales as tables

QUANTITIES = ("temperature", "co2", "humidity", "illuminance", "occupancy", "freshness", "health", "power")


@dataclass(frozen=True)
class Room:
    id: int
    footprint: dict[str, Any] | None
    name: str = "101"
    long_name: str | None = None
    label_point: tuple[float, float] | None = None


@dataclass(frozen=True)
class Element:
    kind: str
    outline: dict[str, Any]


@dataclass(frozen=True)
class Door:
    outline: dict[str, Any] | None


@dataclass(frozen=True)
class Storey:
    rooms: list[Room]
    doors: list[Door] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    true_north_deg: float | None = None


@dataclass(frozen=True)
class Reading:
    state: str = "fresh"
    value: float | None = 22.0
    written: str = "22.0 °C"
    short: str = "22.0"
    age: str = "1 min ago"


NONE = Reading(state="none", value=None, written="no data", short="", age="")
STALE = Reading(state="stale")


def square(x: float, size: float = 5.0, y: float = 0.0) -> dict[str, Any]:
    return dict(mapping(box(x, y, x + size, y + size)))


def figure(storey: Storey, *readings: Reading, scheme: Literal["light", "dark"] = "light") -> dict[str, Any]:
    drawn = drawing.draw(storey)
    return plan.figure(drawn, painted(drawn, storey, *readings, scheme=scheme), scheme=scheme)


def painted(
    drawn: drawing.Drawing,
    storey: Storey,
    *readings: Reading,
    scheme: Literal["light", "dark"] = "light",
) -> plan.Paint:
    said = readings or [Reading()] * len(storey.rooms)
    by_room = {room.id: one for room, one in zip(storey.rooms, said, strict=True)}
    return plan.paint(drawn, by_room, scale=colour_scale.of("temperature"), scheme=scheme)


def signed_area(x: list[float], y: list[float]) -> float:
    return sum(a * d - b * c for (a, b), (c, d) in itertools.pairwise(zip(x, y, strict=True))) / 2


def many(count: int) -> Storey:
    return Storey([Room(n, square(6 * (n % 25), y=6 * (n // 25)), name=f"{n}") for n in range(count)])


def test_a_hole_runs_the_other_way_round_than_its_room() -> None:
    ring = Polygon([(0, 0), (0, 9), (9, 9), (9, 0)], holes=[[(3, 3), (3, 6), (6, 6), (6, 3)]])
    trace = figure(Storey([Room(1, dict(mapping(ring)))]))["data"][0]
    lifted = trace["x"].index(None)
    assert signed_area(trace["x"][:lifted], trace["y"][:lifted]) == 81
    assert signed_area(trace["x"][lifted + 1 :], trace["y"][lifted + 1 :]) == -9


def test_all_parts_of_a_room_are_in_one_trace() -> None:
    parts = {"type": "MultiPolygon", "coordinates": [square(0)["coordinates"], square(9)["coordinates"]]}
    assert figure(Storey([Room(1, parts)]))["data"][0]["x"].count(None) == 1


def test_a_room_that_lies_on_another_is_drawn_on_it() -> None:
    drawn = drawing.draw(Storey([Room(1, square(1, 2)), Room(2, square(0, 9))]))
    assert [room.id for room in drawn.rooms] == [2, 1]


def test_a_room_without_an_outline_is_not_drawn() -> None:
    assert drawing.draw(Storey([Room(1, None)])).rooms == ()


def test_a_storey_without_any_outline_is_an_empty_figure() -> None:
    found = figure(Storey([]))
    assert found["layout"]["shapes"] == []


def test_walls_are_one_trace_and_doors_lie_on_them() -> None:
    storey = Storey(
        [Room(1, square(0))],
        doors=[Door(square(5, 1)), Door(None)],
        elements=[Element("wall", square(5, 1)), Element("wall", square(7, 1))],
    )
    assert list(drawing.draw(storey).layers) == ["wall", "door"]
    assert figure(storey)["data"][1]["x"].count(None) == 1


def test_walls_of_a_storey_without_rooms_are_all_of_its_figure() -> None:
    found = figure(Storey([], elements=[Element("wall", square(5, 1))]))
    assert [trace["mode"] for trace in found["data"]] == ["lines"]


def test_metres_are_as_long_across_as_up() -> None:
    assert figure(many(2))["layout"]["yaxis"]["scaleanchor"] == "x"


def test_a_room_has_the_colour_of_its_value() -> None:
    trace = figure(many(1), Reading(value=20.0))["data"][0]
    assert trace["fillcolor"] == dict(tables.TEMPERATURE)[20]


def test_a_stale_room_is_hatched_and_has_no_colour_of_a_value() -> None:
    fresh, stale, none = figure(many(3), Reading(), STALE, NONE)["data"][:3]
    assert [trace["fillpattern"]["shape"] for trace in (fresh, stale, none)] == ["", "/", ""]
    assert stale["fillcolor"] == none["fillcolor"] == tables.PLAN["light"]["room"]


def test_the_note_tells_name_value_and_age() -> None:
    room = Room(1, square(0), name="101", long_name="Office")
    assert figure(Storey([room]))["data"][0]["text"] == "<b>101 Office</b><br>22.0 °C · 1 min ago"


def test_a_name_of_a_model_is_no_markup() -> None:
    room = Room(1, square(0, 50), name="<b>&<a href='x'>", long_name="<i>")
    found = figure(Storey([room]), Reading(written="<u>", short="<u>"))
    assert "<b>&lt;b&gt;&amp;&lt;a href='x'&gt; &lt;i&gt;</b>" in found["data"][0]["text"]
    assert found["data"][1]["text"] == ["&lt;b&gt;&amp;&lt;a href='x'&gt;<br><b>&lt;u&gt;</b>"]


def test_a_label_stays_inside_its_room() -> None:
    storey = many(60)
    drawn = drawing.draw(storey)
    for layout, found in zip(labels.LAYOUTS, painted(drawn, storey).labels, strict=True):
        px_per_m = plan.px_per_m(drawn, layout)
        for room, label in zip(drawn.rooms, found, strict=True):
            if label.lines:
                assert room.shape.covers(
                    box(*labels.frame(room.at, label.lines, layout=layout, px_per_m=px_per_m))
                )


def test_a_label_is_shortened_before_it_is_left_out() -> None:
    shown = [
        painted(drawing.draw(storey), storey).labels[1][0].lines for storey in (many(4), many(25), many(300))
    ]
    assert shown == [("0", "<b>22.0 °C</b>"), (), ()]
    rooms = [Room(1, dict(mapping(box(0, 0, 6, 2)))), Room(2, square(0, 40, y=3))]
    drawn = drawing.draw(Storey(rooms))
    assert painted(drawn, Storey(rooms)).labels[0][1].lines == ("<b>22.0 °C</b>",)


def frames(storey: Storey) -> list[Polygon]:
    """Where the labels of a storey lie in a wide window."""
    drawn, layout = drawing.draw(storey), labels.WIDE
    shown, px_per_m = painted(drawn, storey).labels[0], plan.px_per_m(drawn, layout)
    return [
        box(*labels.frame(room.at, label.lines, layout=layout, px_per_m=px_per_m))
        for room, label in zip(drawn.rooms, shown, strict=True)
        if label.lines
    ]


def test_labels_never_lie_on_each_other() -> None:
    storey = Storey([Room(1, square(0, 9)), Room(2, square(0.2, 8.6, y=0.2))])
    shown = painted(drawing.draw(storey), storey).labels[0]
    assert [bool(label.lines) for label in shown] == [False, True]


def test_a_label_keeps_clear_of_a_room_that_lies_on_its_own() -> None:
    inner = square(1, 7, y=1)
    (large, _) = frames(Storey([Room(1, square(0, 9)), Room(2, inner)]))
    assert not large.intersects(shape(inner))


@pytest.mark.parametrize("kind", ["stair", "wall", "column", "window"])
def test_a_label_keeps_clear_of_what_is_drawn_in_its_room(kind: str) -> None:
    across = box(0, 4, 20, 4.4)  # through the middle, where the label would stand
    room = Room(1, dict(mapping(box(0, 0, 20, 9))), label_point=(10, 4.5))
    (label,) = frames(Storey([room], elements=[Element(kind, dict(mapping(across)))]))
    assert not label.intersects(across.boundary)


def test_a_room_that_a_wall_covers_by_mistake_keeps_its_label() -> None:
    storey = Storey([Room(1, square(0, 9))], elements=[Element("wall", square(-0.2, 9))])
    assert len(frames(storey)) == 1


def test_a_label_without_space_between_lines_is_left_out() -> None:
    steps = [Element("stair", dict(mapping(box(0, n / 4, 9, n / 4 + 0.25)))) for n in range(36)]
    assert frames(Storey([Room(1, square(0, 9))], elements=steps)) == []


def test_a_label_that_nothing_is_drawn_on_stays_where_it_was_put() -> None:
    beside = Element("wall", dict(mapping(box(-0.3, 0, 0, 9))))
    room = Room(1, square(0, 9), label_point=(4.0, 5.0))
    assert drawing.draw(Storey([room], elements=[beside])).rooms[0].at == (4.0, 5.0)


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_text_can_be_read_on_every_colour(quantity: str) -> None:
    scale = colour_scale.of(quantity, highest=730)
    for step in range(101):
        fill = scale.colour(scale.low + (scale.high - scale.low) * step / 100)
        assert colour_scale.contrast(colour_scale.ink(fill), fill) >= 4.3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_names_of_rooms_without_a_colour_can_be_read(scheme: str) -> None:
    inks = tables.PLAN[scheme]
    assert colour_scale.contrast(inks["faint"], inks["room"]) >= 4.5


@pytest.mark.parametrize("quantity", ["co2", "humidity", "illuminance", "power"])
def test_a_sequential_scale_goes_one_way_in_lightness(quantity: str) -> None:
    against_black = [
        colour_scale.contrast(c, "#000000") for _, c in colour_scale.of(quantity, highest=730).stops
    ]
    assert against_black in (sorted(against_black), sorted(against_black, reverse=True))


def test_beyond_its_ends_a_scale_keeps_its_colour() -> None:
    scale = colour_scale.of("temperature")
    assert (scale.colour(-40), scale.colour(90)) == (scale.stops[0][1], scale.stops[-1][1])


def test_a_stepped_scale_mixes_nothing() -> None:
    scale = colour_scale.of("freshness")
    assert {scale.colour(minutes) for minutes in range(3_000)} == {colour for _, colour in scale.stops}


@pytest.mark.parametrize(("highest", "top"), [(730, 1_000), (0.3, 0.5), (2, 2), (None, 1), (0, 1)])
def test_a_scale_without_fixed_ends_reaches_to_a_round_number(highest: float | None, top: float) -> None:
    assert colour_scale.of("power", highest=highest).high == pytest.approx(top)


@pytest.mark.parametrize(
    ("lowest", "highest", "ends"),
    [
        (-72, -55, (-80, -50)),
        (1_008, 1_016, (1_005, 1_020)),
        (-3, 6, (-5, 10)),
        (230, 230, (230, 240)),
        (-8, -2, (-10, 0)),
    ],
)
def test_a_scale_of_values_that_lie_far_from_zero_begins_near_them(
    lowest: float, highest: float, ends: tuple[float, float]
) -> None:
    scale = colour_scale.of("pressure", lowest=lowest, highest=highest)
    assert (scale.low, scale.high) == pytest.approx(ends)


def test_the_arrow_points_to_true_north() -> None:
    turned = figure(Storey([Room(1, square(0))], true_north_deg=90.0))["layout"]["annotations"][1]
    assert turned["ax"] < 0  # its tail is left of its head
    assert turned["ay"] == pytest.approx(0)


def test_without_a_known_north_there_is_no_arrow() -> None:
    assert len(figure(many(1))["layout"]["annotations"]) == 1


def test_the_bar_is_a_length_that_is_easy_to_think_in() -> None:
    bar = figure(Storey([Room(1, square(0, 33))]))["layout"]["shapes"][0]
    assert bar["x1"] - bar["x0"] == 5


def test_the_same_plan_and_readings_give_the_same_figure() -> None:
    assert figure(many(9)) == figure(many(9))


def test_what_changes_in_500_rooms_is_small() -> None:
    storey = many(500)
    drawn = drawing.draw(storey)
    said = [Reading(value=18 + n % 80 / 10, written=f"{18 + n % 80 / 10:.1f} °C") for n in range(500)]
    changes = plan.changing(drawn, painted(drawn, storey, *said), scheme="light")
    sent = [
        {"operation": "Merge", "location": ["data", number], "params": {"value": change}}
        for number, change in changes.items()
    ]
    assert len(gzip.compress(json.dumps(sent).encode())) < 20_000


def test_a_course_is_broken_where_values_are_missing() -> None:
    image = sparkline.image([1.0, 2.0, None, 3.0, 4.0])
    assert image is not None
    assert image.startswith("data:image/svg+xml,")
    assert image.count("M") == 2


def test_one_value_alone_is_no_course() -> None:
    assert sparkline.image([None, 1.0, None]) is None


def test_a_value_that_never_changes_is_a_line_in_the_middle() -> None:
    image = sparkline.image([5.0, 5.0])
    assert image is not None
    assert "M2.0%2014.0L2.0%2014.0%2094.0%2014.0" in image


def test_a_scale_bar_in_feet_is_as_long_as_it_says() -> None:
    drawn = drawing.draw(many(3))
    paint = painted(drawn, many(3))
    layout = plan.figure(drawn, paint, scheme="light", ruler=plan_frame.FEET)["layout"]
    bar, word = layout["shapes"][0], layout["annotations"][0]["text"]
    assert f"{(bar['x1'] - bar['x0']) / 0.3048:.0f} ft" == word


def test_an_odd_room_has_another_outline_and_says_why() -> None:
    drawn = drawing.draw(many(2))
    said = {0: Reading(), 1: Reading()}
    paint = plan.paint(drawn, said, scale=colour_scale.of("health"), scheme="light", odd={1: "Unlike <b>"})
    plain, odd = plan.figure(drawn, paint, scheme="light")["data"][:2]
    assert (plain["line"]["dash"], odd["line"]["dash"] != "solid") == ("solid", True)
    assert odd["text"].endswith("<br>Unlike &lt;b&gt;")


def test_the_worse_the_health_the_darker_its_colour() -> None:
    scale = colour_scale.of("health")
    light = [colour_scale.contrast(scale.colour(value), "#000000") for value in range(0, 101, 5)]
    assert light == sorted(light)


def test_a_course_between_fixed_ends_is_flat_where_it_hardly_varies() -> None:
    steady = sparkline.image([98.0, 99.0], within=(0.0, 100.0))
    assert steady
    assert steady != sparkline.image([98.0, 99.0])
