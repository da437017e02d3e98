"""The building in 3D on the Building page: the second view of what the floor plan shows."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import dash_deck
import dash_mantine_components as dmc
from dash import Dash, Input, Output, Patch, State, dcc, html
from dash.exceptions import PreventUpdate

from dashboard.components import plan_controls
from dashboard.components.icon import named
from dashboard.context import Context
from dashboard.figures import building_3d as figures
from dashboard.figures import deck, solid, standing
from dashboard.figures.solid import Solid
from dashboard.figures.standing import Stand
from dashboard.pages.floor_plan import STOREY
from dashboard.pages.plan_drawing import scale_of
from dashboard.pages.reader import Reader, Then
from dashboard.pages.room_drawer import AT, BUILDING, QUANTITY
from dashboard.server import identity
from dashboard.shell import MARK, SCHEME, TICK
from dashboard.theme import Scheme, scheme_of
from dashboard.views.building import VIEWS, Building
from dashboard.views.shell import Shell, Shells
from data.errors import StoreBusy, StoreUnavailable
from data.files import Files
from data.store import bodies

VIEW = "building-view"  # its value is one of `views.building.VIEWS`
CLICKED = "building-3d-clicked"  # dcc.Store: the room that was clicked, until that is answered

_PLACE = "building-3d-place"
_STANDS = "building-3d-stands"  # dcc.Store: whether it is there
_DECK = "building-3d"
_DRAWN = "building-3d-drawn"  # dcc.Store: what is drawn, and a fingerprint of each piece
_EXPLODED = "building-3d-exploded"
_ALONE = "building-3d-alone"
_WHOLE = "building-3d-whole"
_SHELL = "building-3d-shell"
_SHELL_WHY = "building-3d-shell-why"
_SHELL_AT = "building-3d-shell-at"  # dcc.Store: the address of the shell; None: there is none

_Painted = list[list[dict[str, Any]]]
_SolidOf = Callable[[Building], Solid | None]
_ShellOf = Callable[[Building], Shell | str]


def switch(view: str | None) -> dmc.SegmentedControl:
    """What chooses between the two views."""
    return dmc.SegmentedControl(
        id=VIEW,
        value=view if view in VIEWS else VIEWS[0],
        data=[{"value": one, "label": label} for one, label in zip(VIEWS, ("Plan", "3D"), strict=True)],
        className="view-switch",
        **named("View"),
    )


def panel() -> html.Div:
    """Where the 3D view stands; nothing is in it while the plan is shown, as it would keep a GPU busy."""
    return html.Div(
        [dcc.Store(id=CLICKED), dcc.Store(id=_STANDS, data=False), html.Div(id=_PLACE)],
        className="solid-place",
    )


def register(app: Dash, context: Context, reader: Reader) -> None:
    """Its callbacks."""

    @lru_cache(maxsize=32)
    def built(tenant: int, building: int, _revision: str) -> Solid | None:
        found = reader.building(building)
        rooms = bodies.of_building(context.store, tenant=tenant, building=building)
        return solid.build(rooms, found.storeys, north_deg=found.row.true_north_deg) if found else None

    def solid_of(found: Building) -> Solid | None:
        try:
            return built(identity.current().tenant_id, found.row.id, found.revision)
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error

    shells = Shells(context.store, Files.of(context.settings))

    def shell_of(found: Building) -> Shell | str:
        try:
            return shells.of(found.row, tenant=identity.current().tenant_id, revision=found.revision)
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error

    _register_view(app, reader, solid_of)
    _register_click(app)
    _register_shell(app, reader, shell_of)
    _register_picture(app, reader, solid_of, shell_of)


def _register_view(app: Dash, reader: Reader, solid_of: _SolidOf) -> None:
    @app.callback(
        Output(_PLACE, "children"),
        Output(_STANDS, "data"),
        Input(VIEW, "value"),
        Input(MARK, "data"),
        State(BUILDING, "data"),
        State(_STANDS, "data"),
    )
    @identity.needs("viewer")
    def show_view(view: str | None, _mark: Any, building: int, stands: bool) -> tuple[Any, bool]:
        wanted = view == "3d"
        if wanted == stands:
            raise PreventUpdate
        if not wanted:
            return [], False  # with None, Dash still looks for what stood there when a late answer comes
        found = reader.building(building)
        if found is None:
            raise PreventUpdate
        return (_canvas() if solid_of(found) else plan_controls.no_bodies()), True


def _register_click(app: Dash) -> None:
    @app.callback(
        Output(CLICKED, "data"),
        Output(_DECK, "clickInfo"),
        Input(_DECK, "clickInfo"),
        prevent_initial_call=True,
    )
    @identity.needs("viewer")
    def click(clicked: dict[str, Any] | None) -> tuple[int, None]:
        room = ((clicked or {}).get("object") or {}).get("room")
        if clicked is None or room is None:
            raise PreventUpdate
        return int(room), None  # the picture's is emptied, so that the next click on the same room is another


def _register_shell(app: Dash, reader: Reader, shell_of: _ShellOf) -> None:
    @app.callback(
        Output(_SHELL, "disabled"),
        Output(_SHELL_AT, "data"),
        Output(_SHELL_WHY, "children"),
        Input(TICK, "n_intervals"),
        Input(_SHELL, "checked"),
        Input(_EXPLODED, "value"),
        Input(_ALONE, "checked"),
        State(BUILDING, "data"),
        State(_SHELL_AT, "data"),
        State(_SHELL_WHY, "children"),
    )
    @identity.needs("viewer")
    def offer_shell(
        _ticks: int | None, wanted: bool, exploded: float, alone: bool, building: int, *shown: str | None
    ) -> tuple[Any, ...]:
        found = reader.building(building)
        if found is None:
            raise PreventUpdate
        shell = shell_of(found)
        hidden = "shown when all storeys stand together" if wanted and (exploded or alone) else ""
        address, why = (shell.address, hidden) if isinstance(shell, Shell) else (None, shell)
        if (address, why) == shown:
            raise PreventUpdate
        return address is None, address, why


def _register_picture(app: Dash, reader: Reader, solid_of: _SolidOf, shell_of: _ShellOf) -> None:
    @app.callback(
        Output(_DECK, "data"),
        Output(_DRAWN, "data"),
        Input(MARK, "data"),
        Input(STOREY, "value"),
        Input(QUANTITY, "value"),
        Input(SCHEME, "computedColorScheme"),
        Input(_EXPLODED, "value"),
        Input(_ALONE, "checked"),
        Input(_WHOLE, "n_clicks"),
        Input(AT, "data"),
        Input(_SHELL, "checked"),
        Input(_SHELL_AT, "data"),
        State(BUILDING, "data"),
        State(_DRAWN, "data"),
    )
    @identity.needs("viewer")
    def show_solid(
        _mark: Any,
        storey: str | None,
        quantity: str | None,
        scheme: str | None,
        exploded: float,
        alone: bool,
        presses: int | None,
        at: dict[str, Any] | None,
        with_shell: bool,
        _shell_at: str | None,
        building: int,
        drawn: dict[str, Any] | None,
    ) -> tuple[Any, ...]:
        found = reader.building(building)
        if found is None or quantity is None or scheme is None or (shape := solid_of(found)) is None:
            raise PreventUpdate  # the callback comes again when all are known
        chosen = found.storey(storey)
        how = Stand(exploded=exploded / 100, alone=chosen.id if alone and chosen else None)
        look, units = scheme_of(scheme), identity.current().units
        around = shell_of(found) if with_shell else None
        shell = around if isinstance(around, Shell) else None
        painted = _painted(reader, reader.then(found, at), shape, quantity, look)
        new: dict[str, Any] = {
            "what": f"{found.revision} {look} {units} {shell.address if shell else None}",
            "prints": [zlib.crc32(repr(row).encode()) for rows in painted for row in rows],
            "stand": [how.exploded, how.alone],
            "turn": presses or 0,
        }
        if new == drawn:
            raise PreventUpdate
        if drawn is None or drawn["what"] != new["what"]:
            picture = figures.spec(shape, painted, how=how, scheme=look, shell=shell)
            return picture | {"framed": standing.frames(shape, how=how, turn=new["turn"])}, new
        return _changed(shape, painted, how, new, drawn, shell=shell is not None), new


def _painted(reader: Reader, then: Then, shape: Solid, quantity: str, scheme: Scheme) -> _Painted:
    """The colours of the rooms, by the rules of the floor plan."""
    rooms = (piece.room for level in shape.levels for piece in level.pieces)
    said = reader.readings(then, rooms, quantity)
    return figures.paint(shape, said, scale=scale_of(then, quantity), scheme=scheme)


def _changed(
    shape: Solid,
    painted: _Painted,
    how: Stand,
    new: Mapping[str, Any],
    old: Mapping[str, Any],
    *,
    shell: bool,
) -> Patch:
    """Only what is another than what is shown; outlines are never sent again."""
    patch = Patch()
    layers = patch["layers"]
    numbers = [(level, piece) for level, rows in enumerate(painted) for piece in range(len(rows))]
    for (level, piece), now, before in zip(numbers, new["prints"], old["prints"], strict=True):
        if now != before:
            layers[figures.rooms_of(level)]["data"][piece].update(painted[level][piece])
    if new["stand"] != old["stand"]:
        for layer, moved in figures.stand(shape, how, shell=shell).items():
            layers[layer].update(moved)
    if new["turn"] != old["turn"] or new["stand"][0] != old["stand"][0]:  # it would grow out of the picture
        patch["framed"] = standing.frames(shape, how=how, turn=new["turn"])
    return patch


def _canvas() -> list[Any]:
    return [
        dcc.Store(id=_DRAWN),
        dcc.Store(id=_SHELL_AT),
        html.Div(
            html.Div(
                dash_deck.DeckGL(id=_DECK, data=figures.EMPTY, enableEvents=["click"], tooltip=deck.TOOLTIP),
                className="solid-canvas",
            ),
            className="solid",
            role="img",
            **named("The building in 3D; the list of rooms has what it shows"),
        ),
        html.Div(_tools(), className="solid-tools"),
    ]


def _tools() -> Sequence[Any]:
    return [
        html.Span("Storeys apart", className="solid-apart"),
        dmc.Slider(
            id=_EXPLODED,
            value=0,
            min=0,
            max=100,
            step=5,
            label=None,
            updatemode="drag",
            thumbLabel="How far the storeys stand apart",
            className="solid-slider",
        ),
        dmc.Switch(id=_ALONE, label="Only the chosen storey", checked=False, size="sm"),
        dmc.Switch(id=_SHELL, label="Building's shell", checked=False, disabled=True, size="sm"),
        html.Span(id=_SHELL_WHY, className="solid-why", role="status"),
        dmc.Button("Whole building", id=_WHOLE, variant="default", size="xs"),
    ]
