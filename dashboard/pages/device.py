"""Device: its series with their latest values, the course of the chosen one, and what is nearby."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard.components import live, notices, series, skeletons, trend_graph
from dashboard.components.correction_form import DONE
from dashboard.components.icon import icon, named
from dashboard.context import Context
from dashboard.pages import corrections, device_analysis, device_identity, device_lives
from dashboard.server import identity
from dashboard.shell import MARK, SCHEME
from dashboard.views import devices as views
from dashboard.views import trend as trends
from data.errors import StoreBusy, StoreUnavailable
from data.store import devices
from data.store.devices import SeriesRow

PATH_TEMPLATE = "/device/<device_id>"
NAME = "Device"
ORDER = None  # reached from the Overview

_DEVICE = "device"
_MISSING = "device-missing"
_HEADING = "device-heading"
_SERIES = "device-series"
_PERIOD = "device-period"
_LATEST = "device-latest"
_EXTREMES = "device-extremes"
_GRAPH = "device-graph"
_SAID = "device-said"
_DRAWN = "device-drawn"  # dcc.Store of _Drawn
_NEARBY = "device-nearby"
_UNITS = "data-units"  # of what is shown

_Drawn = list[Any]  # which trend is drawn, the newest of it, whether it has any data


def layout(device_id: str = "", **query: str) -> Any:
    """The page with skeletons; its callbacks fill it. `?series=` names the series that is shown first."""
    if not (device_id.isascii() and device_id.isdecimal() and len(device_id) < 10):
        return notices.not_found()
    body = [
        html.Div(skeletons.blocks(2, height=26), id=_HEADING, className="device-heading"),
        device_identity.section(),
        device_analysis.health(),
        html.Div(
            [
                html.Section(
                    [
                        html.H2("Series"),
                        dmc.RadioGroup(
                            skeletons.blocks(4, height=58),
                            id=_SERIES,
                            value=query.get("series"),
                            **named("Series to show"),
                        ),
                        html.Div(id=_NEARBY, className="around"),
                    ],
                    className="device-side",
                ),
                html.Section(_trend(), className="panel trend"),
            ],
            className="device-columns",
        ),
        corrections.section(),
        device_analysis.sections(),
        device_lives.section(),
    ]
    return html.Div(
        [
            dcc.Store(id=_DEVICE, data=int(device_id)),
            dcc.Store(id=_DRAWN),
            dcc.Store(id=DONE),
            dcc.Link([icon("arrow-left"), "Overview"], href="/", className="back"),
            html.Div(id=_MISSING, className="device-missing"),
            html.Div(body, className="device-found"),
        ],
        className="page",
    )


def register(app: Dash, context: Context) -> None:
    """The page's callbacks."""
    device_identity.register(app, context, _DEVICE)
    device_lives.register(app, context, _DEVICE)

    @app.callback(
        Output(_HEADING, "children"),
        Output(_SERIES, "children"),
        Output(live.slot(series.SERIES, ALL), "children"),
        Output(_SERIES, "value"),
        Output(_MISSING, "children"),
        Output(_NEARBY, "children"),
        Output(_NEARBY, _UNITS),
        Input(MARK, "data"),
        Input(_DEVICE, "data"),
        State(live.slot(series.SERIES, ALL), "id"),
        State(_SERIES, "value"),
        State(_NEARBY, _UNITS),
    )
    @identity.needs("viewer")
    def show_device(
        _mark: Any, device_id: int, slots: list[live.Slot], chosen: str | None, near: str | None
    ) -> tuple[Any, ...]:
        rows = _rows(context, device_id)
        if not rows:
            same = [no_update] * len(slots)
            missing = device_identity.instead(context, device_id)
            return no_update, no_update, same, no_update, missing, no_update, no_update
        units = identity.current().units
        shown = views.device(rows, now=datetime.now(UTC), units=units)
        ids = [str(point.series_id) for point in shown.points]
        choices, insides = live.update(
            {point.series_id: point for point in shown.points},
            slots,
            inside=series.choice_inside,
            whole=lambda: html.Div([series.choice(point) for point in shown.points], className="series-list"),
        )
        return (
            series.heading(shown),
            choices,
            insides,
            no_update if chosen in ids else ids[0],
            None,
            *(_nearby(context, device_id) if near != units else (no_update, no_update)),
        )

    @app.callback(
        Output(_LATEST, "children"),
        Output(_EXTREMES, "children"),
        Output(_GRAPH, "figure"),
        Output(_SAID, "children"),
        Output(_DRAWN, "data"),
        Input(MARK, "data"),
        Input(_SERIES, "value"),
        Input(_PERIOD, "value"),
        Input(SCHEME, "computedColorScheme"),
        State(_DEVICE, "data"),
        State(_DRAWN, "data"),
    )
    @identity.needs("viewer")
    def show_trend(
        _mark: Any, chosen: str | None, period: str, scheme: str | None, device_id: int, drawn: _Drawn | None
    ) -> tuple[Any, ...]:
        rows = _rows(context, device_id)
        row = next((row for row in rows if str(row.series_id) == chosen), None)
        if row is None or scheme is None:
            raise PreventUpdate  # the callback comes again when both are known
        wanted = period if period in trends.PERIODS else trends.DEFAULT
        now = datetime.now(UTC)
        units = identity.current().units
        shown = views.device(rows, now=now, units=units).points
        point = next(one for one in shown if one.series_id == row.series_id)
        what, newest = f"{chosen} {wanted} {scheme} {units}", trends.newest(row, wanted)
        if drawn and drawn[:2] == [what, newest]:
            return series.latest(point), *[no_update] * 4
        try:
            trend = trends.trend(
                context.store,
                tenant=identity.current().tenant_id,
                row=row,
                period=wanted,
                now=now,
                units=units,
            )
        except (StoreUnavailable, StoreBusy) as error:
            # The frame says so, and the next beat after it healed comes here again.
            raise PreventUpdate from error
        draws, figure = not trend.frame.empty, trend_graph.drawn(trend, scheme)
        moves = draws and drawn and [drawn[0], drawn[2]] == [what, True]
        return (
            series.latest(point),
            series.extremes(trend),
            trend_graph.moved(figure) if moves else figure,
            [series.strange(trend), series.said(trend)],
            [what, newest, draws],
        )

    def row_of(device_id: int, chosen: str | None) -> SeriesRow:
        row = next((row for row in _rows(context, device_id) if str(row.series_id) == chosen), None)
        if row is None:
            raise PreventUpdate
        return row

    shown = corrections.Shown(device=_DEVICE, series=_SERIES, period=_PERIOD, graph=_GRAPH, drawn=_DRAWN)
    corrections.register(app, context, shown, row_of)
    device_analysis.register(app, context, shown, row_of)


