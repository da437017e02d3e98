"""What a device says of itself and where it stands: a section of the Device page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from dashboard.components import device_identity as parts
from dashboard.components import notices, placing
from dashboard.context import Context
from dashboard.server import identity
from dashboard.shell import MARK
from dashboard.views import inbox as views
from data.errors import StoreBusy, StoreUnavailable
from data.store import inbox
from data.store.inbox import Wanted

_SECTION = "device-identity"
_STANDING = "device-standing"
_FIXED = "device-fixed"  # dcc.Store: names what the buttons were made for; they are made anew for another


def section() -> html.Div:
    """The section, empty; its callback fills it."""
    return html.Div(
        [
            *placing.parts(),
            html.Div(id=_SECTION),
            dcc.Store(id=_FIXED, data=""),
            html.Div(id=_STANDING, className="identity-standing"),
        ],
        className="identity",
    )


def register(app: Dash, context: Context, device: str) -> None:
    """The section's callback; `device` is the id of the store that holds the device's."""

    @app.callback(
        Output(_SECTION, "children"),
        Output(_STANDING, "children"),
        Output(_FIXED, "data"),
        Input(MARK, "data"),
        Input(placing.DONE, "data"),
        Input(device, "data"),
        State(_FIXED, "data"),
    )
    @identity.needs("viewer")
    def show(_mark: Any, _done: Any, device_id: int, fixed: str) -> tuple[Any, ...]:
        shown = _find(context, device_id)
        if shown is None:
            raise PreventUpdate
        return parts.about(shown), *parts.standing(shown, fixed, may=identity.may("operator"))


def instead(context: Context, device_id: int) -> Any:
    """What the page says of a device without series: that it is not there, or was only announced."""
    shown = _find(context, device_id)
    return notices.not_found() if shown is None else parts.announced(shown)


def _find(context: Context, device_id: int) -> views.Device | None:
    try:
        rows = inbox.find(context.store, tenant=identity.current().tenant_id, wanted=Wanted(ids=(device_id,)))
    except (StoreUnavailable, StoreBusy) as error:
        raise PreventUpdate from error  # the frame says so, and the next beat asks again
    return views.device(rows[0], now=datetime.now(UTC)) if rows else None
