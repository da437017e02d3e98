"""What puts a device into a room: buttons, the list of all rooms, and the toast that undoes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from dashboard.components.icon import icon
from dashboard.views.inbox import Device, Place
from data.store.inbox import Move

DONE = "placing-done"  # dcc.Store: another value after each change made on this page
SAID = "placing-said"  # what was done last, with its undoing
PICKER = "placing-picker"
PICKED_FOR = "placing-picked-for"  # dcc.Store: the devices that a room is picked for, each with where it is
PICKER_TITLE = "placing-picker-title"
ROOM = "placing-room"
CONFIRM = "placing-confirm"

# Types of pattern-matching ids.
PLACE = "placing-place"
PICK = "placing-pick"
ASIDE = "placing-aside"
UNDO = "placing-undo"

NOWHERE = 0  # no id of ours; the ids of buttons hold no None

_OPTIONS_SHOWN = 100  # a browser takes its time for thousands; a search finds the others


def parts() -> list[Any]:
    """What a page with such buttons must hold."""
    return [
        dcc.Store(id=DONE),
        dcc.Store(id=PICKED_FOR),
        html.Div(id=SAID, role="status", className="toast-place"),
        dmc.Modal(
            [
                dmc.Select(
                    id=ROOM,
                    label="Room",
                    placeholder="Search by name",
                    searchable=True,
                    clearable=True,
                    limit=_OPTIONS_SHOWN,
                    nothingFoundMessage="No room is called so.",
                    maxDropdownHeight=320,
                    data=[],
                ),
                html.Div(dmc.Button("Place", id=CONFIRM, disabled=True), className="dialog-foot"),
            ],
            id=PICKER,
            title=html.Div(id=PICKER_TITLE),
            opened=False,
        ),
    ]


def place(device: int, to: Place, *, seen_in: int | None = None, text: str | None = None) -> dmc.Button:
    """Places a device in one room."""
    return dmc.Button(
        text or f"Place in {to.room}",
        id={"type": PLACE, "device": device, "from": seen_in or NOWHERE, "to": to.room_id},
        variant="light",
        size="compact-sm",
        className="place",
    )


def take_out(device: int, *, seen_in: int) -> dmc.Button:
    """Takes a device out of its room."""
    return dmc.Button(
        "Take out",
        id={"type": PLACE, "device": device, "from": seen_in, "to": NOWHERE},
        variant="subtle",
        color="gray",
        size="compact-sm",
    )


def pick(device: int, text: str, *, seen_in: int | None = None, first: bool = False) -> dmc.Button:
    """Opens the list of all rooms for a device; for those selected in the inbox with `NOWHERE`."""
    return dmc.Button(
        text,
        id={"type": PICK, "device": device, "from": seen_in or NOWHERE},
        variant="light" if first else "subtle",
        color=None if first else "gray",
        size="compact-sm",
    )


def set_aside(device: int, *, aside: bool) -> dmc.Button:
    """Sets a device aside or brings it back."""
    return dmc.Button(
        "Set aside" if aside else "Bring back",
        id={"type": ASIDE, "device": device, "aside": int(aside)},
        variant="subtle" if aside else "light",
        color="gray" if aside else None,
        size="compact-sm",
    )


def standing(device: Device) -> list[Any]:
    """What can be done about where a device stands."""
    if device.place is not None:
        here = device.place.room_id
        return [
            pick(device.id, "Move", seen_in=here, first=True),
            take_out(device.id, seen_in=here),
        ]
    return [pick(device.id, "Choose a room", first=True), set_aside(device.id, aside=not device.aside)]


def toast(text: str, *, undo: str | None) -> html.Div:
    """What was done, with a button that undoes it; the style sheet takes it away after a while.

    Not one of the frame's notifications: what is inside those reaches no callback.
    """
    button = dmc.Button("Undo", id={"type": UNDO, "what": undo}, variant="light", size="compact-sm")
    return html.Div([html.Span(text), button if undo else None], className="toast")


def undoing_moves(moves: Sequence[Move]) -> str:
    """The text that undoes moves: each device back to where it was."""
    return "place " + " ".join(
        f"{move.device_id},{move.to_id or NOWHERE},{move.from_id or NOWHERE}" for move in moves
    )


def undoing_aside(ids: Sequence[int], *, aside: bool) -> str:
    """The text that undoes setting devices aside, or bringing them back."""
    return f"{'back' if aside else 'aside'} " + " ".join(map(str, ids))


def offered(device: Device, *, most: int) -> list[Any]:
    """The rooms suggested for a device, each a button with where the room is."""
    if not device.suggested or len(device.suggested) > most:
        return []
    return [
        html.Div([place(device.id, to), html.Span(to.where, className="place-where")], className="offer")
        for to in device.suggested
    ]


def told(device: Device) -> Any:
    """The suggestion for those who may only look."""
    if not device.suggested:
        return None
    rooms = ", ".join(f"{to.room} ({to.where})" for to in device.suggested[:5])
    return html.Span([icon("door"), f"It may stand in {rooms}."], className="offer-told")
