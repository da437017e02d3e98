"""A storey's floor plan: rooms in the colours of a quantity, the lines of the building, labels that fit.

What readings change is a small part of the figure (`paint`, `changing`) that can be sent alone.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from dashboard.figures import colour_scale, plan_frame, symbols
from dashboard.figures import colour_scales as tables
from dashboard.figures.colour_scale import Scale
from dashboard.figures.drawing import LAYERS, Bounds, Coordinates, Drawing, DrawnRoom
from dashboard.figures.labels import LAYOUTS, Label, Layout, Lines, fitting
from dashboard.figures.plan_frame import EDGE_PX, METRES, STRIP_PX, Ruler
from dashboard.figures.symbols import Placed
from dashboard.theme import FONT, Scheme

Figure = dict[str, Any]


class Reading(Protocol):
    """What is known of a room."""

    @property
    def state(self) -> str: ...  # noqa: D102  # fresh, stale or none
    @property
    def value(self) -> float | None: ...  # noqa: D102
    @property
    def written(self) -> str: ...  # noqa: D102
    @property
    def short(self) -> str: ...  # noqa: D102
    @property
    def age(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """What readings make of a drawing."""

    fills: tuple[str, ...]  # by room, in the drawing's order
    stale: tuple[bool, ...]
    notes: tuple[str, ...]  # follows the pointer
    odd: tuple[bool, ...]  # unlike the rooms around it
    labels: tuple[tuple[Label, ...], ...]  # by layout of `labels.LAYOUTS`, then by room
    symbols: tuple[tuple[Placed, ...], ...] = ()  # by layout; none where none are shown


def paint(
    drawing: Drawing,
    readings: Mapping[int, Reading],
    *,
    scale: Scale,
    scheme: Scheme,
    zoom: float = 1.0,
    placed: tuple[tuple[Placed, ...], ...] = (),
    odd: Mapping[int, str] = MappingProxyType({}),
) -> Paint:
    """The colours, notes and labels of all rooms.

    Args:
        drawing: Of the storey.
        readings: What is known of each of its rooms, by id.
        scale: Of the chosen quantity.
        scheme: Of the page.
        zoom: How much larger than whole the plan is seen.
        placed: The symbols that are drawn on it, by layout.
        odd: In words what is odd about a room, by its id.
    """
    said = [readings[room.id] for room in drawing.rooms]
    neutral, faint = tables.PLAN[scheme]["room"], tables.PLAN[scheme]["faint"]
    fills = tuple(
        scale.colour(one.value) if one.state == "fresh" and one.value is not None else neutral for one in said
    )
    inks = [colour_scale.ink(fill) if fill != neutral else faint for fill in fills]
    return Paint(
        fills=fills,
        stale=tuple(one.state == "stale" for one in said),
        notes=tuple(
            _note(room, one, odd.get(room.id)) for room, one in zip(drawing.rooms, said, strict=True)
        ),
        odd=tuple(room.id in odd for room in drawing.rooms),
        labels=tuple(
            fitting(
                [(room.at, room.clear) for room in drawing.rooms],
                [_lines(room, one) for room, one in zip(drawing.rooms, said, strict=True)],
                inks,
                layout=layout,
                px_per_m=px_per_m(drawing, layout) * zoom,
            )
            for layout in LAYOUTS
        ),
        symbols=placed if any(placed) else (),
    )


def changing(drawing: Drawing, paint_: Paint, *, scheme: Scheme) -> dict[int, Figure]:
    """What can change in each trace, by the trace's number: rooms come first, symbols and labels last."""
    rooms = zip(paint_.fills, paint_.stale, paint_.notes, paint_.odd, strict=True)
    labels = zip(LAYOUTS, paint_.labels, strict=True) if drawing.rooms else ()
    lines = len(drawing.rooms) + len(drawing.layers)
    first = lines + len(paint_.symbols)
    return (
        {
            number: {
                "fillcolor": fill,
                "fillpattern": _hatch(scheme) if stale else {"shape": ""},
                "text": note,
                "line": _outline(scheme, odd=odd),
            }
            for number, (fill, stale, note, odd) in enumerate(rooms)
        }
        | {
            lines + number: symbols.changing(found, scheme=scheme)
            for number, found in enumerate(paint_.symbols)
        }
        | {
            first + number: {
                "text": ["<br>".join(label.lines) for label in found],
                "textfont": {"family": FONT, "size": layout.size_px, "color": [label.ink for label in found]},
            }
            for number, (layout, found) in enumerate(labels)
        }
    )


