"""The map as small as a card, without deck.gl: outlines in the colours of a figure, or dots from afar.

A picture carries numbers only; names stand beside it, for the page to show as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from dashboard.figures import map as figures
from dashboard.figures import mercator
from dashboard.figures.colour_scale import Scale
from dashboard.figures.deck import Spec
from dashboard.figures.map import Place, Placed, Told

WIDTH, HEIGHT = 480, 240

_UNKNOWN = "#8b959f"  # seen on light and on dark, as is the edge
_EDGE = "#6b7580"
_DOT_PX = 6.0
_SMALLEST_PX = 10.0  # an outline that is smaller is a dot
_NAME_PX = (150.0, 36.0)  # what a name has for itself; a phone shows the picture smaller, its names not


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a building's name stands."""

    id: int
    name: str
    across: float  # of the width, from 0 at the left to 1
    down: float  # of the height, from 0 at the top to 1; above it the picture is free
    named: bool  # whether the name has room


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A small map."""

    image: str  # an address that carries the image itself
    spots: tuple[Spot, ...]


def sketch(placed: Sequence[Placed], told: Mapping[int, Told], *, scale: Scale) -> Sketch | None:
    """The map of all buildings that have a place; None where none has one.

    Args:
        placed: The buildings.
        told: Their figures by id; a building without one is grey.
        scale: The figure's colours.
    """
    if not placed:
        return None
    view = figures.view_of(
        (at for one in placed for at in one.corners), canvas=(WIDTH, HEIGHT), farthest=-2.0
    )
    drawn, spots = [], []
    for one in placed:
        said = told.get(one.id)
        colour = scale.colour(said.value) if said and said.value is not None else _UNKNOWN
        rings = [[_px(at, view) for at in ring] for rings in one.polygons for ring in rings]
        shape, top = _shape(rings, _px(one.at, view), colour)
        drawn.append(shape)
        spots.append((one, (_px(one.at, view)[0], top)))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'stroke="{_EDGE}" stroke-linejoin="round">{"".join(drawn)}</svg>'
    )
    return Sketch(image=f"data:image/svg+xml,{quote(svg)}", spots=_spots(spots))


def _px(at: Sequence[float], view: Spec) -> Place:
    """A place in pixels from the picture's upper left."""
    earth = 512 * 2 ** view["zoom"]
    down = mercator.down(at[1]) - mercator.down(view["latitude"])
    return WIDTH / 2 + (at[0] - view["longitude"]) / 360 * earth, HEIGHT / 2 + down * earth


def _shape(rings: Sequence[Sequence[Place]], middle: Place, colour: str) -> tuple[str, float]:
    """A building as it is drawn, and where its upper edge is [px]."""
    across, down = zip(*(at for ring in rings for at in ring), strict=True)
    if max(max(across) - min(across), max(down) - min(down)) < _SMALLEST_PX:
        x, y = middle
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_DOT_PX}" fill="{colour}"/>', y - _DOT_PX
    path = "".join(f"M{' '.join(f'{x:.1f} {y:.1f}' for x, y in ring)}Z" for ring in rings)
    return f'<path d="{path}" fill="{colour}" fill-rule="evenodd"/>', min(down)


def _spots(found: Sequence[tuple[Placed, Place]]) -> tuple[Spot, ...]:
    named: list[Place] = []
    spots = []
    for one, at in found:
        free = all(abs(at[0] - x) > _NAME_PX[0] or abs(at[1] - y) > _NAME_PX[1] for x, y in named)
        if free:
            named.append(at)
        spots.append(Spot(id=one.id, name=one.name, across=at[0] / WIDTH, down=at[1] / HEIGHT, named=free))
    return tuple(spots)
