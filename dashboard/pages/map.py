"""Map: buildings at their place in the colours of a figure, and the devices outdoors."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import dash_deck
import dash_mantine_components as dmc
from dash import Dash, Input, Output, Patch, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard import basemap, theme
from dashboard.components import map_parts, plan_controls
from dashboard.components.icon import named
from dashboard.context import Context
from dashboard.figures import colour_scale, deck
from dashboard.figures import map as figures
from dashboard.figures.colour_scale import Scale
from dashboard.kept import Kept
from dashboard.server import identity
from dashboard.shell import MARK, SCHEME
from dashboard.views import kpis
from dashboard.views import map as views
from dashboard.views import plan as plans
from dashboard.views.building import is_id
from dashboard.views.map import Figure
from data.errors import StoreBusy, StoreUnavailable
from data.store import map as maps
from data.store.map import Extent, MapBuilding

PATH = "/map"
NAME = "Map"
ORDER = 1

_DECK = "map"
_CANVAS = "map-canvas"
_FIGURE = "map-figure"
_ALL = "map-all"
_DRAWN = "map-drawn"  # dcc.Store: what is drawn
_BAR = "map-bar"
_SIDE = "map-buildings"
_NEAR = "map-near"
_ADDRESS = "map-address"
_BUILDING = "map-building"  # dcc.Store: the one that is in view at first, or None
_THANKS = "map-thanks"

_READ_EVERY_S = 15.0
_AGAIN_EVERY_MIN = 2  # the devices outdoors are asked for anew


class _Known:
    """What was read, and the buildings worked out once."""

    def __init__(self, rows: list[MapBuilding], extent: Extent | None) -> None:
        self.rows = rows
        self.placed = tuple(one for one in map(figures.place, rows) if one)
        corners = [(extent.west, extent.south), (extent.east, extent.north)] if extent else []
        self.places = [*(at for one in self.placed for at in one.corners), *corners]

    def in_view(self, building: int | None) -> list[figures.Place]:
        """Where one looks at: a building that has a place, else all there is."""
        return [at for one in self.placed if one.id == building for at in one.corners] or self.places


def layout(figure: str | None = None, building: str = "", **_query: str) -> Any:
    """The page, with one building in view where the address names it; its callbacks fill it."""
    return html.Div(
        [
            dcc.Store(id=_BUILDING, data=int(building) if is_id(building) else None),
            dcc.Location(id=_ADDRESS, refresh="callback-nav"),
            html.H1("Map"),
            html.Div(
                [
                    html.Section(
                        [
                            html.Div(_tools(views.figure_of(figure)), className="plan-head"),
                            html.Div(
                                html.Div(id=_CANVAS, className="solid-canvas"),
                                className="solid map",
                                role="img",
                                **named("Map of the buildings; the list has what it shows"),
                            ),
                            html.Div(id=_THANKS, className="map-thanks"),
                            html.Div(html.Div(id=_BAR, className="bar-place"), className="plan-foot"),
                        ],
                        className="panel plan-panel",
                    ),
                    html.Div(
                        [
                            html.Section([html.H2("Buildings"), html.Div(id=_SIDE)]),
                            html.Section(
                                [
                                    html.H2("Devices outdoors"),
                                    html.Div(map_parts.how_to_look(), id=_NEAR, role="status"),
                                ]
                            ),
                        ],
                        className="map-side",
                    ),
                ],
                className="building-columns",
            ),
        ],
        className="page",
    )


def register(app: Dash, context: Context) -> None:
    """The page's callbacks."""
    known = Kept(lambda tenant: _read(context, tenant), for_s=_READ_EVERY_S)
    summaries = kpis.Summaries(context.store)
    _register_canvas(app, context)
    _register_picture(app, context, known, summaries)
    _register_words(app, known, summaries)
    _register_click(app, context)


def _register_canvas(app: Dash, context: Context) -> None:
    @app.callback(
        Output(_CANVAS, "children"),
        Output(_THANKS, "children"),
        Input(SCHEME, "computedColorScheme"),
    )
    @identity.needs("viewer")
    def set_up(scheme: str | None) -> tuple[Any, str]:
        if scheme is None:
            raise PreventUpdate
        under = basemap.of(context.settings, theme.scheme_of(scheme))
        canvas = dash_deck.DeckGL(
            id=_DECK,
            data=figures.empty(under),
            mapboxKey=under.key if under else None,
            enableEvents=["click"],
            tooltip=deck.TOOLTIP,
        )
        return [dcc.Store(id=_DRAWN), canvas], context.settings.basemap_attribution


