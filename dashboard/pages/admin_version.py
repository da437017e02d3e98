"""A model before it is current: what was found in it, how it would be drawn, and what it would change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import available_timezones

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard.components import model_cards, model_report, notices, skeletons
from dashboard.components.icon import icon
from dashboard.context import Context
from dashboard.pages import admin_preview
from dashboard.pages.admin_preview import MODEL, Models
from dashboard.server import identity
from dashboard.shell import TICK
from dashboard.views import models as views
from dashboard.views.building import is_id
from data.errors import BadInput, StoreBusy, StoreUnavailable
from data.files import Files
from data.store import Store, accounts, buildings, model_jobs, model_versions
from data.store.model_versions import Changes, Version

PATH_TEMPLATE = "/admin/models/<version_id>"
NAME = "Model"
ORDER = None
NEEDS: identity.Role = "administrator"

_VERSION = "model-version"
_SHOWN = "model-shown"  # dcc.Store: what is shown, so that a beat without news sends nothing
_HEADING = "model-heading"
_REPORT = "model-report"
_FORM = "model-form"
_NAME = "model-building"
_TIMEZONE = "model-timezone"
_OUTCOME = "model-outcome"
_CURRENT = "model-make-current"
_DISCARD = "model-discard"
_SAID = "model-said"
_MISSING = "model-missing"

_MAKE_CURRENT = "Make current"
_HIDDEN = {"display": "none"}
_AWAY = "The database cannot be reached right now; please try again in a moment."


def layout(version_id: str = "", **_query: str) -> Any:
    """The page with skeletons; its callbacks fill it."""
    account = identity.signed_in()
    if account is None or account.role not in identity.ALLOWED[NEEDS]:
        return notices.not_allowed("administrators")
    if not is_id(version_id):
        return notices.not_found()
    return html.Div(
        [
            dcc.Store(id=_VERSION, data=int(version_id)),
            dcc.Store(id=_SHOWN),
            dcc.Store(id=MODEL),
            dcc.Link([icon("arrow-left"), "Admin"], href="/admin", className="back"),
            html.Div(id=_MISSING, className="building-missing"),
            html.Div(
                [
                    html.Div(skeletons.blocks(2, height=26), id=_HEADING, className="building-heading"),
                    html.Div(
                        [admin_preview.panel(), html.Div([_form(), _report()], className="model-side")],
                        className="model-columns",
                    ),
                ],
                className="building-found",
            ),
        ],
        className="page",
    )


def _form() -> html.Section:
    return html.Section(
        [
            dmc.Autocomplete(id=_NAME, label="Building", data=[], debounce=True),
            dmc.Select(
                id=_TIMEZONE,
                label="Time zone",
                placeholder="as it is; of a new building UTC",
                data=sorted(available_timezones()),
                searchable=True,
                clearable=True,
                limit=60,
            ),
            html.P(id=_OUTCOME, className="outcome"),
            html.Div(
                [
                    dmc.Button(_MAKE_CURRENT, id=_CURRENT),
                    dmc.Button("Discard", id=_DISCARD, variant="default"),
                ],
                className="version-actions",
            ),
            html.P(id=_SAID, className="correction-said", role="alert"),
        ],
        id=_FORM,
        style=_HIDDEN,
        className="panel model-form",
    )


def _report() -> html.Section:
    return html.Section(skeletons.blocks(3, height=60), id=_REPORT, className="panel model-report")


def register(app: Dash, context: Context) -> None:
    """The page's callbacks."""
    models = Models(Files.of(context.settings))
    _register_version(app, context.store, models)
    _register_names(app, context.store)
    _register_form(app, context.store)
    admin_preview.register(app, models)
    _register_outcome(app, context.store, models)
    _register_decision(app, context.store)


def _register_version(app: Dash, store: Store, models: Models) -> None:
    """The version's state, live, and the rest of the page once there is something to show."""

    @app.callback(
        Output(_HEADING, "children"),
        Output(_REPORT, "children"),
        Output(_FORM, "style"),
        Output(MODEL, "data"),
        Output(_MISSING, "children"),
        Output(_SHOWN, "data"),
        Input(TICK, "n_intervals"),
        Input(_SAID, "children"),
        Input(_VERSION, "data"),
        State(_SHOWN, "data"),
    )
    @identity.needs(NEEDS)
    def show_version(_ticks: int | None, _said: Any, number: int, shown: str | None) -> tuple[Any, ...]:
        account = identity.current()
        try:
            version = model_versions.find(store, tenant=account.tenant_id, version=number)
            job = model_jobs.newest(store, tenant=account.tenant_id, version=number).get(number)
            names = accounts.names(store, tenant=account.tenant_id)
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error
        if version is None:
            return *[no_update] * 4, notices.not_found(), no_update
        row = views.standing(version, job, names=names, now=datetime.now(UTC))
        read = [version.file_sha256, models.is_whole(version.file_sha256), version.state == "reading"]
        # Each stage is a reason to look again: rooms are there long before the rest.
        mark = repr((row, version.building_id, read))
        if mark == shown:
            raise PreventUpdate
        return (
            _heading(version, row),
            model_report.report(version.report, units=account.units)
            if version.report
            else html.P("The report follows when all of the file was read.", className="nothing"),
            None if version.state in ("ready", "replaced") and not row.bar else _HIDDEN,
            read,
            None,
            mark,
        )


