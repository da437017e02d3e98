"""The part of the Device page that corrects readings: for analysts, managers and administrators."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate

from dashboard import format
from dashboard.components import correction_form as form
from dashboard.components import corrections as parts
from dashboard.context import Context
from dashboard.server import identity
from dashboard.views import corrections as views
from dashboard.views import trend as trends
from data.errors import BadInput, StoreBusy, StoreUnavailable
from data.store import corrections
from data.store.corrections import Correction, Stretch
from data.store.devices import SeriesRow

RowOf = Callable[[int, str | None], SeriesRow]

_AWAY = "The database cannot be reached now; please try again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Ids of what the page shows: the chosen series, its period and graph, and what is drawn."""

    device: str
    series: str
    period: str
    graph: str
    drawn: str


def section() -> Any:
    """The closed section, for those who may correct; else nothing."""
    account = identity.signed_in()
    if account is None or account.role not in identity.ALLOWED["analyst"]:
        return None
    return form.section()


def register(app: Dash, context: Context, shown: Shown, row_of: RowOf) -> None:
    """The section's callbacks.

    Args:
        app: The app.
        context: Its store.
        shown: What the page shows.
        row_of: A series by its device and its id as the page has it; raises PreventUpdate without one.
    """
    _register_form(app, shown, row_of)
    _register_outlook(app, context, shown, row_of)
    _register_actions(app, context, shown, row_of)


def _register_form(app: Dash, shown: Shown, row_of: RowOf) -> None:
    @app.callback(
        Output(form.SINCE, "value"),
        Output(form.UNTIL, "value"),
        Output(form.SINCE, "label"),
        Output(form.UNTIL, "label"),
        Input(form.OPEN, "value"),
        Input(shown.series, "value"),
        Input(shown.period, "value"),
        Input(shown.graph, "relayoutData"),
        State(shown.device, "data"),
    )
    @identity.needs("analyst")
    def take_shown_range(
        opened: str | None, chosen: str | None, period: str, seen: dict[str, Any] | None, device: int
    ) -> tuple[str, str, str, str]:
        if not opened:
            raise PreventUpdate
        zone = format.zone(row_of(device, chosen).timezone)
        begin, end = ((seen or {}).get(f"xaxis.range[{side}]") for side in (0, 1))
        since, until = views.time_of(begin, zone=zone), views.time_of(end, zone=zone)
        if shown.graph in {key.partition(".")[0] for key in ctx.triggered_prop_ids} and not (
            (since and until) or (seen or {}).get("xaxis.autorange")
        ):
            raise PreventUpdate  # the graph was laid out anew, which is no choice
        if since is None or until is None:
            wanted = period if period in trends.PERIODS else trends.DEFAULT
            until = datetime.now(UTC)
            since = until - trends.PERIODS[wanted][1]
        # The end is not in the range: the second in which the last reading shown lies is.
        until += timedelta(seconds=1)
        return (
            views.clock(since, zone=zone),
            views.clock(until, zone=zone),
            f"From ({zone.key})",
            f"Until ({zone.key})",
        )

    @app.callback(
        Output(shown.graph, "relayoutData"),
        Input(shown.series, "value"),
        Input(shown.period, "value"),
        prevent_initial_call=True,
    )
    @identity.needs("viewer")
    def forget_zoom(_chosen: str | None, _period: str) -> None:
        # A graph that is drawn as a whole has none any more, but would go on to tell of the last one.
        return None

    @app.callback(
        Output(form.FACTOR, "value"),
        Output(form.OFFSET, "value"),
        Input(form.PRESET, "value"),
        prevent_initial_call=True,
    )
    @identity.needs("analyst")
    def take_preset(key: str) -> tuple[float, float]:
        preset = views.PRESETS.get(key, views.PRESETS[views.DEFAULT_PRESET])
        return preset.factor, preset.offset


