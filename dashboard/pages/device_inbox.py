"""The inbox: devices that stand in no room, each with the rooms it may mean, and those set aside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from dashboard import format
from dashboard.components import inbox as parts
from dashboard.components import live, placing, skeletons
from dashboard.components.icon import named
from dashboard.context import Context
from dashboard.pages import placing as doing
from dashboard.server import identity
from dashboard.shell import MARK
from dashboard.views import inbox as views
from data.errors import StoreBusy, StoreUnavailable
from data.store import inbox
from data.store.inbox import Counts, DeviceRow, Move, Wanted

_WHICH = "inbox-which"
_CARDS = "inbox-cards"
_COUNT = "inbox-count"
_PAGE = "inbox-page"
_PAGER = "inbox-pager"
_TOOLS = "inbox-tools"
_ALL = "inbox-all"
_SELECTED = "inbox-selected"
_SUGGESTED = "inbox-suggested"
_ASIDE = "inbox-aside"
_CHOOSE = "inbox-choose"
_PLAN = "inbox-plan"  # the dialog that says what placing as suggested is going to do
_PLANNED = "inbox-planned"
_MOVES = "inbox-moves"  # dcc.Store: [device, room] of what is planned
_GO = "inbox-go"
_CHOSEN = {"type": doing.CHOSEN, "list": "inbox"}

_PER_PAGE = 12
_MOST_SELECTED = 500


def layout() -> html.Div:
    """The tab with skeletons."""
    return html.Div(
        [
            dcc.Store(id=_MOVES),
            html.Div(
                [
                    dmc.SegmentedControl(
                        id=_WHICH,
                        value="waiting",
                        data=[
                            {"value": "waiting", "label": "Waiting"},
                            {"value": "aside", "label": "Set aside"},
                        ],
                        **named("Which devices without a room"),
                    ),
                    html.Span(id=_COUNT, className="count", role="status"),
                    html.Div(_tools(), id=_TOOLS, className="inbox-tools", hidden=True),
                ],
                className="section-head",
            ),
            dmc.CheckboxGroup(
                html.Div(html.Div(skeletons.blocks(4, height=118), className="inbox-list"), id=_CARDS),
                id=_CHOSEN,
                value=[],
                **named("Devices selected"),
            ),
            html.Div(
                dmc.Pagination(id=_PAGE, total=1, value=1, size="sm"),
                id=_PAGER,
                className="pager",
                hidden=True,
            ),
            _plan_dialog(),
        ],
    )


def register(app: Dash, context: Context, rooms: views.Rooms) -> None:
    """The tab's callbacks."""
    _register_list(app, context, rooms)
    _register_selection(app, context)
    _register_plan(app, context, rooms)

    @app.callback(
        *doing.CHANGED,
        Input(_ASIDE, "n_clicks"),
        State(_CHOSEN, "value"),
        prevent_initial_call=True,
    )
    @identity.needs("operator")
    def set_aside(clicks: int | None, chosen: list[str]) -> doing.Changed:
        if not clicks or not chosen:
            raise PreventUpdate
        return doing.set_aside(context, [int(one) for one in chosen], aside=True)


