"""Overview: key figures, buildings, rooms out of their band and data for managers; then all devices."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard import format
from dashboard.components import cards, live, notices, overview_summary, skeletons
from dashboard.components.icon import icon, named
from dashboard.components.map_small import small_map
from dashboard.context import Context
from dashboard.figures import colour_scale, map_small
from dashboard.figures import map as figures
from dashboard.figures.map import Placed
from dashboard.kept import Kept
from dashboard.pages import overview_health
from dashboard.server import identity
from dashboard.shell import MARK
from dashboard.views import kpis
from dashboard.views import map as maps
from dashboard.views import overview as views
from data.errors import StoreBusy, StoreUnavailable
from data.store import map as map_store
from data.store.summary import Summary

PATH = "/"
NAME = "Overview"
ORDER = 0

_SUMMARISED = "overview-summarised"  # dcc.Store: when what is shown of the summary was read, and its units
_PERIOD = "overview-period"
_KPIS = "overview-kpis"
_BUILDINGS = "overview-buildings"
_MAP = "overview-map"
_WORST = "overview-worst"
_DAYS = "overview-days"
_SEARCH = "overview-search"
_SORT = "overview-sort"
_PAGE = "overview-page"
_PAGER = "overview-pager"
_DEVICES = "overview-devices"
_COUNT = "overview-count"
_TOOLS = "overview-tools"
_REFUSED = "overview-refused"

_PLACED_FOR_S = 60.0  # as long as a summary
_MAP_FIGURE: maps.Figure = "out"


def layout(**_query: str) -> Any:
    """The page with skeletons; its callback fills it."""
    return html.Div(
        [
            dcc.Store(id=_SUMMARISED),
            html.H1("Overview"),
            html.P(id=_PERIOD, className="period"),
            html.Div(skeletons.blocks(6, height=168), id=_KPIS, className="kpis key-figures"),
            *_sections(),
            overview_health.section(),
            html.Div(
                [
                    html.H2("Devices"),
                    html.Span(id=_COUNT, className="count", role="status"),
                    html.Div(_tools(), className="tools"),
                ],
                id=_TOOLS,
                className="section-head",
            ),
            html.Div(html.Div(skeletons.blocks(6, height=168), className="devices"), id=_DEVICES),
            html.Div(
                dmc.Pagination(id=_PAGE, total=1, value=1, size="sm"),
                id=_PAGER,
                className="pager",
                hidden=True,
            ),
            html.Div(id=_REFUSED),
        ],
        className="page",
    )


def register(app: Dash, context: Context) -> None:
    """The page's callbacks."""
    _register_summary(app, context)
    overview_health.register(app, context)
    _register_devices(app, context)


def _register_summary(app: Dash, context: Context) -> None:
    """What managers read, which changes at most once a minute."""
    summaries = kpis.Summaries(context.store)
    placed = Kept(lambda tenant: _placed(context, tenant), for_s=_PLACED_FOR_S)

    @app.callback(
        Output(_SUMMARISED, "data"),
        Output(_PERIOD, "children"),
        Output(_KPIS, "children"),
        Output(_BUILDINGS, "children"),
        Output(_MAP, "children"),
        Output(_WORST, "children"),
        Output(_DAYS, "children"),
        Input(MARK, "data"),
        State(_SUMMARISED, "data"),
    )
    @identity.needs("viewer")
    def show_summary(_mark: Any, shown: str | None) -> tuple[Any, ...]:
        found, units = summaries.of(identity.current().tenant_id), identity.current().units
        if found is None or f"{found.read_at.isoformat()} {units}" == shown:
            raise PreventUpdate
        return (
            f"{found.read_at.isoformat()} {units}",
            views.period(found),
            [overview_summary.key_figure(figure) for figure in kpis.kpis(found, units=units)],
            overview_summary.building_cards(views.buildings(found, units=units)),
            _map(placed, found),
            overview_summary.worst_rooms(views.worst_rooms(found, units=units)),
            overview_summary.availability(views.days(found)),
        )


def _placed(context: Context, tenant: int) -> tuple[Placed, ...]:
    """The buildings that have a place, worked out."""
    return tuple(one for one in map(figures.place, map_store.buildings(context.store, tenant=tenant)) if one)


