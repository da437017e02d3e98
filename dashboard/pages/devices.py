"""Devices: the inbox of those that wait for a room, and the list of all."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import Dash, html

from dashboard.components import placing as parts
from dashboard.components.icon import named
from dashboard.context import Context
from dashboard.pages import device_inbox, device_list, placing
from dashboard.views import inbox as views

PATH = "/devices"
NAME = "Devices"
ORDER = 2

TABS = "devices-tab"


def layout(tab: str = "", **_query: str) -> Any:
    """The page with skeletons; the callbacks of the open tab fill it. `?tab=all` opens the list."""
    return html.Div(
        [
            *parts.parts(),
            html.H1("Devices"),
            dmc.Tabs(
                [
                    dmc.TabsList(
                        [dmc.TabsTab("Inbox", value="inbox"), dmc.TabsTab("All devices", value="all")],
                        **named("Which devices"),
                    ),
                    dmc.TabsPanel(device_inbox.layout(), value="inbox"),
                    dmc.TabsPanel(device_list.layout(), value="all"),
                ],
                id=TABS,
                value="all" if tab == "all" else "inbox",
                keepMounted=False,
                className="devices-tabs",
            ),
        ],
        className="page",
    )


def register(app: Dash, context: Context) -> None:
    """The callbacks of both tabs, and those that place devices here and on a device's page."""
    rooms = views.Rooms(context.store)
    placing.register(app, context, rooms)
    device_inbox.register(app, context, rooms)
    device_list.register(app, context)
