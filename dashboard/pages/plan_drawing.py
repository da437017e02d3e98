"""What a storey's floor plan is drawn from: outlines and symbols that stay, and the colours of a moment."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from dash import Patch, no_update

from dashboard.components.plan_controls import Unlike
from dashboard.figures import colour_scale, drawing, plan_frame
from dashboard.figures import plan as figures
from dashboard.figures.colour_scale import Scale
from dashboard.figures.drawing import Bounds, Drawing
from dashboard.figures.labels import LAYOUTS
from dashboard.figures.plan_frame import FEET, METRES
from dashboard.figures.symbols import Placed, place
from dashboard.pages.reader import Reader, Then
from dashboard.server import identity
from dashboard.theme import Scheme
from dashboard.views import building as views
from dashboard.views import plan as plans
from dashboard.views import symbols
from dashboard.views.building import Building
from data.store.buildings import StoreyPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How a plan is looked at."""

    quantity: str
    scheme: Scheme
    at: Any  # the moment, as the page keeps it
    with_symbols: bool
    part: Bounds | None  # that is seen; None: the whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A plan as it is to be shown."""

    outlines: Drawing
    figure: Any  # whole, or a patch of what changed
    painted: dict[str, Any]  # what is then drawn
    scale: Scale
    groups: tuple[symbols.Group, ...]  # of the symbols
    odd: Unlike | None  # whether rooms are marked as unlike those around them


class Plans:
    """The plans of all storeys. Thread-safe."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._drawn = lru_cache(maxsize=128)(self._draw)
        self._marked = lru_cache(maxsize=64)(self._mark)

    def show(self, found: Building, plan: StoreyPlan, wanted: Wanted, painted: Any) -> Shown | None:
        """The plan of a storey; None when it has just gone.

        Args:
            found: The building.
            plan: Of the storey.
            wanted: How it is looked at.
            painted: What the page has drawn.
        """
        account = identity.current()
        outlines = self._drawn(account.tenant_id, plan.id, found.revision)
        if outlines is None:
            return None
        then, look, units = self._reader.then(found, wanted.at), wanted.scheme, account.units
        said = self._reader.readings(then, (room.id for room in plan.rooms), wanted.quantity)
        unlike = self._reader.odd(found)
        odd = {} if then.window else unlike
        scale = scale_of(then, wanted.quantity)
        ticks = plans.ticks(scale.low, scale.high, wanted.quantity, units=units)
        scale = replace(scale, ticks=ticks or scale.ticks)
        zoom = round(figures.zoom(outlines, wanted.part), 2) if wanted.part else 1.0
        seen = wanted.part if zoom > 1 else None
        things = symbols.of(plan, found.series) if wanted.with_symbols else ()
        placed = self._marked(account.tenant_id, plan.id, found.revision, things, zoom)
        paint = figures.paint(outlines, said, scale=scale, scheme=look, zoom=zoom, placed=placed, odd=odd)
        changes = figures.changing(outlines, paint, scheme=look)
        what, ruler = f"{plan.id} {found.revision} {look} {units}", FEET if units == "us" else METRES
        next_ = _painted(outlines, changes, what, wanted.at, seen)
        if painted and painted["what"] == next_["what"]:
            moving = plan_frame.moving(outlines, look, ruler, seen) if painted["seen"] != seen else {}
            figure = _changed(changes, moving, next_["prints"], painted["prints"])
        else:
            figure = figures.figure(
                outlines, paint, scheme=look, ruler=ruler, seen=seen, revision=str(plan.id)
            )
        groups = tuple(dict.fromkeys(one.group for one in things))
        marked: Unlike = "not known then" if then.window else "marked"
        return Shown(
            outlines=outlines,
            figure=figure,
            painted=next_,
            scale=scale,
            groups=groups,
            odd=marked if any(room.id in unlike for room in outlines.rooms) else None,
        )

    def _draw(self, _tenant: int, storey: int, revision: str) -> Drawing | None:
        plan = self._reader.plan(storey, revision)
        return drawing.draw(plan) if plan else None

    def _mark(
        self, tenant: int, storey: int, revision: str, things: tuple[symbols.Symbol, ...], zoom: float
    ) -> tuple[tuple[Placed, ...], ...]:
        outlines = self._drawn(tenant, storey, revision)
        if outlines is None:
            return ()
        scales = ((layout, figures.px_per_m(outlines, layout) * zoom) for layout in LAYOUTS)
        return tuple(place(outlines, things, layout=layout, px_per_m=px) for layout, px in scales)


def scale_of(then: Then, quantity: str) -> Scale:
    """The colours of a quantity: its own, else for the whole building, so that its storeys share them."""
    if colour_scale.has_own(quantity):
        return colour_scale.of(quantity)
    highs, lows = (views.in_rooms(then.extremes(pick=pick)).values() for pick in (max, min))
    return colour_scale.of(
        quantity,
        lowest=plans.lowest(lows, quantity, now=then.now),
        highest=plans.highest(highs, quantity, now=then.now),
    )


def _painted(
    outlines: Drawing, changes: Mapping[int, figures.Figure], what: str, at: Any, seen: Bounds | None
) -> dict[str, Any]:
    prints = [zlib.crc32(repr(change).encode()) for change in changes.values()]
    return {
        "what": f"{what} {len(prints)}",
        "prints": prints,
        "rooms": [room.id for room in outlines.rooms],
        "at": at,
        "seen": seen,
    }


def _changed(
    changes: Mapping[int, figures.Figure], moving: figures.Figure, prints: list[int], shown: list[int]
) -> Any:
    """Only what is another than what is shown; geometry and a room that stays as it is are never sent."""
    patch, same = Patch(), not moving
    for name, value in moving.items():
        patch["layout"][name] = value
    for (number, change), new, old in zip(changes.items(), prints, shown, strict=True):
        if new != old:
            patch["data"][number].update(change)
            same = False
    return no_update if same else patch
