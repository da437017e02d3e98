"""Forecasts: which series are forecast and how right that was, and which are not and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from analytics.quantities import QUANTITIES
from dashboard import format
from dashboard.components import cards, notices, skeletons
from dashboard.components import forecasts as parts
from dashboard.components.icon import icon, named
from dashboard.context import Context
from dashboard.server import identity
from dashboard.shell import MARK
from dashboard.views import forecasts as views
from dashboard.views.forecasts import Choice
from data.errors import StoreBusy, StoreUnavailable
from data.store import forecast_list

PATH = "/forecasts"
NAME = "Forecasts"
ORDER = 4

_ADDRESS = "forecasts-address"
_KPIS = "forecasts-kpis"
_COUNT = "forecasts-count"
_ROWS = "forecasts-rows"
_PAGE = "forecasts-page"
_PAGER = "forecasts-pager"
_SHOWN = "forecasts-shown"  # dcc.Store: what the rows are of; they stay until something else is to be shown
_CONTROLS = {name: f"forecasts-{name}" for name in ("state", "building", "quantity", "search", "sort")}

_PER_PAGE = 40
_EVERY_S = 60  # workers forecast each hour: more often there is nothing new to read


def layout(**query: str) -> Any:
    """The page with skeletons; its callbacks fill it. The address says what is looked at."""
    choice = Choice.of(query)
    return html.Div(
        [
            dcc.Location(id=_ADDRESS, refresh=False),
            dcc.Store(id=_SHOWN),
            html.H1("Forecasts"),
            html.P(
                "Two days ahead, anew each hour. A forecast is shown only while it beats repeating the past "
                "in its backtest; eight hours of ten are to fall into its band.",
                className="lead",
            ),
            html.Div(skeletons.blocks(4, height=106), id=_KPIS, className="kpis"),
            html.Div(_filters(choice), className="all-filters forecast-filters"),
            html.Div(id=_COUNT, className="count all-count", role="status"),
            html.Div([html.Span(head) for head in parts.HEADS], className="forecast-heads"),
            html.Div(html.Div(skeletons.blocks(8, height=58), className="forecast-rows"), id=_ROWS),
            html.Div(
                dmc.Pagination(id=_PAGE, total=1, value=1, size="sm"),
                id=_PAGER,
                className="pager",
                hidden=True,
            ),
            html.P(
                "Error is the mean absolute scaled error (MASE) of the median in the backtest: 1 is what "
                "repeating the season before errs by within the readings that it learned from.",
                className="small footnote",
            ),
        ],
        className="page",
    )


def register(app: Dash, context: Context) -> None:
    """The page's callbacks."""
    _register_list(app, context)
    _register_controls(app, context)


