"""The review of a new model: what of the old one is doubtful, decided here and taken back here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from dashboard import format
from dashboard.components import matches as parts
from dashboard.components import notices, skeletons
from dashboard.components.icon import icon
from dashboard.context import Context
from dashboard.kept import Kept
from dashboard.server import identity
from dashboard.shell import MARK
from dashboard.views import matches as views
from dashboard.views.building import is_id
from data.errors import BadInput, StoreBusy, StoreUnavailable
from data.store import buildings, inbox, matches

PATH_TEMPLATE = "/building/<building_id>/matches"
NAME = "New model"
ORDER = None  # reached from the building
NEEDS: identity.Role = "operator"
DECIDES: identity.Role = "manager"

_BUILDING = "matches-building"  # dcc.Store: its id
_HEADING = "matches-heading"
_QUESTIONS = "matches-questions"
_ANSWERS = "matches-answers"
_BOUND = "matches-bound"
_SHOWN = "matches-shown"  # dcc.Store: a digest of what is shown, which stays until something else is to be
_SAID = "matches-said"
_DONE = "matches-done"  # dcc.Store: another value after each decision made on this page
_RETURN = "matches-return"
_CONFIRM = "matches-return-confirm"
_CONFIRM_YES = "matches-return-yes"
_PICKER = "matches-picker"
_PICKED_FOR = "matches-picked-for"  # dcc.Store: the question that a room is picked for
_ROOM = "matches-room"
_PICK = "matches-pick"

_OPEN_KEPT_S = 2.0


def layout(building_id: str = "", **_query: str) -> Any:
    """The page with skeletons; its callbacks fill it."""
    account = identity.signed_in()
    if account is None or account.role not in identity.ALLOWED[NEEDS]:
        return notices.not_allowed()
    if not is_id(building_id):
        return notices.not_found()
    return html.Div(
        [
            dcc.Store(id=_BUILDING, data=int(building_id)),
            *(dcc.Store(id=one) for one in (_SHOWN, _DONE, _PICKED_FOR)),
            dcc.Link([icon("arrow-left"), "Building"], href=f"/building/{building_id}", className="back"),
            html.Div(skeletons.blocks(1, height=40), id=_HEADING, className="review-head"),
            html.Div(id=_SAID, role="status", className="review-said"),
            html.Div(skeletons.blocks(2, height=190), id=_QUESTIONS, className="questions"),
            html.Div(id=_ANSWERS),
            html.Div(id=_BOUND),
            _picker(),
            _confirmation(),
        ],
        className="page review",
    )


def register(app: Dash, context: Context) -> None:
    """The page's callbacks."""
    _register_review(app, context)
    _register_decisions(app, context)
    _register_picker(app, context)
    _register_return(app, context)
    _register_invitation(app, context)


def _register_review(app: Dash, context: Context) -> None:
    @app.callback(
        Output(_HEADING, "children"),
        Output(_QUESTIONS, "children"),
        Output(_ANSWERS, "children"),
        Output(_BOUND, "children"),
        Output(_SHOWN, "data"),
        Input(MARK, "data"),
        Input(_DONE, "data"),
        State(_BUILDING, "data"),
        State(_SHOWN, "data"),
    )
    @identity.needs(NEEDS)
    def show(_mark: Any, _done: Any, building: int, shown: int | None) -> tuple[Any, ...]:
        tenant = identity.current().tenant_id
        try:
            rows = buildings.list_buildings(context.store, tenant=tenant)
            row = next((row for row in rows if row.id == building), None)
            found = matches.of_building(context.store, tenant=tenant, building=building)
            newest = matches.newest_reissue(context.store, tenant=tenant, building=building)
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error  # the frame says so, and the next beat after it healed asks again
        if row is None:
            return notices.not_found(), [], [], [], None
        review = views.review(found, newest, zone=format.zone(row.timezone))
        # Built anew, a button that holds the keyboard's focus would lose it with every beat.
        digest = crc32(repr(review).encode())
        if digest == shown:
            raise PreventUpdate
        return (*_filled(row.name, review, may_decide=identity.may(DECIDES)), digest)