def _register_list(app: Dash, context: Context, rooms: views.Rooms) -> None:
    @app.callback(
        Output(_CARDS, "children"),
        Output(live.slot(parts.CARDS, ALL), "children"),
        Output(_COUNT, "children"),
        Output(_PAGE, "total"),
        Output(_PAGER, "hidden"),
        Output(_TOOLS, "hidden"),
        Input(MARK, "data"),
        Input(placing.DONE, "data"),
        Input(_WHICH, "value"),
        Input(_PAGE, "value"),
        State(live.slot(parts.CARDS, ALL), "id"),
    )
    @identity.needs("viewer")
    def show(_mark: Any, _done: Any, which: str, page: int | None, slots: list[live.Slot]) -> tuple[Any, ...]:
        standing: inbox.Standing = "aside" if which == "aside" else "waiting"
        try:
            rows, counts = _read(context, standing, page or 1)
            known = rooms.of(identity.current().tenant_id)
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error  # the frame says so, and the next beat asks again
        now, may, units = datetime.now(UTC), identity.may("operator"), identity.current().units
        found = (views.device(row, now=now, rooms=known, units=units) for row in rows)
        shown = {parts.key(one): one for one in found}
        cards, insides = live.update(
            shown,
            slots,
            inside=parts.card_inside,
            whole=lambda: _cards(list(shown.values()), standing, may=may),
        )
        total = rows[0].total if rows else 0
        return (
            cards,
            insides,
            _count(counts),
            max(1, -(-total // _PER_PAGE)),
            total <= _PER_PAGE,
            not (may and total and standing == "waiting"),
        )

    @app.callback(
        Output(_PAGE, "value"),
        Output(_CHOSEN, "value", allow_duplicate=True),
        Input(_WHICH, "value"),
        prevent_initial_call=True,
    )
    @identity.needs("viewer")
    def begin_again(_which: str) -> tuple[int, list[str]]:
        return 1, []


def _register_selection(app: Dash, context: Context) -> None:
    @app.callback(
        Output(_CHOSEN, "value"),
        Input(placing.DONE, "data"),
        State(_CHOSEN, "value"),
        prevent_initial_call=True,
    )
    @identity.needs("viewer")
    def forget_done(_done: Any, chosen: list[str]) -> list[str]:
        # Only after a change made here: what is new, or on another page by now, takes no selection away.
        wanted = Wanted(ids=tuple(int(one) for one in chosen), standing="waiting")
        rows = inbox.find(
            context.store, tenant=identity.current().tenant_id, wanted=wanted, limit=_MOST_SELECTED
        )
        left = {str(row.id) for row in rows}
        return [one for one in chosen if one in left]

    @app.callback(
        Output(_CHOSEN, "value", allow_duplicate=True),
        Input(_ALL, "n_clicks"),
        State(live.slot(parts.CARDS, ALL), "id"),
        State(_CHOSEN, "value"),
        prevent_initial_call=True,
    )
    @identity.needs("viewer")
    def select_page(clicks: int | None, slots: list[live.Slot], chosen: list[str]) -> list[str]:
        if not clicks:
            raise PreventUpdate
        here = [str(parts.id_of(slot["key"])) for slot in slots]
        others = [one for one in chosen if one not in here]
        # A second click takes it back.
        return others if set(here) <= set(chosen) else (others + here)[:_MOST_SELECTED]

    @app.callback(
        Output(_SELECTED, "children"),
        Output(_SUGGESTED, "disabled"),
        Output(_ASIDE, "disabled"),
        Output(_CHOOSE, "hidden"),
        Input(_CHOSEN, "value"),
    )
    @identity.needs("viewer")
    def say_selected(chosen: list[str]) -> tuple[Any, ...]:
        none = not chosen
        return "" if none else f"{len(chosen)} selected", none, none, none


def _register_plan(app: Dash, context: Context, rooms: views.Rooms) -> None:
    @app.callback(
        Output(_PLAN, "opened"),
        Output(_PLANNED, "children"),
        Output(_MOVES, "data"),
        Output(_GO, "disabled"),
        Input(_SUGGESTED, "n_clicks"),
        State(_CHOSEN, "value"),
        prevent_initial_call=True,
    )
    @identity.needs("operator")
    def plan(clicks: int | None, chosen: list[str]) -> tuple[Any, ...]:
        if not clicks or not chosen:
            raise PreventUpdate
        tenant = identity.current().tenant_id
        wanted = Wanted(ids=tuple(int(one) for one in chosen), standing="waiting")
        rows = inbox.find(context.store, tenant=tenant, wanted=wanted, limit=_MOST_SELECTED)
        known = rooms.of(tenant)
        clear = [(row, found[0]) for row in rows if len(found := views.suggested(row, known)) == 1]
        lines = [(views.title(row), f"{to.room} · {to.where}") for row, to in clear]
        moves = [[row.id, to.room_id] for row, to in clear]
        return True, parts.planned(lines, len(rows) - len(clear)), moves, not moves

    @app.callback(
        *doing.CHANGED,
        Output(_PLAN, "opened", allow_duplicate=True),
        Input(_GO, "n_clicks"),
        State(_MOVES, "data"),
        prevent_initial_call=True,
    )
    @identity.needs("operator")
    def go(clicks: int | None, planned: list[list[int]] | None) -> tuple[Any, ...]:
        if not clicks or not planned:
            raise PreventUpdate
        moves = [Move(device_id=device, from_id=None, to_id=room) for device, room in planned]
        return *doing.place(context, moves), False


def _read(context: Context, standing: inbox.Standing, page: int) -> tuple[list[DeviceRow], Counts]:
    """A page of devices, the last one when there are no longer so many; and how many there are."""
    tenant = identity.current().tenant_id
    counts = inbox.counts(context.store, tenant=tenant)
    there = counts.aside if standing == "aside" else counts.waiting
    last = max(1, -(-there // _PER_PAGE))
    rows = inbox.find(
        context.store,
        tenant=tenant,
        wanted=Wanted(standing=standing),
        offset=(min(page, last) - 1) * _PER_PAGE,
        limit=_PER_PAGE,
    )
    return rows, counts


def _plan_dialog() -> dmc.Modal:
    return dmc.Modal(
        [
            html.Div(id=_PLANNED, className="planned"),
            html.Div(dmc.Button("Place them", id=_GO), className="dialog-foot"),
        ],
        id=_PLAN,
        title="Place as suggested",
        opened=False,
    )


def _tools() -> list[Any]:
    return [
        dmc.Button("Select this page", id=_ALL, size="compact-sm", variant="subtle", color="gray"),
        html.Span(id=_SELECTED, className="count", role="status"),
        dmc.Button("Place as suggested", id=_SUGGESTED, disabled=True, size="compact-sm"),
        html.Span(placing.pick(placing.NOWHERE, "Choose one room"), id=_CHOOSE, hidden=True),
        dmc.Button("Set aside", id=_ASIDE, disabled=True, size="compact-sm", variant="subtle", color="gray"),
    ]


def _cards(shown: Sequence[views.Device], standing: inbox.Standing, *, may: bool) -> Any:
    if not shown:
        return parts.nothing_aside() if standing == "aside" else parts.nothing_waits()
    return html.Div([parts.card(one, may=may) for one in shown], className="inbox-list")


def _count(counts: Counts) -> str:
    waiting = format.number(counts.waiting, digits=0)
    aside = format.number(counts.aside, digits=0)
    return f"{waiting} waiting · {aside} set aside"
