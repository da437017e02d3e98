"""System: how the ingest and the store do, and the messages that were set aside; for those who run it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, html, no_update
from dash.exceptions import PreventUpdate

from dashboard import format
from dashboard.components import live, notices, skeletons, system_cards
from dashboard.context import Context
from dashboard.kept import Kept
from dashboard.pages import system_jobs
from dashboard.server import identity
from dashboard.shell import MARK
from dashboard.views import quarantine as messages
from dashboard.views import system as views
from data.errors import StoreBusy, StoreUnavailable
from data.store import Store, health, system
from data.version import VERSION

PATH = "/system"
NAME = "System"
ORDER = 90
NEEDS: identity.Role = "manager"

_VERDICT = "system-verdict"
_FIGURES = "system-figures"
_NOISIEST = "system-noisiest"
_PROCESSES = "system-processes"
_STORE = "system-store"
_MIGRATIONS = "system-migrations"
_REASONS = "system-reasons"
_COUNT = "system-count"

_INGEST_KEPT_S = 1.0
_STORE_KEPT_S = 60.0  # sizes cost a look at every chunk
_REASONS_KEPT_S = 10.0

_StoreRead = tuple[health.StoreVersions, system.Sizes, datetime | None, list[system.AppliedMigration]]
_Newest = Callable[[int], list[messages.Message]]  # those of a reason, by the id of its first one

_HOW_TO_REDRIVE = "python -m data.ingest redrive"


def layout(**_query: str) -> Any:
    """The page with skeletons; its callbacks fill it."""
    account = identity.signed_in()
    if account is None or account.role not in identity.ALLOWED[NEEDS]:
        return notices.not_allowed()
    return html.Div(
        [
            html.H1("System"),
            html.Div(
                [html.Div([_ingest(), system_jobs.section()]), html.Div([_store(), _versions()])],
                className="system-columns",
            ),
            _quarantine(),
        ],
        className="page",
    )


def register(app: Dash, context: Context) -> None:
    """The page's callbacks."""
    _register_ingest(app, context)
    _register_store(app, context)
    system_jobs.register(app, context.store, needs=NEEDS)
    _register_quarantine(app, context.store)


def _register_ingest(app: Dash, context: Context) -> None:
    """What the ingests report, anew with every beat."""
    processes = Kept(lambda tenant: system.processes(context.store, tenant=tenant), for_s=_INGEST_KEPT_S)

    @app.callback(
        Output(_VERDICT, "children"),
        Output(_FIGURES, "children"),
        Output(_NOISIEST, "children"),
        Output(_PROCESSES, "children"),
        Input(MARK, "data"),
    )
    @identity.needs(NEEDS)
    def show_ingest(_mark: Any) -> tuple[Any, ...]:
        tenant = identity.current().tenant_id
        snapshot = context.snapshots.overview(tenant)
        away = system_cards.verdict(views.STORE_AWAY), no_update, no_update, no_update
        if snapshot.problem is not None:
            return away
        try:
            found = processes.of(tenant)
        except (StoreUnavailable, StoreBusy):
            return away
        now = datetime.now(UTC)
        refused = snapshot.refusals[0].total if snapshot.refusals else 0
        return (
            system_cards.verdict(views.verdict(found, now=now)),
            system_cards.facts(views.figures(found, set_aside=refused)),
            system_cards.noisiest(views.noisiest(found)),
            system_cards.processes(views.processes_listed(found, now=now)),
        )


def _register_store(app: Dash, context: Context) -> None:
    """What the store is and holds; all but the newest reading is read about once a minute."""
    store = context.store

    def read(tenant: int) -> _StoreRead:
        oldest = system.oldest_reading(store, tenant=tenant)
        return health.versions(store), system.sizes(store), oldest, system.migrations(store)

    kept = Kept(read, for_s=_STORE_KEPT_S)

    @app.callback(
        Output(_STORE, "children"),
        Output(_MIGRATIONS, "children"),
        Input(MARK, "data"),
    )
    @identity.needs(NEEDS)
    def show_store(_mark: Any) -> tuple[Any, ...]:
        tenant, settings = identity.current().tenant_id, context.settings
        try:
            versions, sizes, oldest, migrations = kept.of(tenant)
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error  # the frame says so, and the next beat after it healed asks again
        rows = context.snapshots.overview(tenant).rows
        facts = views.store_facts(
            versions,
            sizes,
            oldest=oldest,
            newest=max((row.at for row in rows if row.at), default=None),
            kept_days={
                "Readings": settings.keep_readings_days,
                "5-minute rollups": settings.keep_rollups_days,
                "Hourly rollups": settings.keep_hourly_days,
                "What was set aside": settings.keep_dead_letters_days,
            },
            now=datetime.now(UTC),
        )
        times = [format.moment(one.applied_at, zone=UTC) for one in migrations]
        return system_cards.facts(facts), system_cards.migrations(migrations, times=times)


