"""The frame around every page: header, navigation, the state of the connection, and the heartbeat.

One interval beats for the whole page. Its callback costs no query of its own and answers nothing
while nothing changed; when something did, it sets `MARK`, and the page's callbacks have that as
their input.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import dash
import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, dcc, hooks, html, no_update
from dash.exceptions import PreventUpdate

from analytics.units import SYSTEMS, UnitSystem
from dashboard import format, theme
from dashboard.components import notices
from dashboard.components.icon import icon, named
from dashboard.context import Context
from dashboard.server import csrf, identity
from dashboard.snapshot import Snapshot
from dashboard.views import connection
from data.store import accounts

TOASTS = "toasts"
MARK = "mark"  # dcc.Store: [version, clock, problem, units] of what is shown
TICK = "tick"  # dcc.Interval: beats though nothing was measured, for what changes by itself
SCHEME = "scheme"  # its computedColorScheme is light or dark; None: not known yet

_UNITS = "account-units"
_SWITCHED = "units-switched"  # dcc.Store: the units that were chosen last on this page
_CHIP = "connection"
_BANNER = "banner"
_FRAME = "frame"
_BURGER = "burger"
_NAVBAR = "navbar"
_WAITING = "waiting"  # type of the ids of the counts beside the inbox, one a navigation
_INBOX = "/devices"
_TICK_MS = 2_000
_CLOCK_S = 10  # ages that are shown grow even when no device speaks

# The remembered scheme is put on the page before its first paint.
dmc.pre_render_color_scheme()


@hooks.index(final=True)  # type: ignore[untyped-decorator]
def _say_language(page: str) -> str:
    return page.replace("<html", '<html lang="en"', 1)


def layout(context: Context) -> Any:
    """The frame for the account of this request."""
    return dmc.MantineProvider(
        [
            dcc.Interval(id=TICK, interval=_TICK_MS),
            dcc.Store(id=MARK),
            dcc.Store(id=_SWITCHED),
            dmc.NotificationContainer(id=TOASTS, position="bottom-right"),
            html.A("Skip to the content", href="#content", className="skip"),
            dmc.AppShell(
                [
                    dmc.AppShellHeader(_header()),
                    dmc.AppShellNavbar([], id=_NAVBAR, p="md", **named("Pages")),
                    dmc.AppShellMain(
                        [html.Div(id=_BANNER, role="alert"), html.Div(dash.page_container, id="content")],
                    ),
                ],
                id=_FRAME,
                header={"height": 60},
                navbar=_navbar(opened=False),
            ),
        ],
        theme=theme.MANTINE,
        defaultColorScheme="auto",
    )


def register(app: Dash, context: Context) -> None:
    """The frame's callbacks."""

    @app.callback(
        Output(MARK, "data"),
        Output(_CHIP, "children"),
        Output(_CHIP, "className"),
        Output(_BANNER, "children"),
        Output(SCHEME, "computedColorScheme"),
        Output({"type": _WAITING, "in": ALL}, "children"),
        Input(TICK, "n_intervals"),
        Input(_SWITCHED, "data"),
        State(MARK, "data"),
        State({"type": _WAITING, "in": ALL}, "id"),
    )
    @identity.needs("viewer")
    def beat(
        _ticks: int | None, _switched: str | None, shown: list[Any] | None, counts: list[Any]
    ) -> tuple[Any, ...]:
        now = datetime.now(UTC)
        snapshot = context.snapshots.overview(identity.current().tenant_id)
        mark = [*_mark(snapshot, now), identity.current().units]
        if mark == shown:
            raise PreventUpdate
        state = connection.state(snapshot, now=now)
        # Two classes in turn start the animation of `assets/clerestory.css` again, which at its end
        # says that the server no longer answers: no callback can.
        turn = "even" if mark[1] % 2 else "odd"
        chip = [icon(state.sign), html.Span(state.text)]
        banner = notices.away(snapshot.problem) if snapshot.problem else None
        # At its birth the toggle takes a dark system for a light one; emptied, it looks again.
        scheme = None if shown is None else no_update
        waiting = [_waiting(snapshot)] * len(counts)
        return mark, chip, f"connection {state.level} {turn}", banner, scheme, waiting

    _register_account(app, context)

    @app.callback(
        Output(_FRAME, "navbar"),
        Output(_NAVBAR, "children"),
        Input(_BURGER, "opened"),
        prevent_initial_call=True,
    )
    @identity.needs("viewer")
    def open_navigation(opened: bool) -> tuple[dict[str, Any], list[Any]]:
        # Empty while it is closed: what nobody sees must not take the keyboard's focus.
        waiting = _waiting(context.snapshots.overview(identity.current().tenant_id))
        return _navbar(opened=bool(opened)), _links("navbar", waiting) if opened else []

    @app.callback(
        Output(_BURGER, "opened"),
        Input("_pages_location", "pathname"),
        prevent_initial_call=True,
    )
    @identity.needs("viewer")
    def close_navigation(_path: str) -> bool:
        return False