def _register_outlook(app: Dash, context: Context, shown: Shown, row_of: RowOf) -> None:
    @app.callback(
        Output(form.OUTLOOK, "children"),
        Output(form.CONFIRM, "children"),
        Output(form.CONFIRM, "disabled"),
        Output(form.ADJUSTMENT, "hidden"),
        Input(form.OPEN, "value"),
        Input(form.SINCE, "value"),
        Input(form.UNTIL, "value"),
        Input(form.ACTION, "value"),
        Input(form.FACTOR, "value"),
        Input(form.OFFSET, "value"),
        Input(form.DONE, "data"),
        Input(shown.series, "value"),
        State(shown.device, "data"),
    )
    @identity.needs("analyst")
    def show_outlook(
        opened: str | None,
        since: str | None,
        until: str | None,
        action: str,
        factor: Any,
        offset: Any,
        _done: Any,
        chosen: str | None,
        device: int,
    ) -> tuple[Any, ...]:
        if not opened or not since or not until:
            raise PreventUpdate
        row = row_of(device, chosen)
        try:
            seen = corrections.preview(
                context.store, _stretch(row, since, until), tenant=identity.current().tenant_id
            )
            look = views.outlook(row, seen, _change(action, factor, offset), zone=format.zone(row.timezone))
        except BadInput as error:
            look = views.Outlook(sentence=str(error))
        except (StoreUnavailable, StoreBusy):
            look = views.Outlook(sentence=_AWAY)
        return parts.outlook(look), look.button or "Correct", look.button is None, action != "adjust"

    @app.callback(
        Output(form.HISTORY, "children"),
        Input(form.OPEN, "value"),
        Input(shown.series, "value"),
        Input(form.DONE, "data"),
        State(shown.device, "data"),
    )
    @identity.needs("analyst")
    def show_history(opened: str | None, chosen: str | None, _done: Any, device: int) -> Any:
        if not opened:
            raise PreventUpdate
        row = row_of(device, chosen)
        try:
            made = corrections.history(
                context.store, tenant=identity.current().tenant_id, series=row.series_id
            )
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error  # the frame says so
        zone = format.zone(row.timezone)
        return parts.history([views.made(one, zone=zone) for one in made])


def _register_actions(app: Dash, context: Context, shown: Shown, row_of: RowOf) -> None:
    @app.callback(
        Output(form.DONE, "data"),
        Output(form.SAID, "children"),
        Output(form.REASON, "value"),
        Output(shown.drawn, "data", allow_duplicate=True),
        Input(form.CONFIRM, "n_clicks"),
        Input({"type": parts.UNDO, "key": ALL}, "n_clicks"),
        State(form.SINCE, "value"),
        State(form.UNTIL, "value"),
        State(form.ACTION, "value"),
        State(form.FACTOR, "value"),
        State(form.OFFSET, "value"),
        State(form.REASON, "value"),
        State(shown.series, "value"),
        State(shown.device, "data"),
        State(shown.drawn, "data"),
        prevent_initial_call=True,
    )
    @identity.needs("analyst")
    def act(
        _confirmed: int | None,
        _undone: list[int | None],
        since: str,
        until: str,
        action: str,
        factor: Any,
        offset: Any,
        reason: str | None,
        chosen: str | None,
        device: int,
        drawn: list[Any] | None,
    ) -> tuple[Any, ...]:
        if not any(one["value"] for one in ctx.triggered):
            raise PreventUpdate  # a list that was drawn anew, not a click
        row, pressed = row_of(device, chosen), ctx.triggered_id
        try:
            if pressed == form.CONFIRM:
                done = _correct(context, _stretch(row, since, until), _change(action, factor, offset), reason)
            else:
                done = _undo(context, int(pressed["key"]))
        except (BadInput, StoreBusy) as error:
            return no_update, str(error), no_update, no_update
        except StoreUnavailable:
            return no_update, _AWAY, no_update, no_update
        # As if something newer had come: the trend is read again, and a zoom stays.
        again = [drawn[0], -1, *drawn[2:]] if drawn else no_update
        return (
            [done.id, done.undone_at is not None],
            None,
            "" if pressed == form.CONFIRM else no_update,
            again,
        )


def _correct(context: Context, stretch: Stretch, change: views.Change, reason: str | None) -> Correction:
    account = identity.current()
    by = {"tenant": account.tenant_id, "actor": f"account {account.id}"}
    if change.action == "delete":
        return corrections.delete(context.store, stretch, reason=reason or "", **by)  # type: ignore[arg-type]
    if change.factor is None or change.offset is None:
        raise BadInput("Please give a factor other than 0 and an offset.")
    return corrections.adjust(
        context.store,
        stretch,
        factor=change.factor,
        offset=change.offset,
        reason=reason or "",
        **by,  # type: ignore[arg-type]
    )


def _undo(context: Context, correction: int) -> Correction:
    account = identity.current()
    return corrections.undo(
        context.store, correction, tenant=account.tenant_id, actor=f"account {account.id}"
    )


def _stretch(row: SeriesRow, since: str, until: str) -> Stretch:
    zone = format.zone(row.timezone)
    begin, end = views.time_of(since, zone=zone), views.time_of(until, zone=zone)
    if begin is None or end is None:
        raise BadInput("Please give both ends of the range.")
    return Stretch(series=row.series_id, since=begin, until=end)


def _change(action: str, factor: Any, offset: Any) -> views.Change:
    if action == "delete":
        return views.Change(action="delete")
    return views.Change(action="adjust", factor=_number(factor), offset=_number(offset))


def _number(said: Any) -> float | None:
    """What a number's control gives; an empty one gives a text."""
    try:
        number = float(said)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