def _register_quarantine(app: Dash, store: Store) -> None:
    """The reasons, live; the messages of the one that is open, as of its opening."""
    kept = Kept(lambda tenant: system.quarantine(store, tenant=tenant), for_s=_REASONS_KEPT_S)

    def newest(first_id: int) -> list[messages.Message]:
        found = system.letters(store, tenant=identity.current().tenant_id, first_id=first_id)
        now = datetime.now(UTC)
        return [messages.message(letter, now=now) for letter in found]

    @app.callback(
        Output(_REASONS, "children"),
        Output(live.slot(system_cards.REASONS, ALL), "children"),
        Output(_COUNT, "children"),
        Input(MARK, "data"),
        State(_REASONS, "value"),
        State(live.slot(system_cards.REASONS, ALL), "id"),
    )
    @identity.needs(NEEDS)
    def show_reasons(_mark: Any, opened: Any, slots: list[live.Slot]) -> tuple[Any, ...]:
        now = datetime.now(UTC)
        try:
            found = kept.of(identity.current().tenant_id)
            reasons = {one.first_id: messages.reason(one, now=now) for one in found}
            children, insides = live.update(
                reasons,
                slots,
                inside=system_cards.reason_inside,
                whole=lambda: _reasons(reasons.values(), opened, newest),
            )
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error
        return children, insides, format.number(found[0].total, digits=0) if found else ""

    @app.callback(
        Output(live.slot(system_cards.MESSAGES, ALL), "children"),
        Input(_REASONS, "value"),
        State(live.slot(system_cards.MESSAGES, ALL), "id"),
        prevent_initial_call=True,
    )
    @identity.needs(NEEDS)
    def show_messages(opened: Any, slots: list[live.Slot]) -> list[Any]:
        return [
            system_cards.messages(newest(slot["key"])) if str(slot["key"]) == opened else [] for slot in slots
        ]


def _reasons(reasons: Iterable[messages.Reason], opened: Any, newest: _Newest) -> list[Any]:
    items = [system_cards.reason(one, newest(one.id) if str(one.id) == opened else []) for one in reasons]
    return items or [html.P("Nothing is set aside.", className="all-well")]


def _ingest() -> html.Section:
    return html.Section(
        [
            html.H2("Ingest"),
            html.Div(skeletons.blocks(1, height=76), id=_VERDICT),
            html.Dl(skeletons.blocks(4, height=44), id=_FIGURES, className="system-facts"),
            html.Div(id=_NOISIEST, className="noisiest"),
            html.Div(id=_PROCESSES, className="table plain"),
        ],
        className="panel",
    )


def _store() -> html.Section:
    return html.Section(
        [
            html.H2("Store"),
            html.Dl(skeletons.blocks(4, height=44), id=_STORE, className="system-facts"),
        ],
        className="panel",
    )


def _quarantine() -> html.Section:
    how = (
        "Messages that could not be understood or stored are kept with their payload. After a setting or "
        "a decoder was put right, "
    )
    return html.Section(
        [
            html.H2("Quarantine"),
            html.Span(id=_COUNT, className="count", role="status"),
            html.P([how, html.Code(_HOW_TO_REDRIVE), " takes them in again."], className="small"),
            dmc.Accordion(skeletons.blocks(2, height=56), id=_REASONS, chevronPosition="left", order=3),
        ],
        className="quarantine",
    )


def _versions() -> html.Section:
    return html.Section(
        [
            html.H2("Versions"),
            html.P(f"Clerestory {VERSION}. What brought the database up to date:", className="small"),
            html.Div(skeletons.blocks(1, height=120), id=_MIGRATIONS, className="table plain"),
        ],
        className="panel versions",
    )