def _register_picture(app: Dash, context: Context, known: Kept[_Known], summaries: kpis.Summaries) -> None:
    @app.callback(
        Output(_DECK, "data"),
        Output(_DRAWN, "data"),
        Input(MARK, "data"),
        Input(_FIGURE, "value"),
        Input(_ALL, "n_clicks"),
        Input(_DRAWN, "id"),
        State(SCHEME, "computedColorScheme"),
        State(_BUILDING, "data"),
        State(_DRAWN, "data"),
    )
    @identity.needs("viewer")
    def show_map(
        _mark: Any,
        chosen: str,
        presses: int | None,
        _new: str,
        scheme: str | None,
        building: int | None,
        drawn: Any,
    ) -> tuple[Any, Any]:
        there, figure, look = _kept(known), views.figure_of(chosen), theme.scheme_of(scheme)
        told = views.told(summaries.of(identity.current().tenant_id), figure, units=identity.current().units)
        minute = int(datetime.now(UTC).timestamp() // 60) // _AGAIN_EVERY_MIN
        picture = figures.spec(
            there.placed,
            told,
            scale=_scale(figure),
            scheme=look,
            devices=f"/map/devices/{minute}/{{z}}/{{x}}/{{y}}.geojson",
            places=there.in_view(None if presses else building),
            turn=presses or 0,
            basemap=basemap.of(context.settings, look),
        )
        prints = {name: zlib.crc32(repr(part).encode()) for name, part in deck.parts(picture).items()}
        if drawn is None:
            return picture, prints
        if drawn == prints:
            raise PreventUpdate
        patch = Patch()
        for number, layer in enumerate(picture["layers"]):
            if drawn.get(layer["id"]) != prints[layer["id"]]:
                patch["layers"][number] = layer
        if drawn["view"] != prints["view"]:
            patch["framed"] = picture["framed"]
        return patch, prints


def _register_words(app: Dash, known: Kept[_Known], summaries: kpis.Summaries) -> None:
    @app.callback(
        Output(_BAR, "children"),
        Output(_SIDE, "children"),
        Input(MARK, "data"),
        Input(_FIGURE, "value"),
    )
    @identity.needs("viewer")
    def show_words(_mark: Any, chosen: str) -> tuple[Any, Any]:
        there, figure, units = _kept(known), views.figure_of(chosen), identity.current().units
        told = views.told(summaries.of(identity.current().tenant_id), figure, units=units)
        scale, quantity = _scale(figure), views.QUANTITY.get(figure)
        name = f"{views.FIGURES[figure]} [%]"
        if quantity:
            ticks = plans.ticks(scale.low, scale.high, quantity, units=units) or scale.ticks
            scale, name = replace(scale, ticks=ticks), plans.name(quantity, units=units)
        return plan_controls.colour_bar(scale, name=name), map_parts.buildings(there.rows, told, figure)


def _register_click(app: Dash, context: Context) -> None:
    @app.callback(
        Output(_ADDRESS, "href"),
        Output(_NEAR, "children"),
        Input(_DECK, "clickInfo"),
        prevent_initial_call=True,
    )
    @identity.needs("viewer")
    def click(clicked: dict[str, Any] | None) -> tuple[Any, Any]:
        if clicked is None:
            raise PreventUpdate
        building = (clicked.get("object") or {}).get("building")
        if building is not None:
            return f"/building/{int(building)}", no_update
        longitude, latitude = (float(at) for at in clicked["coordinate"][:2])
        try:
            found = maps.nearest(
                context.store, tenant=identity.current().tenant_id, longitude=longitude, latitude=latitude
            )
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error
        return no_update, map_parts.near(
            views.nearby(found, now=datetime.now(UTC), units=identity.current().units)
        )


def _tools(figure: Figure) -> list[Any]:
    return [
        dmc.Select(
            id=_FIGURE,
            value=figure,
            data=[{"value": name, "label": label} for name, label in views.FIGURES.items()],
            allowDeselect=False,
            className="map-figure",
            **named("Colour by"),
        ),
        dmc.Button("All of it", id=_ALL, variant="default", size="xs"),
    ]


def _scale(figure: Figure) -> Scale:
    return colour_scale.of(views.QUANTITY.get(figure, "share"), highest=100.0)


def _kept(known: Kept[_Known]) -> _Known:
    try:
        return known.of(identity.current().tenant_id)
    except (StoreUnavailable, StoreBusy) as error:
        raise PreventUpdate from error


def _read(context: Context, tenant: int) -> _Known:
    return _Known(maps.buildings(context.store, tenant=tenant), maps.extent(context.store, tenant=tenant))
