"""The callbacks behind `components.placing`: devices placed, moved, set aside, and all of it undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update
from dash.exceptions import PreventUpdate

from dashboard.components import placing as parts
from dashboard.context import Context
from dashboard.server import identity
from dashboard.views import inbox as views
from data.store import inbox
from data.store.inbox import Move, Wanted

CHOSEN = "inbox-chosen"  # type of the id of the group of devices selected in the inbox

# Of every callback that changes where devices stand: what `place` and `set_aside` give.
CHANGED = (
    Output(parts.DONE, "data", allow_duplicate=True),
    Output(parts.SAID, "children", allow_duplicate=True),
)

Changed = tuple[str, Any]


def register(app: Dash, context: Context, rooms: views.Rooms) -> None:
    """The callbacks; once an app, whichever pages hold the parts."""
    _register_buttons(app, context)
    _register_undo(app, context)
    _register_picker(app, context, rooms)


def place(context: Context, moves: Sequence[Move], *, undone: bool = False) -> Changed:
    """Move devices and say so, with an undo; gives the values of `CHANGED`."""
    account, ids = identity.current(), tuple(move.device_id for move in moves)
    moved = inbox.place(context.store, tenant=account.tenant_id, moves=moves, actor=_actor())
    rows = inbox.find(context.store, tenant=account.tenant_id, wanted=Wanted(ids=ids), limit=len(ids))
    undo = parts.undoing_moves([move for move in moves if move.device_id in moved])
    text = views.told(rows, moves, moved)
    said = no_update if text is None else parts.toast(text, undo=undo if moved and not undone else None)
    return _now(), said


def set_aside(context: Context, ids: Sequence[int], *, aside: bool, undone: bool = False) -> Changed:
    """Set devices aside or bring them back, and say so, with an undo; gives the values of `CHANGED`."""
    changed = inbox.set_aside(
        context.store, tenant=identity.current().tenant_id, ids=ids, aside=aside, actor=_actor()
    )
    if not changed:
        return _now(), no_update
    what = "One device" if len(changed) == 1 else f"{len(changed)} devices"
    text = f"{what} set aside." if aside else f"{what} brought back."
    undo = None if undone else parts.undoing_aside(sorted(changed), aside=aside)
    return _now(), parts.toast(text, undo=undo)


def _register_buttons(app: Dash, context: Context) -> None:
    @app.callback(
        *CHANGED,
        Input({"type": parts.PLACE, "device": ALL, "from": ALL, "to": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    @identity.needs("operator")
    def place_one(_clicks: list[int | None]) -> Changed:
        button = _clicked()
        move = Move(device_id=button["device"], from_id=button["from"] or None, to_id=button["to"] or None)
        return place(context, [move])

    @app.callback(
        *CHANGED,
        Input({"type": parts.ASIDE, "device": ALL, "aside": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    @identity.needs("operator")
    def set_one_aside(_clicks: list[int | None]) -> Changed:
        button = _clicked()
        return set_aside(context, [button["device"]], aside=bool(button["aside"]))


def _register_undo(app: Dash, context: Context) -> None:
    @app.callback(
        *CHANGED,
        Input({"type": parts.UNDO, "what": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )
    @identity.needs("operator")
    def undo(_clicks: list[int | None]) -> Changed:
        what, *which = _clicked()["what"].split()
        if what != "place":
            return set_aside(context, [int(one) for one in which], aside=what == "aside", undone=True)
        steps = [[int(part) for part in one.split(",")] for one in which]
        moves = [Move(device_id=one, from_id=here or None, to_id=back or None) for one, here, back in steps]
        return place(context, moves, undone=True)


def _register_picker(app: Dash, context: Context, rooms: views.Rooms) -> None:
    @app.callback(
        Output(parts.PICKER, "opened"),
        Output(parts.PICKER_TITLE, "children"),
        Output(parts.ROOM, "data"),
        Output(parts.ROOM, "value"),
        Output(parts.PICKED_FOR, "data"),
        Input({"type": parts.PICK, "device": ALL, "from": ALL}, "n_clicks"),
        State({"type": CHOSEN, "list": ALL}, "value"),
        prevent_initial_call=True,
    )
    @identity.needs("operator")
    def open_picker(_clicks: list[int | None], chosen: list[list[str]]) -> tuple[Any, ...]:
        button, tenant = _clicked(), identity.current().tenant_id
        ids = [button["device"]] if button["device"] else [int(one) for group in chosen for one in group]
        rows = inbox.find(context.store, tenant=tenant, wanted=Wanted(ids=tuple(ids)))
        known = rooms.of(tenant)
        first = views.suggested(rows[0], known) if len(rows) == 1 else ()
        return (
            True,
            f"Place {views.title(rows[0]) if len(rows) == 1 else f'{len(rows)} devices'}",
            views.room_choices(known, first),
            None,
            [[row.id, button["from"]] for row in rows],
        )

    @app.callback(Output(parts.CONFIRM, "disabled"), Input(parts.ROOM, "value"))
    @identity.needs("viewer")
    def allow(room: str | None) -> bool:
        return room is None

    @app.callback(
        *CHANGED,
        Output(parts.PICKER, "opened", allow_duplicate=True),
        Input(parts.CONFIRM, "n_clicks"),
        State(parts.ROOM, "value"),
        State(parts.PICKED_FOR, "data"),
        prevent_initial_call=True,
    )
    @identity.needs("operator")
    def place_picked(
        clicks: int | None, room: str | None, picked_for: list[list[int]] | None
    ) -> tuple[Any, ...]:
        if not clicks or room is None or not picked_for:
            raise PreventUpdate
        moves = [Move(device_id=device, from_id=here or None, to_id=int(room)) for device, here in picked_for]
        return *place(context, moves), False


def _clicked() -> dict[str, Any]:
    """The id of the button that was clicked; buttons that only came onto the page were not."""
    if not ctx.triggered or not ctx.triggered[0]["value"] or not isinstance(ctx.triggered_id, dict):
        raise PreventUpdate
    return dict(ctx.triggered_id)


def _actor() -> str:
    return f"account {identity.current().id}"


def _now() -> str:
    return datetime.now(UTC).isoformat()
