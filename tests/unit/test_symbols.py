"""Symbols of equipment and devices on a floor plan."""

from dataclasses import replace

import pytest
from shapely.geometry import box

from dashboard.figures import colour_scale, drawing, labels, plan, symbols
from dashboard.pages.floor_plan import clicked_room
from dashboard.views import symbols as views
from dashboard.views.symbols import Symbol
from data.store.buildings import PlanEquipment, StoreyPlan
from tests.unit.test_figures_plan import Reading, Room, Storey, many, painted, square
from tests.unit.test_views_plan import ROOM, series

PLAN = StoreyPlan(
    id=1, building_id=1, name="Ground", elevation_m=0.0, true_north_deg=None, rooms=(ROOM,), doors=(),
    elements=(),
)  # fmt: skip


def equipment(kind: str | None, number: int = 1) -> PlanEquipment:
    return PlanEquipment(
        id=number, name=f"E{number}", kind=kind, predefined_type=None, position=(1.0, 2.0), space_id=1
    )


def placed(storey: Storey, *found: Symbol, px_per_m: float = 100.0) -> tuple[symbols.Placed, ...]:
    return symbols.place(drawing.draw(storey), found, layout=labels.WIDE, px_per_m=px_per_m)


def at(
    x: float, y: float, *, title: str = "thing", group: views.Group = "heat", room: int | None = 1
) -> Symbol:
    return Symbol(group=group, title=title, at=(x, y), room=room)


@pytest.mark.parametrize(
    ("kind", "group"),
    [
        ("Sensor", "sensing"), ("FlowMeter", "sensing"), ("AirTerminal", "air"), ("SpaceHeater", "heat"),
        ("Outlet", "electric"), ("LightFixture", "electric"), ("SanitaryTerminal", "water"),
        ("BuildingElementProxy", "other"), (None, "other"),
    ],
)  # fmt: skip
def test_equipment_is_shown_by_what_it_is_for(kind: str | None, group: str) -> None:
    (symbol,) = views.of(replace(PLAN, equipment=(equipment(kind),)), [])
    assert symbol.group == group


@pytest.mark.parametrize("kind", ["PipeSegment", "DuctFitting", "CableCarrierSegment"])
def test_pipes_and_ducts_have_no_symbol(kind: str) -> None:
    assert views.of(replace(PLAN, equipment=(equipment(kind),)), []) == ()


def test_a_device_stands_in_its_room_once() -> None:
    found = views.of(PLAN, [series(), series(quantity="co2"), series(space_id=99, device_id=2)])
    assert [(one.group, one.title, one.room, one.at) for one in found] == [("device", "sensor", 1, None)]


def test_a_symbol_stands_where_its_thing_does() -> None:
    (found,) = placed(Storey([Room(1, square(0, 9))]), at(1, 1))
    assert (found.x, found.y, found.room) == (1, 1, 1)


def test_things_too_close_to_tell_apart_are_one_symbol_that_names_them() -> None:
    (found,) = placed(Storey([Room(1, square(0, 9))]), *(at(1.01, 1, title=f"<{n}>") for n in range(8)))
    assert found.note.split("<br>") == [*(f"&lt;{n}&gt;" for n in range(6)), "and 2 more"]


def test_things_apart_when_seen_larger_are_two_symbols() -> None:
    storey = Storey([Room(1, square(0, 9))])
    both = (at(1.0, 1), at(1.3, 1))
    assert [len(placed(storey, *both, px_per_m=scale)) for scale in (20, 100)] == [1, 2]


def test_no_symbol_lies_on_a_label_or_on_another() -> None:
    storey = Storey([Room(1, square(0, 9))])
    found = placed(storey, at(4.5, 4.5), at(4.52, 4.5, group="air"), at(4.54, 4.5, group="water"))
    boxes = [box(one.x - 0.08, one.y - 0.08, one.x + 0.08, one.y + 0.08) for one in found]
    label = box(*labels.frame((4.5, 4.5), ("101", "00.0 °C"), layout=labels.WIDE, px_per_m=100))
    assert len(found) == 3
    everything = [label, *boxes]
    assert not any(
        one.intersection(other).area > 1e-9 for n, one in enumerate(everything) for other in everything[:n]
    )


def test_a_symbol_never_leaves_its_room() -> None:
    storey = many(60)
    found = placed(
        storey, *(Symbol(group="device", title="d", at=None, room=n) for n in range(60)), px_per_m=12
    )
    shapes = {room.id: room.shape for room in drawing.draw(storey).rooms}
    assert all(shapes[one.room].covers(box(one.x, one.y, one.x, one.y)) for one in found if one.room)


def test_without_symbols_the_figure_has_no_trace_of_them() -> None:
    storey = many(3)
    drawn = drawing.draw(storey)
    bare = painted(drawn, storey)
    marked = replace(bare, symbols=(placed(storey, at(1, 1)),) * 2)
    counts = [len(plan.figure(drawn, one, scheme="light")["data"]) for one in (bare, marked)]
    assert counts == [5, 7]


def test_what_changes_is_said_of_the_right_traces() -> None:
    storey = many(3)
    drawn = drawing.draw(storey)
    marked = replace(painted(drawn, storey), symbols=(placed(storey, at(1, 1)),) * 2)
    whole = plan.figure(drawn, marked, scheme="light")["data"]
    for number, change in plan.changing(drawn, marked, scheme="light").items():
        assert whole[number] | change == whole[number]


def test_a_click_on_a_symbol_opens_its_room() -> None:
    painted_ = {"rooms": [7, 8]}
    clicks = [{"curveNumber": 1}, {"curveNumber": 3, "customdata": 7}, {"curveNumber": 3, "customdata": 99}]
    assert [clicked_room({"points": [one]}, painted_) for one in clicks] == [8, 7, None]


@pytest.mark.parametrize(
    ("seen", "zoom"),
    [
        ((0, 0, 17, 5), 1),
        ((-5, 0, 22, 5), 1),
        ((0, 0, 8.5, 2.5), 2),
        ((3, 3, 3, 3), 1),
        ((0, 0, 1e-9, 1), 64),
    ],
)
def test_the_zoom_is_how_much_larger_than_whole_a_part_is_seen(seen: drawing.Bounds, zoom: float) -> None:
    assert plan.zoom(drawing.draw(many(3)), seen) == pytest.approx(zoom, rel=0.01)


def test_labels_come_back_when_there_is_room_for_them() -> None:
    storey = many(300)
    drawn = drawing.draw(storey)
    readings = {room.id: Reading() for room in storey.rooms}
    shown = [
        sum(
            bool(label.lines)
            for label in plan.paint(
                drawn, readings, scale=colour_scale.of("temperature"), scheme="light", zoom=zoom
            ).labels[1]
        )
        for zoom in (1.0, 8.0)
    ]
    assert shown == [0, 300]