def _register_names(app: Dash, store: Store) -> None:
    """What is wanted so far, filled in once: what is typed meanwhile stays."""

    @app.callback(
        Output(_NAME, "data"),
        Output(_NAME, "value"),
        Output(_TIMEZONE, "value"),
        Input(_VERSION, "data"),
    )
    @identity.needs(NEEDS)
    def fill_in(number: int) -> tuple[Any, ...]:
        tenant = identity.current().tenant_id
        version = model_versions.find(store, tenant=tenant, version=number)
        if version is None:
            raise PreventUpdate
        return _known(store, tenant), version.building_name, version.timezone


def _register_form(app: Dash, store: Store) -> None:
    """What can be said of a version: of one that was replaced only that it shall be current again."""

    @app.callback(
        Output(_NAME, "disabled"),
        Output(_TIMEZONE, "disabled"),
        Output(_CURRENT, "children"),
        Output(_DISCARD, "style"),
        Input(_SHOWN, "data"),
        State(_VERSION, "data"),
        prevent_initial_call=True,
    )
    @identity.needs(NEEDS)
    def fit_form(_shown: str, number: int) -> tuple[Any, ...]:
        version = model_versions.find(store, tenant=identity.current().tenant_id, version=number)
        if version is None:
            raise PreventUpdate
        if version.state == "replaced":
            return True, True, model_cards.AGAIN, _HIDDEN
        return False, False, _MAKE_CURRENT, None


def _known(store: Store, tenant: int) -> list[str]:
    return [row.name for row in buildings.list_buildings(store, tenant=tenant)]


def _heading(version: Version, row: views.Standing) -> list[Any]:
    opened = (
        dcc.Link(
            f"Open {version.building}", href=f"/building/{version.building_id}", className="button compact"
        )
        if version.state == "current"
        else None
    )
    return [
        html.H1(version.file_name),
        html.Div(
            [html.Span(row.state, className=f"job-state {row.tone}"), html.Span(row.about)], className="facts"
        ),
        html.Div([model_cards.bar(row), html.P(model_cards.detail(row))], className="model-progress"),
        opened,
    ]


def _register_outcome(app: Dash, store: Store, models: Models) -> None:
    """What making it current would do, for the name that is typed."""

    @app.callback(
        Output(_OUTCOME, "children"),
        Output(_CURRENT, "disabled"),
        Input(_NAME, "value"),
        Input(MODEL, "data"),
    )
    @identity.needs(NEEDS)
    def show_outcome(name: str | None, read: list[Any] | None) -> tuple[str, bool]:
        if not read:
            raise PreventUpdate
        wanted, tenant = (name or "").strip(), identity.current().tenant_id
        try:
            known = wanted in _known(store, tenant)
            changes = _changes(store, models, tenant, wanted, read) if known else None
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error
        return views.outcome(wanted, known=known, changes=changes), not wanted


def _changes(store: Store, models: Models, tenant: int, name: str, read: list[Any]) -> Changes | None:
    if not read[1]:
        return None  # its equipment would seem gone
    try:
        model = models.of(read[0], read[1])
    except LookupError:
        return None  # no longer in storage
    return model_versions.changes(store, tenant=tenant, building_name=name, model=model)


def _register_decision(app: Dash, store: Store) -> None:
    """Make current, or discard."""

    @app.callback(
        Output(_SAID, "children"),
        Input(_CURRENT, "n_clicks"),
        Input(_DISCARD, "n_clicks"),
        State(_NAME, "value"),
        State(_TIMEZONE, "value"),
        State(_VERSION, "data"),
        prevent_initial_call=True,
    )
    @identity.needs(NEEDS)
    def decide(
        _current: int | None, _discard: int | None, name: str | None, timezone: str | None, number: int
    ) -> str:
        if not ctx.triggered[0]["value"]:
            raise PreventUpdate
        account = identity.current()
        tenant, actor = account.tenant_id, f"account {account.id}"
        try:
            if ctx.triggered_id == _DISCARD:
                done = model_jobs.let_go(store, tenant=tenant, version=number, actor=actor)
            else:
                done = model_jobs.make_current(
                    store,
                    tenant=tenant,
                    version=number,
                    building_name=name or "",
                    timezone=timezone,
                    actor=actor,
                )
        except BadInput as error:
            return str(error)
        except (StoreUnavailable, StoreBusy):
            return _AWAY
        return "" if done else "Somebody has decided on this model already."
