"""The Models tab of the Admin page: bring files in, follow them, and see which building has which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard.components import live, model_cards, skeletons
from dashboard.components import upload as parts
from dashboard.context import Context
from dashboard.server import identity, upload
from dashboard.shell import TICK
from dashboard.views import models as views
from data.errors import StoreBusy, StoreUnavailable
from data.settings import Settings
from data.store import Store, accounts, buildings, model_jobs, model_versions
from data.store.buildings import BuildingRow
from data.store.jobs import Job
from data.store.model_versions import Version

NEEDS: identity.Role = "administrator"

_UPLOAD = "admin-upload"
_STANDING = "admin-standing"
_BUILDINGS = "admin-buildings"
_PAST = "admin-past"
_SHOWN = "admin-shown"  # dcc.Store: what is shown of the buildings and of what was decided on
_DONE = "admin-done"  # dcc.Store: grows with each button that is pressed


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that the tab shows of a tenant."""

    versions: list[Version]
    jobs: Mapping[int, Job]
    buildings: list[BuildingRow]
    names: views.Names


def layout() -> html.Div:
    """The tab with skeletons."""
    return html.Div(
        [
            dcc.Store(id=_SHOWN),
            dcc.Store(id=_DONE, data=0),
            html.Div(id=_UPLOAD, className="upload-place"),
            html.Section(
                [
                    html.H2("Under way"),
                    html.Div(skeletons.blocks(1, height=56), id=_STANDING, className="jobs"),
                ],
                className="panel under-way",
            ),
            html.H2("Buildings"),
            html.Div(skeletons.blocks(2, height=180), id=_BUILDINGS, className="model-buildings"),
            html.H2("Decided on"),
            html.Div(id=_PAST, className="table plain"),
        ],
        className="models",
    )


def register(app: Dash, context: Context) -> None:
    """The tab's callbacks."""
    _register_upload(app, context.settings)
    _register_lists(app, context.store)
    _register_actions(app, context.store)


def _register_upload(app: Dash, settings: Settings) -> None:
    """The place for files, whose limit is a setting."""

    @app.callback(Output(_UPLOAD, "children"), Input(_UPLOAD, "id"))
    @identity.needs(NEEDS)
    def show_upload(_id: str) -> Any:
        limit = settings.max_upload_mb
        return parts.box(address=upload.ADDRESS, limit_mb=limit, too_large=upload.too_large(limit))


def _register_lists(app: Dash, store: Store) -> None:
    """What is under way, live; buildings and what was decided on when something of them changes."""

    @app.callback(
        Output(_STANDING, "children"),
        Output(live.slot(model_cards.VERSIONS, ALL), "children"),
        Output(_BUILDINGS, "children"),
        Output(_PAST, "children"),
        Output(_SHOWN, "data"),
        Input(TICK, "n_intervals"),
        Input(_DONE, "data"),
        State(live.slot(model_cards.VERSIONS, ALL), "id"),
        State(_SHOWN, "data"),
    )
    @identity.needs(NEEDS)
    def show_lists(_ticks: int | None, _done: int, slots: list[live.Slot], shown: Any) -> tuple[Any, ...]:
        account, now = identity.current(), datetime.now(UTC)
        try:
            found = _find(store, account.tenant_id)
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error  # the frame says so, and the next beat asks again
        rows = {model_cards.key(row): row for row in _standing(found, now)}
        children, insides = live.update(
            rows, slots, inside=model_cards.inside, whole=lambda: model_cards.standing(list(rows.values()))
        )
        cards = views.cards(found.buildings, found.versions, names=found.names, now=now, units=account.units)
        past = views.past(found.versions, found.jobs, names=found.names, now=now)
        mark = repr((cards, past))
        if mark == shown:
            return children, insides, no_update, no_update, no_update
        return children, insides, model_cards.buildings(cards), model_cards.past(past), mark


def _find(store: Store, tenant: int) -> Found:
    return Found(
        versions=model_versions.list_versions(store, tenant=tenant),
        jobs=model_jobs.newest(store, tenant=tenant),
        buildings=buildings.list_buildings(store, tenant=tenant),
        names=accounts.names(store, tenant=tenant),
    )


def _standing(found: Found, now: datetime) -> list[views.Standing]:
    return [
        views.standing(version, found.jobs.get(version.id), names=found.names, now=now)
        for version in found.versions
        if views.waits(version, found.jobs.get(version.id), now=now)
    ]


def _register_actions(app: Dash, store: Store) -> None:
    """Cancel, read again, discard."""

    @app.callback(
        Output(_DONE, "data"),
        Input(model_cards.action(ALL, ALL), "n_clicks"),
        State(_DONE, "data"),
        prevent_initial_call=True,
    )
    @identity.needs(NEEDS)
    def act(_clicks: list[int | None], done: int) -> int:
        if not ctx.triggered[0]["value"]:  # the button has only just been drawn
            raise PreventUpdate
        pressed = cast(dict[str, Any], ctx.triggered_id)
        do(store, pressed["do"], int(pressed["key"]))
        return done + 1


def do(store: Store, name: str, version: int) -> None:
    """What a version's button does, for the account of this request."""
    account = identity.current()
    tenant, actor = account.tenant_id, f"account {account.id}"
    if name == "again":
        job = model_jobs.newest(store, tenant=tenant, version=version).get(version)
        if job is None or job.over:
            model_jobs.read_again(store, tenant=tenant, version=version, actor=actor)
    elif name in ("cancel", "discard"):
        model_jobs.let_go(store, tenant=tenant, version=version, actor=actor)
