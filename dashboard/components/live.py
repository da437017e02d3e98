"""Lists whose values change in place.

Dash builds the children that a callback replaces anew: a card that held the keyboard's focus or a
half-made click would lose it with every beat. So a list is replaced only when other things are in
it, and otherwise just the inside of its slots.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dash import html, no_update

Slot = dict[str, Any]  # a Dash id: the list's name and the key of the thing


def slot(name: str, key: Any) -> Slot:
    """The id of one slot; of all of a list with the key `ALL`."""
    return {"type": name, "key": key}


def update(
    things: Mapping[Any, Any],
    slots: Sequence[Slot],
    *,
    inside: Callable[[Any], Any],
    whole: Callable[[], Any],
) -> tuple[Any, list[Any]]:
    """What to send for a list: the children of the list, and those of each of its present slots.

    Args:
        things: What is to be shown by key, in order.
        slots: The ids that the page has now, in order.
        inside: A thing to the inside of its slot.
        whole: The whole list with all that is in it.
    """
    present = [slot["key"] for slot in slots]
    if things and present == list(things):
        return no_update, [inside(thing) for thing in things.values()]
    return whole(), [no_update] * len(present)


def filled(name: str, key: int | str, inside: Any, *, class_name: str) -> html.Div:
    """A slot with what is in it."""
    return html.Div(inside, id=slot(name, key), className=class_name)
