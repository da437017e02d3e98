"""The part of the Device page that tells of its service and failures, where operators record them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard import format
from dashboard.components import lives as parts
from dashboard.components import skeletons
from dashboard.context import Context
from dashboard.server import identity
from dashboard.shell import MARK
from dashboard.views import corrections as clocks
from dashboard.views import lives as views
from data.errors import BadInput, StoreBusy, StoreUnavailable
from data.store import analysis, life_records

_LIVES = "device-lives"
_RECORDS = "device-records"
_TOLD = "device-lives-told"  # dcc.Store: the device, the minute and the record that is told of
_AWAY = "The database cannot be reached now; please try again."


def section() -> html.Section:
    """The section; with a form for those who may record."""
    account = identity.signed_in()
    records = account is not None and account.role in identity.ALLOWED["operator"]
    return html.Section(
        [
            dcc.Store(id=_TOLD),
            dcc.Store(id=parts.DONE),
            html.H2("Service and failures"),
            html.Div(
                [
                    html.Div(skeletons.blocks(1, height=96), id=_LIVES),
                    html.Div([html.Div(id=_RECORDS), parts.form() if records else None]),
                ],
                className="finding-columns",
            ),
        ],
        className="panel device-lives",
    )


def register(app: Dash, context: Context, device: str) -> None:
    """The section's callbacks; `device` is the id of the store that holds the device's."""
    _register_shown(app, context, device)
    _register_form(app, context, device)


def _register_shown(app: Dash, context: Context, device: str) -> None:
    @app.callback(
        Output(_LIVES, "children"),
        Output(_RECORDS, "children"),
        Output(_TOLD, "data"),
        Input(MARK, "data"),
        Input(parts.DONE, "data"),
        Input(device, "data"),
        State(_TOLD, "data"),
    )
    @identity.needs("viewer")
    def show(_mark: Any, done: Any, device_id: int, told: list[Any] | None) -> tuple[Any, ...]:
        telling = [device_id, int(datetime.now(UTC).timestamp()) // 60, done]
        if telling == told:
            raise PreventUpdate  # results are a minute old at most
        of: Any = {"tenant": identity.current().tenant_id, "device": device_id}
        try:
            known = life_records.of_device(context.store, **of)
            failures, runs = analysis.failures(context.store, **of), analysis.runs(context.store, **of)
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error  # the frame says so, and the next beat asks again
        if known is None:
            raise PreventUpdate  # the page says that there is no such device
        zone = format.zone(_timezone(context, device_id))
        shown = views.service(known, failures=failures, runs=runs, zone=zone)
        return parts.lives(shown), parts.records(shown, undoes=identity.may("operator")), telling


def _register_form(app: Dash, context: Context, device: str) -> None:
    @app.callback(
        Output(parts.AT, "value"),
        Output(parts.AT, "label"),
        Input(parts.OPEN, "value"),
        State(device, "data"),
    )
    @identity.needs("operator")
    def take_now(opened: str | None, device_id: int) -> tuple[str, str]:
        if not opened:
            raise PreventUpdate
        zone = format.zone(_timezone(context, device_id))
        now = datetime.now(UTC).replace(second=0, microsecond=0)
        return clocks.clock(now, zone=zone), f"When ({zone.key})"

    @app.callback(
        Output(parts.DONE, "data"),
        Output(parts.SAID, "children"),
        Output(parts.NOTE, "value"),
        Input(parts.RECORD, "n_clicks"),
        Input({"type": parts.UNDO, "key": ALL}, "n_clicks"),
        State(parts.KIND, "value"),
        State(parts.AT, "value"),
        State(parts.NOTE, "value"),
        State(device, "data"),
        prevent_initial_call=True,
    )
    @identity.needs("operator")
    def act(
        _recorded: int | None,
        _undone: list[int | None],
        kind: str,
        at: str | None,
        note: str | None,
        device_id: int,
    ) -> tuple[Any, ...]:
        if not any(one["value"] for one in ctx.triggered):
            raise PreventUpdate  # a list that was drawn anew, not a click
        pressed, account = ctx.triggered_id, identity.current()
        by = {"tenant": account.tenant_id, "actor": f"account {account.id}"}
        try:
            if pressed != parts.RECORD:
                undone = life_records.undo(context.store, int(pressed["key"]), **by)  # type: ignore[arg-type]
                return [undone.id, True], None, no_update
            when = clocks.time_of(at, zone=format.zone(_timezone(context, device_id)))
            if when is None:
                raise BadInput("Please say when it happened.")
            made = life_records.record(
                context.store,
                device=device_id,
                kind=kind,
                at=when,
                note=note or "",
                **by,  # type: ignore[arg-type]
            )
        except (BadInput, StoreBusy) as error:
            return no_update, str(error), no_update
        except StoreUnavailable:
            return no_update, _AWAY, no_update
        return [made.id, False], None, ""


def _timezone(context: Context, device_id: int) -> str | None:
    """Of the building that the device stands in."""
    rows = context.snapshots.overview(identity.current().tenant_id).rows
    return next((row.timezone for row in rows if row.device_id == device_id), None)
