"""The drawer of the Building page: one room with what is measured in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard import format
from dashboard.components import live, skeletons, trend_graph
from dashboard.components import room as parts
from dashboard.components.icon import named
from dashboard.context import Context
from dashboard.pages import room_health
from dashboard.pages.reader import Reader
from dashboard.server import identity
from dashboard.shell import MARK, SCHEME
from dashboard.theme import scheme_of
from dashboard.views import plan as plans
from dashboard.views import room as views
from dashboard.views import trend as trends
from dashboard.views.past import Moment
from data.errors import StoreBusy, StoreUnavailable
from data.store import buildings, spatial
from data.store.devices import SeriesRow

DRAWER = "room-drawer"
BUILDING = "building"  # dcc.Store: its id
ROOM = "room"  # dcc.Store: the id of the room that is open, or None
QUANTITY = "building-quantity"  # the plan's; its series comes first
AT = "building-at"  # dcc.Store: the moment that is shown, as `views.past.Moment` is kept; None: live
PAINTED = "building-painted"  # dcc.Store: what the plan draws; `floor_plan` says more

_TITLE = "room-title"
_FACTS = "room-facts"
_SERIES = "room-series-choice"
_DEVICES = "room-devices"
_AROUND = "room-around"
_ABOUT = "room-about"
_TREND = "room-trend"
_PERIOD = "room-period"
_GRAPH = "room-graph"
_DRAWN = "room-drawn"  # dcc.Store: which trend is drawn, the newest of it, with a cursor, with any data
_TOLD = "room-told"  # dcc.Store: the room that its facts are of, and their units
_AROUND_TOLD = "room-around-told"  # dcc.Store: the same of what is around it, and for which quantity
_SPARKED = "room-sparked"  # dcc.Store: of which room the sparks are, and of which turn


def drawer(room: int | None) -> dmc.Drawer:
    """The drawer, open when the address names a room."""
    return dmc.Drawer(
        [
            dcc.Store(id=_DRAWN),
            dcc.Store(id=_SPARKED),
            dcc.Store(id=_TOLD),
            dcc.Store(id=_AROUND_TOLD),
            html.Div(skeletons.blocks(2, height=22), id=_FACTS),
            room_health.section(),
            dmc.RadioGroup(skeletons.blocks(3, height=58), id=_SERIES, **named("Series to show")),
            html.Div(_course(), id=_TREND, hidden=True),
            html.Div(id=_DEVICES),
            html.Div(id=_AROUND, className="room-around"),
            html.Div(id=_ABOUT),
        ],
        id=DRAWER,
        opened=room is not None,
        title=html.Div(_named_soon(), id=_TITLE, className="room-titles"),
        position="right",
        size="min(560px, 100vw)",
        className="room-drawer",
    )


def register(app: Dash, context: Context, reader: Reader) -> None:
    """The drawer's callbacks."""
    room_health.register(app, context, reader, room=ROOM, building=BUILDING, at=AT)
    sparks = views.Sparks(context.store)

    @app.callback(
        Output(_TITLE, "children"),
        Output(_FACTS, "children"),
        Output(_ABOUT, "children"),
        Output(_TOLD, "data"),
        Input(MARK, "data"),
        Input(ROOM, "data"),
        State(_TOLD, "data"),
    )
    @identity.needs("viewer")
    def show_room(_mark: Any, room: int | None, told: list[Any] | None) -> tuple[Any, ...]:
        telling = [room, identity.current().units]
        if room is None or telling == told:
            raise PreventUpdate
        try:
            space = buildings.space(context.store, tenant=identity.current().tenant_id, space=room)
        except (StoreUnavailable, StoreBusy):
            # Not what was told of another room; the next beat after it healed asks again.
            return _named_soon(), skeletons.blocks(2, height=22), None, None
        if space is None:
            return "There is no such room", None, None, telling
        shown = views.room(space, units=identity.current().units)
        return parts.title(shown), parts.facts(shown), parts.about(shown), telling

    # Apart from the room itself, whose name must not wait for what is computed from shapes.
    @app.callback(
        Output(_AROUND, "children"),
        Output(_AROUND_TOLD, "data"),
        Input(MARK, "data"),
        Input(ROOM, "data"),
        Input(QUANTITY, "value"),
        State(BUILDING, "data"),
        State(_AROUND_TOLD, "data"),
    )
    @identity.needs("viewer")
    def show_around(
        _mark: Any, room: int | None, quantity: str | None, building: int, told: list[Any] | None
    ) -> tuple[Any, ...]:
        telling = [room, identity.current().units, quantity]
        if room is None or quantity is None or telling == told:
            raise PreventUpdate
        try:
            return _around(context, room, building, quantity), telling
        except (StoreUnavailable, StoreBusy):
            return None, None

    @app.callback(
        Output(_SERIES, "children"),
        Output(live.slot(parts.SERIES, ALL), "children"),
        Output(live.slot(parts.SPARKS, ALL), "children"),
        Output(_SERIES, "value"),
        Output(_DEVICES, "children"),
        Output(_TREND, "hidden"),
        Output(_SPARKED, "data"),
        Input(MARK, "data"),
        Input(ROOM, "data"),
        Input(AT, "data"),
        State(live.slot(parts.SERIES, ALL), "id"),
        State(_SERIES, "value"),
        State(QUANTITY, "value"),
        State(_SPARKED, "data"),
        State(BUILDING, "data"),
    )
    @identity.needs("viewer")
    def show_values(
        _mark: Any,
        room: int | None,
        at: Any,
        slots: list[live.Slot],
        chosen: str | None,
        quantity: str | None,
        sparked: list[int] | None,
        building: int,
    ) -> tuple[Any, ...]:
        if room is None:
            raise PreventUpdate
        moment = Moment.of(at)
        now = moment.at if moment else datetime.now(UTC)
        rows, units = reader.rows(building, room, at), identity.current().units
        measured = {
            one.point.series_id: one for one in views.measured(rows, now=now, first=quantity, units=units)
        }
        ids = [str(key) for key in measured]
        turn = [room, views.turn(now)]
        try:
            courses = {key: sparks.of(key, tenant=identity.current().tenant_id, now=now) for key in measured}
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error
        choices, insides = live.update(
            measured,
            slots,
            inside=parts.choice_inside,
            whole=lambda: (
                html.Div(
                    [parts.choice(one, courses[key]) for key, one in measured.items()],
                    className="series-list",
                )
                if measured
                else parts.no_device()
            ),
        )
        redrawn = choices is no_update and turn != sparked
        return (
            choices,
            insides,
            [parts.spark(courses[slot["key"]]) if redrawn else no_update for slot in slots],
            no_update if chosen in ids else next(iter(ids), None),
            parts.devices(views.devices_of(rows, now=now)),
            not measured,
            turn,
        )

    @app.callback(
        Output(_GRAPH, "figure"),
        Output(_DRAWN, "data"),
        Input(MARK, "data"),
        Input(_SERIES, "value"),
        Input(_PERIOD, "value"),
        Input(SCHEME, "computedColorScheme"),
        Input(AT, "data"),
        State(ROOM, "data"),
        State(BUILDING, "data"),
        State(_DRAWN, "data"),
    )
    @identity.needs("viewer")
    def show_trend(
        _mark: Any,
        chosen: str | None,
        period: str,
        scheme: str | None,
        at: Any,
        room: int | None,
        building: int,
        drawn: list[Any] | None,
    ) -> tuple[Any, ...]:
        if room is None or scheme is None:
            raise PreventUpdate  # the callback comes again when both are known
        row = next((row for row in reader.rows(building, room) if str(row.series_id) == chosen), None)
        if row is None:
            raise PreventUpdate
        wanted = period if period in trends.PERIODS else trends.DEFAULT
        moment, now, look = Moment.of(at), datetime.now(UTC), scheme_of(scheme)
        cursor = moment.at if moment else None
        until = trends.until_of(cursor, wanted, now=now) if cursor else now
        newest = int(until.timestamp()) if cursor else trends.newest(row, wanted)
        what, zone = f"{chosen} {wanted} {scheme} {identity.current().units}", format.zone(row.timezone)
        shown = [what, newest, cursor is not None]
        if drawn and drawn[:3] == shown:
            return trend_graph.pointed(cursor, zone, look) if cursor else no_update, no_update
        trend = _trend(context, row, wanted, until=until)
        draws, figure = not trend.frame.empty, trend_graph.drawn(trend, scheme)
        if cursor:
            figure = trend_graph.with_cursor(figure, cursor, zone, look)
        moves = draws and not cursor and drawn and [drawn[0], *drawn[2:]] == [what, False, True]
        return trend_graph.moved(figure) if moves else figure, [*shown, draws]


