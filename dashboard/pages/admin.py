"""Admin: what administrators look after; the models of buildings so far."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, html

from dashboard.components import notices
from dashboard.components.icon import named
from dashboard.context import Context
from dashboard.pages import admin_models
from dashboard.server import identity

PATH = "/admin"
NAME = "Admin"
ORDER = 80
NEEDS: identity.Role = "administrator"


def layout(**_query: str) -> Any:
    """The page with skeletons; the callbacks of the open tab fill it."""
    account = identity.signed_in()
    if account is None or account.role not in identity.ALLOWED[NEEDS]:
        return notices.not_allowed("administrators")
    return html.Div(
        [
            html.H1("Admin"),
            dmc.Tabs(
                [
                    dmc.TabsList([dmc.TabsTab("Models", value="models")], **named("What to look after")),
                    dmc.TabsPanel(admin_models.layout(), value="models"),
                ],
                value="models",
                keepMounted=False,
                className="devices-tabs",
            ),
        ],
        className="page",
    )


def register(app: Dash, context: Context) -> None:
    """The callbacks of the tabs."""
    admin_models.register(app, context)
