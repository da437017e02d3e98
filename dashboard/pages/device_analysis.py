"""The parts of the Device page that tell what analytics found: health, the forecast, failures, doubts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update, set_props
from dash.exceptions import PreventUpdate

from dashboard import format
from dashboard.components import findings as parts
from dashboard.components import health as health_parts
from dashboard.components import outlook_graph, skeletons
from dashboard.components.correction_form import DONE
from dashboard.context import Context
from dashboard.pages.corrections import RowOf, Shown
from dashboard.server import identity
from dashboard.shell import MARK, SCHEME
from dashboard.theme import scheme_of
from dashboard.views import findings as views
from dashboard.views import health as healths
from dashboard.views import outlook as outlooks
from data.errors import BadInput, StoreBusy, StoreUnavailable
from data.store import analysis, corrections, quality_findings

_HEALTH = "device-health"
_LIKELY = "device-likely"
_DOUBTS = "device-doubts"
_SAID = "device-doubts-said"
_TOLD = "device-told"  # dcc.Store: the device, the minute and the correction that is told of
_FORECAST = "device-forecast"
_FAN = "device-fan"
_FAN_PLACE = "device-fan-place"
_FANNED = "device-fanned"  # dcc.Store: what the fan is of

_AWAY = "The database cannot be reached now; please try again."


def health() -> html.Section:
    """How the device is; stands above its series."""
    return html.Section(
        [
            dcc.Store(id=_TOLD),
            html.H2("Health"),
            html.Div(skeletons.blocks(1, height=96), id=_HEALTH, className="health"),
        ],
        className="panel health-panel",
    )


def sections() -> html.Div:
    """What stands below the series: the forecast of the chosen one, likely failures and doubtful readings."""
    return html.Div(
        [
            html.Section(
                [
                    dcc.Store(id=_FANNED),
                    html.H2("Forecast"),
                    html.Div(skeletons.blocks(1, height=40), id=_FORECAST, className="forecast-said"),
                    html.Div(outlook_graph.empty(_FAN), id=_FAN_PLACE, className="fan", hidden=True),
                ],
                className="panel",
            ),
            html.Div(
                [
                    html.Section(
                        [html.H2("Likely failures"), html.Div(skeletons.blocks(1, height=60), id=_LIKELY)],
                        className="panel",
                    ),
                    html.Section(
                        [
                            html.H2("Readings in doubt"),
                            html.Div(id=_SAID, className="findings-said", role="alert"),
                            html.Div(skeletons.blocks(1, height=60), id=_DOUBTS),
                        ],
                        className="panel",
                    ),
                ],
                className="finding-columns",
            ),
        ],
        className="device-analysis",
    )


def register(app: Dash, context: Context, shown: Shown, row_of: RowOf) -> None:
    """The callbacks; arguments as `pages.corrections.register` has them."""
    _register_findings(app, context, shown)
    _register_forecast(app, context, shown, row_of)
    _register_actions(app, context, shown)


def _register_findings(app: Dash, context: Context, shown: Shown) -> None:
    @app.callback(
        Output(_HEALTH, "children"),
        Output(_LIKELY, "children"),
        Output(_DOUBTS, "children"),
        Output(_TOLD, "data"),
        Input(MARK, "data"),
        Input(DONE, "data"),
        State(shown.device, "data"),
        State(_TOLD, "data"),
    )
    @identity.needs("viewer")
    def show_findings(_mark: Any, done: Any, device: int, told: list[Any] | None) -> tuple[Any, ...]:
        now, account = datetime.now(UTC), identity.current()
        telling = [device, int(now.timestamp()) // 60, done, account.units]
        if telling == told:
            raise PreventUpdate  # results are a minute old at most
        rows = [row for row in context.snapshots.overview(account.tenant_id).rows if row.device_id == device]
        zone = format.zone(rows[0].timezone if rows else None)
        of = {"tenant": account.tenant_id}
        try:
            found = analysis.of_device(context.store, device=device, **of)
            trend = analysis.health_trend(
                context.store, subject="device", subject_id=device, since=now - healths.TREND, until=now, **of
            )
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error  # the frame says so, and the next beat asks again
        # What is learned from recorded lives stands with them.
        stated = [one for one in found.failures if one.kind != "learned"]
        series = {row.series_id: row for row in rows}
        doubts = views.doubts(
            found.quality,
            series=series,
            runs=found.runs,
            zone=zone,
            units=account.units,
        )
        return (
            health_parts.body(healths.score(found.health, zone=zone, now=now, trend=trend, runs=found.runs)),
            parts.likely(
                views.likely(stated, zone=zone, here=device),
                lacking=views.trends_lack(found.runs, series),
            ),
            parts.doubts(doubts, decides=account.role in identity.ALLOWED["analyst"]),
            telling,
        )


def _register_forecast(app: Dash, context: Context, shown: Shown, row_of: RowOf) -> None:
    @app.callback(
        Output(_FORECAST, "children"),
        Output(_FAN, "figure"),
        Output(_FAN_PLACE, "hidden"),
        Output(_FANNED, "data"),
        Input(_TOLD, "data"),
        Input(shown.series, "value"),
        Input(SCHEME, "computedColorScheme"),
        State(shown.device, "data"),
        State(_FANNED, "data"),
    )
    @identity.needs("viewer")
    def show_forecast(
        _told: Any, chosen: str | None, scheme: str | None, device: int, fanned: list[Any] | None
    ) -> tuple[Any, ...]:
        if scheme is None or chosen is None:
            raise PreventUpdate  # the callback comes again when both are known
        row, now, account = row_of(device, chosen), datetime.now(UTC), identity.current()
        try:
            runs = analysis.runs(context.store, tenant=account.tenant_id, device=device)
            made = [
                run.computed_at for run in runs if run.kind == "forecast" and run.series_id == row.series_id
            ]
            what = [chosen, scheme, account.units, max(made).isoformat() if made else None]
            if what == fanned:
                raise PreventUpdate
            found = outlooks.outlook(
                context.store, tenant=account.tenant_id, row=row, now=now, runs=runs, units=account.units
            )
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error
        figure = outlook_graph.drawn(found, now=now, scheme=scheme_of(scheme)) if found.fan else no_update
        return outlook_graph.words(found), figure, found.fan is None, what


def _register_actions(app: Dash, context: Context, shown: Shown) -> None:
    @app.callback(
        Output(_SAID, "children"),
        Input({"type": parts.REPAIR, "key": ALL, "action": ALL}, "n_clicks"),
        Input({"type": parts.DECIDE, "key": ALL, "action": ALL}, "n_clicks"),
        State(shown.drawn, "data"),
        prevent_initial_call=True,
    )
    @identity.needs("analyst")
    def act(_repairs: list[int | None], _decisions: list[int | None], drawn: list[Any] | None) -> Any:
        if not any(one["value"] for one in ctx.triggered):
            raise PreventUpdate  # a list that was drawn anew, not a click
        pressed = ctx.triggered_id
        try:
            done = _do(context, pressed["type"], int(pressed["key"]), pressed["action"])
        except (BadInput, StoreBusy) as error:
            return str(error)
        except StoreUnavailable:
            return _AWAY
        set_props(DONE, {"data": done})
        if drawn:  # as if something newer had come: the trend is read again, and a zoom stays
            set_props(shown.drawn, {"data": [drawn[0], -1, *drawn[2:]]})
        return None


def _do(context: Context, kind: str, finding: int, action: str) -> list[Any]:
    """Repair, undo or decide; gives what is done as the list of corrections tells it, or another word."""
    account = identity.current()
    tenant, actor = account.tenant_id, f"account {account.id}"
    if kind == parts.REPAIR:
        wanted = next((repair for repair in views.REPAIRS if repair == action), None)
        made = quality_findings.repair(context.store, finding, action=wanted, tenant=tenant, actor=actor)
        return [made.id, False]
    if action == "undo":
        undone = corrections.undo(context.store, finding, tenant=tenant, actor=actor)
        return [undone.id, True]
    decide = quality_findings.reopen if action == "reopen" else quality_findings.dismiss
    decide(context.store, finding, tenant=tenant, actor=actor)
    return [action, finding]
