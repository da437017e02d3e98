"""Patterns: how a series and a room usually go, and which rooms of a building are odd."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard.components import notices, skeletons
from dashboard.components.icon import named
from dashboard.context import Context
from dashboard.pages import pattern_panels as panels
from dashboard.pages.reader import Reader
from dashboard.server import identity
from dashboard.shell import MARK, SCHEME
from dashboard.theme import scheme_of
from dashboard.views.building import is_id
from dashboard.views.pattern_choice import Choice, Options, options
from data.errors import StoreBusy, StoreUnavailable
from data.store import buildings

PATH = "/patterns"
NAME = "Patterns"
ORDER = 3

_ADDRESS = "patterns-address"
_BUILDING = "patterns-building"
_ROOM = "patterns-room"
_SERIES = "patterns-series"
_PANELS = "patterns-panels"
_SHOWN = "patterns-shown"  # dcc.Store: what is shown, which stays until something else is to be

_EVERY_S = 60  # workers look for patterns each day: more often there is nothing new to read


def layout(building: str = "", room: str = "", series: str = "", **_query: str) -> Any:
    """The page with skeletons; its callbacks fill it. The address says what is looked at."""
    return html.Div(
        [
            dcc.Location(id=_ADDRESS, refresh=False),
            dcc.Store(id=_SHOWN),
            html.H1("Patterns"),
            html.P(
                "How a series and a room usually go, looked for each day in what was measured.",
                className="lead",
            ),
            html.Div(
                [
                    _select(_BUILDING, "Building", building),
                    _select(_ROOM, "Room", room),
                    _select(_SERIES, "Series", series),
                ],
                className="pattern-choice",
            ),
            html.Div(skeletons.blocks(4, height=300), id=_PANELS, className="patterns"),
        ],
        className="page",
    )


def register(app: Dash, context: Context) -> None:
    """The page's callbacks."""
    reader = Reader(context)
    _register_choice(app, context, reader)
    _register_panels(app, context, reader)


def _register_choice(app: Dash, context: Context, reader: Reader) -> None:
    """One callback settles what is chosen, whoever chose it: a control or the address."""

    @app.callback(
        Output(_BUILDING, "data"),
        Output(_ROOM, "data"),
        Output(_SERIES, "data"),
        Output(_BUILDING, "value"),
        Output(_ROOM, "value"),
        Output(_SERIES, "value"),
        Output(_ADDRESS, "search"),
        Input(MARK, "data"),
        Input(_BUILDING, "value"),
        Input(_ROOM, "value"),
        Input(_SERIES, "value"),
        Input(_ADDRESS, "search"),
        State(_BUILDING, "data"),
        State(_ROOM, "data"),
        State(_SERIES, "data"),
    )
    @identity.needs("viewer")
    def choose(
        _mark: Any, building: Any, room: Any, series: Any, search: str | None, *offered: Any
    ) -> tuple[Any, ...]:
        if set(ctx.triggered_prop_ids) == {f"{MARK}.data"} and offered[0]:
            raise PreventUpdate  # what can be chosen is read when something is chosen
        said = Choice.parse(search or "")
        chosen = said if f"{_ADDRESS}.search" in ctx.triggered_prop_ids else Choice.of(building, room, series)
        names = _buildings(context)
        if chosen.building not in names:
            chosen = replace(chosen, building=next(iter(names), None))
        found = _options(context, reader, chosen.building)
        settled = found.settled(chosen)
        data = (
            _data(names),
            _data(found.rooms),
            _data({one.id: one.label for one in found.of_room(settled.room)}),
        )
        values = tuple(
            None if one is None else str(one) for one in (settled.building, settled.room, settled.series)
        )
        shown = (*offered, building, room, series)
        return (
            *(no_update if new == old else new for new, old in zip((*data, *values), shown, strict=True)),
            # An address that leaves open what is chosen anyhow stays: a step back never meets itself.
            no_update if found.settled(said) == settled or not found.series else settled.search,
        )


def _register_panels(app: Dash, context: Context, reader: Reader) -> None:
    @app.callback(
        Output(_PANELS, "children"),
        Output(_SHOWN, "data"),
        Input(MARK, "data"),
        Input(_BUILDING, "data"),
        Input(_BUILDING, "value"),
        Input(_ROOM, "value"),
        Input(_SERIES, "value"),
        Input(SCHEME, "computedColorScheme"),
        State(_SHOWN, "data"),
    )
    @identity.needs("viewer")
    def show(
        _mark: Any,
        offered: list[Any] | None,
        building: Any,
        room: Any,
        series: Any,
        scheme: str | None,
        shown: list[Any] | None,
    ) -> tuple[Any, ...]:
        chosen, account, now = Choice.of(building, room, series), identity.current(), datetime.now(UTC)
        if scheme is None or offered is None or (offered and not building):
            raise PreventUpdate  # the callback comes again when all are known
        asked = [chosen.search, scheme, account.units, int(now.timestamp()) // _EVERY_S]
        if asked == shown:
            raise PreventUpdate
        found = reader.building(chosen.building) if chosen.building is not None else None
        if found is None:
            return _no_building(), asked
        known = _options(context, reader, chosen.building)
        if known.settled(chosen) != chosen:
            raise PreventUpdate  # it is just being settled
        try:
            filled = panels.panels(
                context.store,
                panels.Asked(
                    tenant=account.tenant_id, units=account.units, choice=chosen, options=known,
                    building=found.row, scheme=scheme_of(scheme),
                ),
            )  # fmt: skip
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error  # the frame says so, and the next beat asks again
        return filled, asked


def _buildings(context: Context) -> dict[int, str]:
    try:
        rows = buildings.list_buildings(context.store, tenant=identity.current().tenant_id)
    except (StoreUnavailable, StoreBusy) as error:
        raise PreventUpdate from error
    return {row.id: row.name for row in rows}


def _options(context: Context, reader: Reader, building: int | None) -> Options:
    found = reader.building(building) if building is not None else None
    snapshot = context.snapshots.overview(identity.current().tenant_id)
    return options(found.series if found else (), snapshot.rows if found else ())


def _data(names: dict[int, str]) -> list[dict[str, str]]:
    return [{"value": str(id_), "label": name} for id_, name in names.items()]


def _no_building() -> Any:
    return notices.notice(
        "layout-dashboard",
        "No building yet",
        html.P("Patterns are those of rooms and the devices in them: bring in a building’s model first."),
        dcc.Link("Go to the models", href="/admin", className="button"),
    )


def _select(name: str, label: str, value: str) -> dmc.Select:
    return dmc.Select(
        id=name,
        value=value if is_id(value) else None,
        allowDeselect=False,
        searchable=True,
        limit=200,
        nothingFoundMessage="Nothing is called so.",
        maxDropdownHeight=320,
        **named(label),
    )