def _register_list(app: Dash, context: Context) -> None:
    @app.callback(
        Output(_KPIS, "children"),
        Output(_ROWS, "children"),
        Output(_COUNT, "children"),
        Output(_PAGE, "total"),
        Output(_PAGER, "hidden"),
        Output(_SHOWN, "data"),
        Input(MARK, "data"),
        Input(_PAGE, "value"),
        *(Input(name, "value") for name in _CONTROLS.values()),
        State(_SHOWN, "data"),
    )
    @identity.needs("viewer")
    def show(_mark: Any, page: int | None, *said: Any) -> tuple[Any, ...]:
        *values, shown = said
        choice, page = Choice.of(dict(zip(_CONTROLS, values, strict=True))), max(1, page or 1)
        now, tenant = datetime.now(UTC), identity.current().tenant_id
        # Built anew with every reading that comes, a link that holds the keyboard's focus would lose it.
        asked = [choice.search, page, int(now.timestamp()) // _EVERY_S]
        if asked == shown:
            raise PreventUpdate
        try:
            counts = forecast_list.counts(context.store, tenant=tenant, building=choice.wanted.building_id)
            rows = _read(context, choice, page)
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error  # the frame says so, and the next beat asks again
        total = rows[0].total if rows else 0
        listed = html.Div([parts.row(views.row(one)) for one in rows], className="forecast-rows")
        return (
            [cards.kpi(one) for one in views.kpis(counts, now=now)],
            listed if rows else _nothing(choice),
            f"{format.number(total, digits=0)} series",
            max(1, -(-total // _PER_PAGE)),
            total <= _PER_PAGE,
            asked,
        )

    def _read(context: Context, choice: Choice, page: int) -> list[forecast_list.ForecastRow]:
        """A page of the list; the first when there are no longer so many."""
        for offset in ((page - 1) * _PER_PAGE, 0):
            rows = forecast_list.find(
                context.store,
                tenant=identity.current().tenant_id,
                wanted=choice.wanted,
                sort=choice.sort,
                offset=offset,
                limit=_PER_PAGE,
            )
            if rows or not offset:
                break
        return rows


def _register_controls(app: Dash, context: Context) -> None:
    @app.callback(
        Output(_CONTROLS["building"], "data"),
        Output(_CONTROLS["quantity"], "data"),
        Input(MARK, "data"),
        State(_CONTROLS["building"], "data"),
        State(_CONTROLS["quantity"], "data"),
    )
    @identity.needs("viewer")
    def offer(_mark: Any, *offered: Any) -> tuple[Any, ...]:
        try:
            found = forecast_list.choices(context.store, tenant=identity.current().tenant_id)
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error
        buildings = zip(found.building_ids, found.buildings, strict=True)
        fresh = (
            [{"value": str(id_), "label": name} for id_, name in buildings],
            [
                {"value": name, "label": QUANTITIES[name].label}
                for name in found.quantities
                if name in QUANTITIES
            ],
        )
        if fresh == offered:
            raise PreventUpdate
        return fresh

    @app.callback(
        Output(_ADDRESS, "search"),
        Output(_PAGE, "value"),
        *(Output(name, "value") for name in _CONTROLS.values()),
        Input(_ADDRESS, "search"),
        *(Input(name, "value") for name in _CONTROLS.values()),
        prevent_initial_call=True,
    )
    @identity.needs("viewer")
    def settle(search: str | None, *values: Any) -> tuple[Any, ...]:
        """The address says what is chosen, whoever chose it; another choice begins at the first page."""
        said, chosen = Choice.parse(search or ""), Choice.of(dict(zip(_CONTROLS, values, strict=True)))
        if said == chosen:
            raise PreventUpdate
        if ctx.triggered_id == _ADDRESS:
            return no_update, 1, *_values(said)
        return chosen.search, 1, *[no_update] * len(_CONTROLS)


def _values(choice: Choice) -> tuple[Any, ...]:
    """What the controls show of a choice, in their order."""
    wanted = choice.wanted
    building = None if wanted.building_id is None else str(wanted.building_id)
    return wanted.state or "all", building, wanted.quantity, wanted.search, choice.sort


def _nothing(choice: Choice) -> Any:
    if choice == Choice.of({}):
        return notices.notice(
            "activity",
            "No forecasts yet",
            html.P("Workers make them each hour for every number that has seven days of readings."),
        )
    return notices.notice("search", "No series matches", html.P("Try fewer words, or another filter."))


def _filters(choice: Choice) -> list[Any]:
    state, building, quantity, search, sort = _values(choice)
    return [
        dmc.SegmentedControl(
            id=_CONTROLS["state"],
            value=state,
            data=[
                {"value": "all", "label": "All"},
                *({"value": name, "label": label} for name, label in views.STATES.items()),
            ],
            **named("Which forecasts"),
        ),
        dmc.TextInput(
            id=_CONTROLS["search"],
            value=search,
            placeholder="Search device, metric or room",
            leftSection=icon("search"),
            debounce=250,
            className="all-search",
            **named("Search forecasts"),
        ),
        _select("building", "Any building", building),
        _select("quantity", "Any quantity", quantity),
        dmc.Select(
            id=_CONTROLS["sort"],
            value=sort,
            data=[{"value": name, "label": label} for name, label in views.SORTS.items()],
            allowDeselect=False,
            **named("Sort by"),
        ),
    ]


def _select(name: str, placeholder: str, value: str | None) -> dmc.Select:
    return dmc.Select(
        id=_CONTROLS[name],
        value=value,
        placeholder=placeholder,
        data=[],
        clearable=True,
        searchable=True,
        **named(placeholder),
    )