def _register_decisions(app: Dash, context: Context) -> None:
    @app.callback(
        Output(_DONE, "data", allow_duplicate=True),
        Output(_SAID, "children", allow_duplicate=True),
        Input({"type": parts.SAME, "match": ALL, "candidate": ALL}, "n_clicks"),
        Input({"type": parts.NONE, "match": ALL}, "n_clicks"),
        Input({"type": parts.UNDO, "match": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    @identity.needs(DECIDES)
    def decide_one(*_clicks: Any) -> tuple[Any, Any]:
        button, account = _clicked(), identity.current()
        of: dict[str, Any] = {"tenant": account.tenant_id, "actor": f"account {account.id}"}
        match = button["match"]
        if button["type"] == parts.SAME:
            return _done(lambda: matches.accept(context.store, match, candidate=button["candidate"], **of))
        act = matches.reject if button["type"] == parts.NONE else matches.undo
        return _done(lambda: act(context.store, match, **of))


def _register_picker(app: Dash, context: Context) -> None:
    @app.callback(
        Output(_PICKER, "opened"),
        Output(_ROOM, "data"),
        Output(_ROOM, "value"),
        Output(_PICKED_FOR, "data"),
        Input({"type": parts.OTHER, "match": ALL}, "n_clicks"),
        State(_BUILDING, "data"),
        prevent_initial_call=True,
    )
    @identity.needs(DECIDES)
    def open_picker(_clicks: Any, building: int) -> tuple[Any, ...]:
        button = _clicked()
        rooms = [
            room
            for room in inbox.rooms(context.store, tenant=identity.current().tenant_id)
            if room.building_id == building
        ]
        choices = [
            {
                "value": str(room.id),
                "label": " · ".join(filter(None, (room.name, room.long_name, room.storey))),
            }
            for room in rooms
        ]
        return True, choices, None, button["match"]

    @app.callback(Output(_PICK, "disabled"), Input(_ROOM, "value"))
    @identity.needs("viewer")
    def allow(room: str | None) -> bool:
        return room is None

    @app.callback(
        Output(_DONE, "data", allow_duplicate=True),
        Output(_SAID, "children", allow_duplicate=True),
        Output(_PICKER, "opened", allow_duplicate=True),
        Input(_PICK, "n_clicks"),
        State(_ROOM, "value"),
        State(_PICKED_FOR, "data"),
        prevent_initial_call=True,
    )
    @identity.needs(DECIDES)
    def pick(clicks: int | None, room: str | None, match: int | None) -> tuple[Any, ...]:
        if not clicks or room is None or match is None:
            raise PreventUpdate
        account = identity.current()
        of: dict[str, Any] = {"tenant": account.tenant_id, "actor": f"account {account.id}"}
        return *_done(lambda: matches.accept(context.store, match, candidate=int(room), **of)), False


def _register_return(app: Dash, context: Context) -> None:
    @app.callback(
        Output(_CONFIRM, "opened"),
        Input({"type": _RETURN, "of": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    @identity.needs(DECIDES)
    def ask(_clicks: Any) -> bool:
        return bool(_clicked())

    @app.callback(
        Output(_DONE, "data", allow_duplicate=True),
        Output(_SAID, "children", allow_duplicate=True),
        Output(_CONFIRM, "opened", allow_duplicate=True),
        Input(_CONFIRM_YES, "n_clicks"),
        State(_BUILDING, "data"),
        prevent_initial_call=True,
    )
    @identity.needs(DECIDES)
    def go_back(clicks: int | None, building: int) -> tuple[Any, ...]:
        if not clicks:
            raise PreventUpdate
        account = identity.current()

        def act() -> object:
            return matches.return_to_previous(
                context.store, building=building, tenant=account.tenant_id, actor=f"account {account.id}"
            )

        return *_done(act, said="The building is what it was before its newest model."), False


def _register_invitation(app: Dash, context: Context) -> None:
    kept = Kept(lambda tenant: matches.open_questions(context.store, tenant=tenant), for_s=_OPEN_KEPT_S)

    @app.callback(
        Output({"type": parts.INVITATION, "building": ALL}, "children"),
        Input(MARK, "data"),
        State({"type": parts.INVITATION, "building": ALL}, "id"),
    )
    @identity.needs("viewer")
    def invite(_mark: Any, places: list[dict[str, Any]]) -> list[Any]:
        if not places or not identity.may(NEEDS):
            return [no_update] * len(places)
        try:
            found = kept.of(identity.current().tenant_id)
        except (StoreUnavailable, StoreBusy) as error:
            raise PreventUpdate from error
        return [
            _invitation(views.invitation(found, place["building"]), place["building"]) for place in places
        ]


def _invitation(text: str | None, building: int) -> Any:
    return dcc.Link([icon("alert-triangle"), text], href=f"/building/{building}/matches") if text else None


def _done(act: Callable[[], object], *, said: str = "") -> tuple[Any, Any]:
    """Do something and say what came of it: values of `_DONE` and `_SAID`."""
    try:
        act()
    except (BadInput, StoreBusy) as error:
        return datetime.now(UTC).isoformat(), html.P(str(error), className="refusal")
    return datetime.now(UTC).isoformat(), said


def _clicked() -> dict[str, Any]:
    """The id of the button that was clicked; buttons that only came onto the page were not."""
    if not ctx.triggered or not ctx.triggered[0]["value"] or not isinstance(ctx.triggered_id, dict):
        raise PreventUpdate
    return dict(ctx.triggered_id)


def _filled(name: str, review: views.Review, *, may_decide: bool) -> tuple[Any, ...]:
    back = dmc.Button(
        "Return to the previous model", id={"type": _RETURN, "of": name}, variant="default", size="compact-md"
    )
    heading = [
        html.Div([html.H1(f"New model of {name}"), html.P(review.issued, className="small")]),
        back if review.can_return and may_decide else None,
    ]
    questions = [parts.question(one, may_decide=may_decide) for one in review.questions]
    nothing = html.P([icon("circle-check"), "Nothing is in doubt."], className="all-well")
    return (
        heading,
        questions or [nothing],
        _section("Decided", review.answers, may_decide=may_decide),
        _section("Bound without a question", review.bound, may_decide=may_decide, more=review.more_bound),
    )


def _section(title: str, answers: Any, *, may_decide: bool, more: int = 0) -> Any:
    if not answers:
        return None
    rest = html.P(f"and {format.number(more, digits=0)} more", className="small") if more else None
    return html.Details(
        [
            html.Summary([title, html.Span(str(len(answers) + more), className="count")]),
            parts.answers(answers, may_decide=may_decide),
            rest,
        ],
        className="panel review-part",
        open=title == "Decided",
    )


def _picker() -> dmc.Modal:
    return dmc.Modal(
        [
            dmc.Select(
                id=_ROOM,
                label="Room of the current model",
                placeholder="Search by name",
                searchable=True,
                limit=100,
                nothingFoundMessage="No room is called so.",
                maxDropdownHeight=320,
                data=[],
            ),
            html.Div(dmc.Button("Same room", id=_PICK, disabled=True), className="dialog-foot"),
        ],
        id=_PICKER,
        title="Which room is it?",
        opened=False,
    )


def _confirmation() -> dmc.Modal:
    return dmc.Modal(
        [
            html.P(
                "Rooms, equipment and plans become what they were before the newest model, and what was "
                "decided here is forgotten. Devices that were placed since in rooms that go away wait in "
                "the inbox."
            ),
            html.Div(dmc.Button("Return", id=_CONFIRM_YES, color="red"), className="dialog-foot"),
        ],
        id=_CONFIRM,
        title="Return to the previous model?",
        opened=False,
    )