def _register_account(app: Dash, context: Context) -> None:
    """What an account sets for itself."""

    @app.callback(
        Output(_SWITCHED, "data"),
        Input(_UNITS, "value"),
        prevent_initial_call=True,
    )
    @identity.needs("viewer")
    def switch_units(wanted: str) -> str:
        account = identity.current()
        chosen = next((system for system in SYSTEMS if system == wanted), None)
        if chosen is None or chosen == account.units:
            raise PreventUpdate
        accounts.set_units(context.store, tenant=account.tenant_id, account=account.id, units=chosen)
        identity.changed()
        return chosen


def _mark(snapshot: Snapshot, now: datetime) -> list[Any]:
    return [snapshot.version, int(now.timestamp()) // _CLOCK_S, snapshot.problem]


def _header() -> dmc.Group:
    return dmc.Group(
        [
            dmc.Burger(id=_BURGER, size="sm", hiddenFrom="sm", **named("Pages")),
            dcc.Link([html.Span(className="logo"), "Clerestory"], href="/", className="brand"),
            html.Nav(_links("header"), className="mantine-visible-from-sm pages", **named("Pages")),
            html.Div(id=_CHIP, role="status", className="connection"),
            dmc.ColorSchemeToggle(
                id=SCHEME,
                lightIcon=icon("sun"),
                darkIcon=icon("moon"),
                variant="subtle",
                color="gray",
                size="lg",
                **named("Light or dark"),
            ),
            _account(),
        ],
        wrap="nowrap",
        h="100%",
        px="md",
        gap="xs",
    )


def _links(where: str, waiting: str | None = None) -> list[dmc.NavLink]:
    """The pages of one of the navigations, the inbox with how many devices wait in it."""
    role = identity.current().role
    pages = (
        page
        for page in dash.page_registry.values()
        if page["order"] is not None and role in identity.ALLOWED[page["needs"]]
    )
    count = html.Span(
        waiting, id={"type": _WAITING, "in": where}, className="waiting", title="Waiting for a room"
    )
    return [
        dmc.NavLink(
            label=page["name"],
            href=page["path"],
            active="exact",
            rightSection=count if page["path"] == _INBOX else None,
        )
        for page in pages
    ]


def _waiting(snapshot: Snapshot) -> str | None:
    return format.number(snapshot.waiting, digits=0) if snapshot.waiting else None


def _account() -> dmc.Menu:
    account = identity.current()
    # A plain form: it works while the server's callbacks do not.
    sign_out = html.Form(
        [
            dcc.Input(type="hidden", name=csrf.FIELD, value=csrf.token()),
            html.Button([icon("logout"), "Sign out"], type="submit", className="menu-button"),
        ],
        action="/sign-out",
        method="POST",
    )
    return dmc.Menu(
        [
            dmc.MenuTarget(
                dmc.ActionIcon(
                    account.name[:1].upper(),
                    variant="light",
                    size="lg",
                    radius="xl",
                    **named("Account"),
                )
            ),
            dmc.MenuDropdown(
                [
                    html.Div(
                        [
                            html.Strong(account.name),
                            html.Span(f"{account.role} of {account.tenant}"),
                        ],
                        className="account",
                    ),
                    dmc.MenuDivider(),
                    html.Div(
                        [html.Span("Units"), _units(account.units)],
                        className="account-units",
                    ),
                    dmc.MenuDivider(),
                    sign_out,
                ]
            ),
        ],
        position="bottom-end",
        shadow="md",
        keepMounted=True,  # mounted anew, its controls would show what they did at first
    )


def _units(chosen: UnitSystem) -> dmc.SegmentedControl:
    return dmc.SegmentedControl(
        id=_UNITS,
        value=chosen,
        data=[{"value": system, "label": label} for system, label in SYSTEMS.items()],
        size="xs",
        fullWidth=True,
        **named("Units"),
    )


def _navbar(*, opened: bool) -> dict[str, Any]:
    return {"width": 240, "breakpoint": "sm", "collapsed": {"desktop": True, "mobile": not opened}}
