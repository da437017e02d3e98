"""The jobs of the System page: what is asked for, how far it is, and a way to cancel it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dash import ALL, MATCH, Dash, Input, Output, State, ctx, html
from dash.exceptions import PreventUpdate

from dashboard.components import job_list, live, skeletons
from dashboard.kept import Kept
from dashboard.server import identity
from dashboard.shell import MARK, TICK
from dashboard.views import jobs as views
from data.errors import StoreBusy, StoreUnavailable
from data.store import Store, jobs

_JOBS = "system-jobs"
_KEPT_S = 1.0
_SHOWN = 10


def section() -> html.Section:
    """The card with a skeleton; the callbacks fill it."""
    return html.Section(
        [html.H2("Jobs"), html.Div(skeletons.blocks(1, height=56), id=_JOBS, className="jobs")],
        className="panel jobs-panel",
    )


def register(app: Dash, store: Store, *, needs: identity.Role) -> None:
    """The newest jobs, live, and the buttons that cancel them; for this role."""
    kept = Kept(lambda tenant: jobs.recent(store, tenant=tenant, limit=_SHOWN), for_s=_KEPT_S)

    @app.callback(
        Output(_JOBS, "children"),
        Output(live.slot(job_list.JOBS, ALL), "children"),
        Input(MARK, "data"),
        Input(TICK, "n_intervals"),
        State(live.slot(job_list.JOBS, ALL), "id"),
    )
    @identity.needs(needs)
    def show_jobs(_mark: Any, _ticks: int | None, slots: list[live.Slot]) -> tuple[Any, ...]:
        try:
            rows = views.rows(kept.of(identity.current().tenant_id), now=datetime.now(UTC))
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error
        by_key = {job_list.key(row): row for row in rows}
        if ctx.triggered_id == TICK and _stands_still(by_key, slots):
            raise PreventUpdate
        return live.update(
            by_key,
            slots,
            inside=job_list.inside,
            whole=lambda: job_list.jobs(rows),
        )

    @app.callback(
        Output(live.slot(job_list.CANCEL, MATCH), "disabled"),
        Input(live.slot(job_list.CANCEL, MATCH), "n_clicks"),
        prevent_initial_call=True,
    )
    @identity.needs(needs)
    def cancel_job(clicks: int | None) -> bool:
        if not clicks:  # the button has only just been drawn
            raise PreventUpdate
        account = identity.current()
        number = int(ctx.triggered_id["key"])
        jobs.cancel(store, tenant=account.tenant_id, job=number, actor=f"account {account.id}")
        return True


def _stands_still(rows: dict[int, views.Row], slots: list[live.Slot]) -> bool:
    """Whether the page shows these jobs already and none of them is under way."""
    return [slot["key"] for slot in slots] == list(rows) and not any(
        row.bar or row.cancellable for row in rows.values()
    )
