"""The plan of a model that is not current: storeys to choose from, and rooms with their areas."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard.components.icon import named
from dashboard.figures import colour_scale, drawing
from dashboard.figures import plan as figures
from dashboard.figures.drawing import Drawing
from dashboard.figures.plan_frame import FEET, METRES
from dashboard.server import identity
from dashboard.shell import SCHEME
from dashboard.theme import scheme_of
from dashboard.views import model_preview as views
from data.building import library
from data.building.model import Model
from data.files import Files
from data.store.buildings import StoreyPlan

NEEDS: identity.Role = "administrator"

MODEL = "model-read"  # dcc.Store: [file's SHA-256, whether all of it can be drawn, whether it is being read]

_STOREY = "model-storey"
_PLAN = "model-plan"
_PLACE = "model-plan-place"
_EMPTY = "model-plan-empty"

_HIDDEN = {"display": "none"}
_SOON = "The plan appears as soon as rooms are read."
_LATER = "This file was read by an earlier release. It is read anew when it is made current."


class Models:
    """The models of files in storage; the last few are held. Thread-safe."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.of = lru_cache(maxsize=2)(self._of)
        self.drawn = lru_cache(maxsize=32)(self._drawn)

    def is_whole(self, sha256: str) -> bool:
        """Whether all of a file can be drawn, and not its rooms alone."""
        return library.is_whole(self._files, sha256)

    def _of(self, sha256: str, whole: bool) -> Model:
        """The model of a file.

        Args:
            sha256: The file's.
            whole: What `is_whole` says of it: once more is read, rooms alone are not held any longer.

        Raises:
            LookupError: nothing of it was read yet, or it is no longer in storage.
        """
        model = library.known(self._files, sha256)
        if model is None:
            raise LookupError(sha256)
        return model

    def _drawn(self, sha256: str, whole: bool, storey: int) -> tuple[StoreyPlan, Drawing]:
        """A storey of a file, with its drawing; raises as `of` does."""
        plan = views.plan(self.of(sha256, whole), storey)
        return plan, drawing.draw(plan)


def panel() -> html.Section:
    """The plan under the choice of its storey."""
    return html.Section(
        [
            html.Div(
                dmc.Select(id=_STOREY, data=[], allowDeselect=False, **named("Storey")), className="plan-head"
            ),
            html.Div(
                dcc.Graph(
                    id=_PLAN,
                    figure={"data": [], "layout": {"xaxis": {"visible": False}, "yaxis": {"visible": False}}},
                    config={"displayModeBar": False},
                    responsive=True,
                    style={"height": "100%"},
                ),
                id=_PLACE,
                style=_HIDDEN,
                className="plan",
            ),
            html.Div(_SOON, id=_EMPTY, className="nothing-drawn"),
        ],
        className="panel plan-panel",
        **named("Preview of the floor plan"),
    )


def register(app: Dash, models: Models) -> None:
    """The callbacks of the panel."""
    _register_storeys(app, models)
    _register_plan(app, models)


def _register_storeys(app: Dash, models: Models) -> None:
    @app.callback(
        Output(_STOREY, "data"),
        Output(_STOREY, "value"),
        Input(MODEL, "data"),
        State(_STOREY, "value"),
    )
    @identity.needs(NEEDS)
    def show_storeys(read: list[Any] | None, chosen: str | None) -> tuple[Any, ...]:
        if not read:
            raise PreventUpdate
        try:
            found = views.storeys(models.of(read[0], read[1]))
        except LookupError as error:
            raise PreventUpdate from error  # asked again when all of it was read
        data = [{"value": str(one.key), "label": f"{one.name} · {one.rooms} rooms"} for one in found]
        first = views.first(found)
        kept = chosen in {one["value"] for one in data}
        return data, no_update if kept or first is None else str(first)


def _register_plan(app: Dash, models: Models) -> None:
    @app.callback(
        Output(_PLAN, "figure"),
        Output(_PLACE, "style"),
        Output(_EMPTY, "children"),
        Input(_STOREY, "value"),
        Input(SCHEME, "computedColorScheme"),
        Input(MODEL, "data"),
    )
    @identity.needs(NEEDS)
    def show_plan(storey: str | None, scheme: str | None, read: list[Any] | None) -> tuple[Any, ...]:
        if not scheme or not read:
            raise PreventUpdate
        try:
            plan, outlines = models.drawn(read[0], read[1], int(storey or 0))
        except LookupError:
            return no_update, _HIDDEN, _SOON if read[2] else _LATER
        if not storey:
            raise PreventUpdate  # the callback comes again when one is chosen
        if outlines.bounds is None:
            return no_update, _HIDDEN, "The file has no outlines of the rooms on this storey."
        figure = plain(plan, outlines, scheme=scheme)
        return figure, {"--aspect": f"{outlines.aspect:.3f}"}, None


def plain(plan: StoreyPlan, outlines: Drawing, *, scheme: str | None) -> figures.Figure:
    """The figure of a plan without readings, for the account of this request."""
    look, units = scheme_of(scheme), identity.current().units
    scale = colour_scale.of("temperature")  # no room has a value that would take a colour of it
    paint = figures.paint(outlines, views.areas(plan, units=units), scale=scale, scheme=look)
    return figures.figure(outlines, paint, scheme=look, ruler=FEET if units == "us" else METRES)