def figure(
    drawing: Drawing,
    paint_: Paint,
    *,
    scheme: Scheme,
    ruler: Ruler = METRES,
    seen: Bounds | None = None,
    revision: str = "",
) -> Figure:
    """The whole figure; while it is of the same revision, a person's zoom stays.

    Args:
        drawing: Of the storey.
        paint_: What readings make of it.
        scheme: Of the page.
        ruler: What its scale bar is in.
        seen: The part that is zoomed into; None: the whole.
        revision: Of what is drawn.
    """
    lines = [_layer_trace(kind, drawing.layers[kind], scheme) for kind in LAYERS if kind in drawing.layers]
    # Plotly draws nothing of an empty trace, and the style sheet counts them from the last.
    labels = [_label_trace(drawing) for _ in LAYOUTS] if drawing.rooms else []
    marks = [symbols.trace(seen=number == 0) for number in range(len(paint_.symbols))]
    traces = [*(_room_trace(room) for room in drawing.rooms), *lines, *marks, *labels]
    changes = changing(drawing, paint_, scheme=scheme)
    return {
        "data": [trace | changes.get(number, {}) for number, trace in enumerate(traces)],
        "layout": plan_frame.layout(drawing, scheme, ruler, seen) | {"uirevision": revision},
    }


def zoom(drawing: Drawing, seen: Bounds) -> float:
    """How much larger than whole a plan is of which this part is seen.

    One of its sides fills the figure when it is whole; which one depends on the window.
    """
    if drawing.bounds is None:
        return 1.0
    (left, bottom, right, top), (west, south, east, north) = drawing.bounds, seen
    if not (east > west and north > south):
        return 1.0
    return min(64.0, max(1.0, (right - left) / (east - west), (top - bottom) / (north - south)))


def px_per_m(drawing: Drawing, layout: Layout) -> float:
    """The scale of the plan in the least room that a layout has."""
    if drawing.bounds is None:
        return 1.0
    left, bottom, right, top = drawing.bounds
    height_px = min(layout.height_px - STRIP_PX - EDGE_PX, layout.width_px / drawing.aspect)
    return min((layout.width_px - 2 * EDGE_PX) / (right - left), height_px / (top - bottom))


def _lines(room: DrawnRoom, said: Reading) -> list[Lines]:
    """What may be written in a room, the best first."""
    name, value, short = _plain(room.name), f"<b>{_plain(said.written)}</b>", f"<b>{_plain(said.short)}</b>"
    return [(name,)] if said.state == "none" else [(name, value), (name, short), (value,), (short,)]


def _note(room: DrawnRoom, said: Reading, odd: str | None) -> str:
    told = " · ".join(dict.fromkeys(filter(None, (said.written, said.age))))
    note = f"<b>{_plain(room.title)}</b><br>{_plain(told)}"
    return f"{note}<br>{_plain(odd)}" if odd else note


def _outline(scheme: Scheme, *, odd: bool) -> Figure:
    if odd:
        return {"color": tables.PLAN[scheme]["odd"], "width": 5, "dash": "5px,3px"}
    return {"color": tables.PLAN[scheme]["edge"], "width": 1, "dash": "solid"}


def _plain(text: str) -> str:
    """Text of a model or a device as Plotly shows it letter by letter: it would draw `<b>` as bold."""
    return html.escape(text, quote=False)


def _hatch(scheme: Scheme) -> Figure:
    ink = tables.PLAN[scheme]
    return {
        "shape": "/", "size": 7, "solidity": 0.18,
        "fillmode": "replace", "bgcolor": ink["room"], "fgcolor": ink["hatch"],
    }  # fmt: skip


def _room_trace(room: DrawnRoom) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": room.x,
        "y": room.y,
        "fill": "toself",
        "hoveron": "fills",
        "hoverinfo": "text",
    }


def _layer_trace(kind: str, outline: tuple[Coordinates, Coordinates], scheme: Scheme) -> Figure:
    colours = tables.PLAN[scheme]
    filled = {"wall": "wall", "column": "wall", "window": "glass", "door": "opening"}.get(kind)
    line = {"wall": "wall", "column": "wall"}.get(kind, "edge")
    return {
        "type": "scatter",
        "mode": "lines",
        "x": outline[0],
        "y": outline[1],
        **({"fill": "toself", "fillcolor": colours[filled]} if filled else {}),
        "line": {"color": colours[line], "width": 0.75},
        "hoverinfo": "skip",
    }


def _label_trace(drawing: Drawing) -> Figure:
    return {
        "type": "scatter",
        "mode": "text",
        "x": [room.at[0] for room in drawing.rooms],
        "y": [room.at[1] for room in drawing.rooms],
        "hoverinfo": "skip",
    }