def _around(context: Context, room: int, building: int, quantity: str | None) -> list[Any]:
    """The rooms next to a room, and the nearest sensor of what it does not measure itself."""
    store, tenant, units = context.store, identity.current().tenant_id, identity.current().units
    measured = None if quantity in (plans.FRESHNESS, plans.HEALTH) else quantity
    found = spatial.nearest_sensor(store, tenant=tenant, at=room, quantity=measured)
    beside = spatial.neighbours(store, tenant=tenant, room=room)
    return parts.around(
        views.beside(beside, building=building, quantity=quantity, units=units),
        views.nearest(found, room=room, quantity=measured, units=units),
    )


def _named_soon() -> list[Any]:
    """What stands for a title until the room is read."""
    return skeletons.blocks(1, height=26)


def _course() -> list[Any]:
    return [
        dmc.SegmentedControl(
            id=_PERIOD,
            value=trends.DEFAULT,
            data=[{"value": key, "label": label} for key, (label, _) in trends.PERIODS.items()],
            fullWidth=True,
            **named("Period"),
        ),
        html.Div(
            dcc.Graph(
                id=_GRAPH,
                figure=trend_graph.empty(),
                config={"displayModeBar": False},
                responsive=True,
                style={"height": "100%"},
            ),
            className="room-graph",
        ),
    ]


def _trend(context: Context, row: SeriesRow, period: trends.Period, *, until: datetime) -> trends.Trend:
    try:
        return trends.trend(
            context.store,
            tenant=identity.current().tenant_id,
            row=row,
            period=period,
            now=until,
            units=identity.current().units,
        )
    except (StoreUnavailable, StoreBusy) as error:
        raise PreventUpdate from error
