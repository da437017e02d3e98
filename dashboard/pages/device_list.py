"""All devices: searched, filtered and sorted by the database, a page at a time.

Plain rows, whose values change in place: a grid component that fetches its rows can be told of new values
only by scripts of our own, and one that holds thousands would be sent all of them with every batch.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, html
from dash.exceptions import PreventUpdate

from dashboard import format
from dashboard.components import inbox as parts
from dashboard.components import live, notices, skeletons
from dashboard.components.icon import icon, named
from dashboard.context import Context
from dashboard.server import identity
from dashboard.shell import MARK
from dashboard.views import inbox as views
from data.errors import StoreBusy, StoreUnavailable
from data.store import inbox
from data.store.inbox import Choices, DeviceRow, Sort, Wanted

_SEARCH = "all-search"
_SORT = "all-sort"
_STANDING = "all-standing"
_BUILDING = "all-building"
_ONLINE = "all-online"
_CONVENTION = "all-convention"
_MANUFACTURER = "all-manufacturer"
_FLAG = "all-flag"
_ROWS = "all-rows"
_COUNT = "all-count"
_PAGE = "all-page"
_PAGER = "all-pager"

_FILTERS = (_SEARCH, _STANDING, _BUILDING, _ONLINE, _CONVENTION, _MANUFACTURER, _FLAG)
_PER_PAGE = 30
_SORTS: dict[str, tuple[str, Sort, bool]] = {  # what is chosen: its label, what is sorted by, descending
    "new": ("Newest first", "first_seen", True),
    "old": ("Oldest first", "first_seen", False),
    "name": ("Name, A to Z", "name", False),
    "name-down": ("Name, Z to A", "name", True),
    "heard": ("Heard last first", "heard", True),
    "silent": ("Silent longest first", "heard", False),
    "room": ("Room", "room", False),
    "product": ("Manufacturer and model", "product", False),
}
_FIXED = {
    _STANDING: {"waiting": "Waits for a room", "placed": "In a room", "aside": "Set aside"},
    _ONLINE: {"online": "Says online", "offline": "Says offline", "unsaid": "Does not say"},
    _FLAG: {
        "clock": "Clock is off",
        "conflict": "Two values for one time",
        "unit": "Unit changed",
        "kind": "Kind changed",
    },
}


def layout() -> html.Div:
    """The tab with skeletons."""
    heads = ("Device", "Product", "Room", "Heard", "Measures", "Odd")
    return html.Div(
        [
            html.Div(_filters(), className="all-filters"),
            html.Div(id=_COUNT, className="count all-count", role="status"),
            html.Div([html.Span(head) for head in heads], className="device-row-heads"),
            html.Div(html.Div(skeletons.blocks(8, height=52), className="device-rows"), id=_ROWS),
            html.Div(
                dmc.Pagination(id=_PAGE, total=1, value=1, size="sm"),
                id=_PAGER,
                className="pager",
                hidden=True,
            ),
        ]
    )


def register(app: Dash, context: Context) -> None:
    """The tab's callbacks."""

    @app.callback(
        Output(_ROWS, "children"),
        Output(live.slot(parts.ROWS, ALL), "children"),
        Output(_COUNT, "children"),
        Output(_PAGE, "total"),
        Output(_PAGER, "hidden"),
        Input(MARK, "data"),
        Input(_PAGE, "value"),
        Input(_SORT, "value"),
        *(Input(name, "value") for name in _FILTERS),
        State(live.slot(parts.ROWS, ALL), "id"),
    )
    @identity.needs("viewer")
    def show(_mark: Any, page: int | None, sort: str, *rest: Any) -> tuple[Any, ...]:
        *said, slots = rest
        wanted = _wanted(dict(zip(_FILTERS, said, strict=True)))
        try:
            rows = _read(context, wanted, sort, page or 1)
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error  # the frame says so, and the next beat asks again
        now, units = datetime.now(UTC), identity.current().units
        shown = {parts.key(one): one for one in (views.device(row, now=now, units=units) for row in rows)}
        total = rows[0].total if rows else 0
        children, insides = live.update(
            shown,
            slots,
            inside=parts.row_inside,
            whole=lambda: (
                html.Div([parts.row(one) for one in shown.values()], className="device-rows")
                if shown
                else notices.no_match()
            ),
        )
        noun = "device" if total == 1 else "devices"
        return (
            children,
            insides,
            f"{format.number(total, digits=0)} {noun}",
            max(1, -(-total // _PER_PAGE)),
            total <= _PER_PAGE,
        )

    @app.callback(
        Output(_PAGE, "value"),
        Input(_SORT, "value"),
        *(Input(name, "value") for name in _FILTERS),
        prevent_initial_call=True,
    )
    @identity.needs("viewer")
    def begin_again(*_said: Any) -> int:
        return 1

    @app.callback(
        Output(_BUILDING, "data"),
        Output(_CONVENTION, "data"),
        Output(_MANUFACTURER, "data"),
        Input(MARK, "data"),
        State(_BUILDING, "data"),
        State(_CONVENTION, "data"),
        State(_MANUFACTURER, "data"),
    )
    @identity.needs("viewer")
    def offer(_mark: Any, *offered: Any) -> tuple[Any, ...]:
        try:
            choices = inbox.choices(context.store, tenant=identity.current().tenant_id)
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error
        fresh = _choices(choices)
        if fresh == offered:
            raise PreventUpdate
        return fresh


def _read(context: Context, wanted: Wanted, sort: str, page: int) -> list[DeviceRow]:
    """A page of devices; the first when there are no longer so many."""
    _, key, descending = _SORTS.get(sort, _SORTS["new"])
    tenant = identity.current().tenant_id
    for offset in ((page - 1) * _PER_PAGE, 0):
        rows = inbox.find(
            context.store,
            tenant=tenant,
            wanted=wanted,
            sort=key,
            descending=descending,
            offset=offset,
            limit=_PER_PAGE,
        )
        if rows or not offset:
            break
    return rows


def _wanted(said: dict[str, Any]) -> Wanted:
    """The filters; one that says what there is not says nothing."""
    fixed = {name: said[name] if said[name] in choices else None for name, choices in _FIXED.items()}
    building = str(said[_BUILDING] or "")
    return Wanted(
        search=str(said[_SEARCH] or ""),
        standing=fixed[_STANDING],
        building_id=int(building)
        if building.isascii() and building.isdecimal() and len(building) < 10
        else None,
        online=fixed[_ONLINE],
        convention=said[_CONVENTION],
        manufacturer=said[_MANUFACTURER],
        flag=fixed[_FLAG],
    )


def _choices(choices: Choices) -> tuple[list[dict[str, str]], list[str], list[str]]:
    buildings = zip(choices.building_ids, choices.buildings, strict=True)
    return (
        [{"value": str(id_), "label": name} for id_, name in buildings],
        choices.conventions,
        choices.manufacturers,
    )


def _filters() -> list[Any]:
    return [
        dmc.TextInput(
            id=_SEARCH,
            placeholder="Search name, product, area or room",
            leftSection=icon("search"),
            debounce=250,
            className="all-search",
            persistence=True,
            persistence_type="session",
            **named("Search all devices"),
        ),
        _select(_STANDING, "Any place", _FIXED[_STANDING]),
        _select(_BUILDING, "Any building"),
        _select(_ONLINE, "Any availability", _FIXED[_ONLINE]),
        _select(_CONVENTION, "Any convention"),
        _select(_MANUFACTURER, "Any manufacturer"),
        _select(_FLAG, "Odd or not", _FIXED[_FLAG]),
        dmc.Select(
            id=_SORT,
            value="new",
            data=[{"value": value, "label": label} for value, (label, *_) in _SORTS.items()],
            allowDeselect=False,
            persistence=True,
            persistence_type="session",
            **named("Sort by"),
        ),
    ]


def _select(name: str, placeholder: str, choices: dict[str, str] | None = None) -> dmc.Select:
    return dmc.Select(
        id=name,
        placeholder=placeholder,
        data=[{"value": value, "label": label} for value, label in (choices or {}).items()],
        clearable=True,
        searchable=choices is None,
        persistence=True,
        persistence_type="session",
        **named(placeholder),
    )