def _map(placed: Kept[tuple[Placed, ...]], found: Summary) -> Any:
    try:
        there = placed.of(identity.current().tenant_id)
    except (StoreUnavailable, StoreBusy):
        return no_update  # the frame says that it is away
    scale = colour_scale.of("share", highest=100.0)
    drawn = map_small.sketch(there, maps.told(found, _MAP_FIGURE), scale=scale)
    return small_map(drawn, figure=maps.FIGURES[_MAP_FIGURE])


def _register_devices(app: Dash, context: Context) -> None:
    """The list of devices, which is live, and what was refused."""

    @app.callback(
        Output(_DEVICES, "children"),
        Output(live.slot(cards.DEVICES, ALL), "children"),
        Output(_COUNT, "children"),
        Output(_TOOLS, "hidden"),
        Output(_PAGE, "total"),
        Output(_PAGER, "hidden"),
        Output(_REFUSED, "children"),
        Input(MARK, "data"),
        Input(_SEARCH, "value"),
        Input(_SORT, "value"),
        Input(_PAGE, "value"),
        State(live.slot(cards.DEVICES, ALL), "id"),
    )
    @identity.needs("viewer")
    def show(
        _mark: Any, search: str | None, sort: str, page: int | None, slots: list[live.Slot]
    ) -> tuple[Any, ...]:
        snapshot = context.snapshots.overview(identity.current().tenant_id)
        if snapshot.read_at is None:
            raise PreventUpdate  # nothing was ever read; the frame says why
        shown = views.overview(
            snapshot,
            now=datetime.now(UTC),
            search=search or "",
            sort=sort if sort in views.SORTS else "name",
            page=page or 1,
            units=identity.current().units,
        )
        devices = {device.id: device for device in shown.devices}
        if ctx.triggered_id == MARK and devices.keys() == {slot["key"] for slot in slots}:
            # Only asking anew sorts anew: no card leaps from under the pointer.
            devices = {slot["key"]: devices[slot["key"]] for slot in slots}
        children, insides = live.update(
            devices, slots, inside=cards.device_inside, whole=lambda: _devices(shown)
        )
        return (
            children,
            insides,
            _count(shown),
            shown.total == 0,
            shown.pages,
            shown.pages == 1,
            _refused(shown),
        )

    @app.callback(
        Output(_PAGE, "value"),
        Input(_SEARCH, "value"),
        Input(_SORT, "value"),
        prevent_initial_call=True,
    )
    @identity.needs("viewer")
    def begin_again(_search: str | None, _sort: str) -> int:
        return 1


def _sections() -> list[Any]:
    return [
        html.Section(
            [
                html.H2("Buildings"),
                html.Div(
                    [html.Div(skeletons.blocks(1, height=112), id=_BUILDINGS), html.Div(id=_MAP)],
                    className="overview-buildings",
                ),
            ],
            className="overview-section",
        ),
        html.Div(
            [
                html.Section(
                    [html.H2("Rooms out of their band"), html.Div(skeletons.blocks(1, height=180), id=_WORST)]
                ),
                html.Section(
                    [
                        html.H2("Data received by day"),
                        html.Div(skeletons.blocks(1, height=120), id=_DAYS),
                        html.P(
                            "Share of the hours of all series heard in the last 7 days that have data.",
                            className="small",
                        ),
                    ]
                ),
            ],
            className="overview-columns",
        ),
    ]


def _tools() -> list[Any]:
    return [
        dmc.TextInput(
            id=_SEARCH,
            placeholder="Search name, room or quantity",
            leftSection=icon("search"),
            debounce=250,
            className="search",
            **named("Search devices"),
        ),
        dmc.SegmentedControl(
            id=_SORT,
            value="name",
            data=[{"value": value, "label": label} for value, label in views.SORTS.items()],
            **named("Sort devices by"),
        ),
    ]


def _devices(shown: views.Overview) -> Any:
    if not shown.total:
        return notices.no_devices()
    if not shown.matching:
        return notices.no_match()
    return html.Div([cards.device(device) for device in shown.devices], className="devices")


def _count(shown: views.Overview) -> str:
    found = f"{shown.matching} of {shown.total}" if shown.matching != shown.total else str(shown.total)
    return f"{found} · {format.share(shown.heard, shown.total)} heard in 15 min" if shown.total else ""


def _refused(shown: views.Overview) -> Any:
    if not shown.refused:
        return None
    return html.Section(
        [
            html.H2("Messages that could not be understood"),
            html.P("In the last 24 hours, by reason. They are kept with their payload in the dead letters."),
            html.Div(cards.refused(shown.refused), className="table"),
        ],
        className="refused",
    )