def _trend() -> list[Any]:
    return [
        html.Div(
            [
                html.Div(skeletons.blocks(1, height=52), id=_LATEST, className="trend-latest"),
                dmc.SegmentedControl(
                    id=_PERIOD,
                    value=trends.DEFAULT,
                    data=[{"value": key, "label": label} for key, (label, _) in trends.PERIODS.items()],
                    **named("Period"),
                ),
            ],
            className="trend-head",
        ),
        html.Dl(id=_EXTREMES, className="extremes"),
        html.Div(
            dcc.Graph(
                id=_GRAPH,
                figure=trend_graph.empty(),
                config={"displayModeBar": False},
                responsive=True,
                style={"height": "100%"},
            ),
            className="graph",
        ),
        html.Div(id=_SAID),
    ]


def _rows(context: Context, device_id: int) -> list[SeriesRow]:
    """The device's series, of this account's tenant alone."""
    snapshot = context.snapshots.overview(identity.current().tenant_id)
    if snapshot.read_at is None:
        raise PreventUpdate  # nothing was ever read; the frame says why
    return [row for row in snapshot.rows if row.device_id == device_id]


def _nearby(context: Context, device_id: int) -> tuple[Any, Any]:
    account = identity.current()
    try:
        found = devices.nearby(context.store, tenant=account.tenant_id, device=device_id)
    except (StoreUnavailable, StoreBusy):
        return no_update, no_update  # asked again at the next beat
    return series.nearby(found, units=account.units), account.units
