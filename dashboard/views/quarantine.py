"""Messages that were set aside, by reason, and their payloads as plain text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard import format
from data.store.system import Letter, Quarantined

_HEX_WIDTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why messages were set aside, how many, when and of which topics."""

    id: int
    text: str
    count: str
    when: str
    topics: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One of them."""

    id: int
    at: str
    topic: str
    payload: str
    is_text: bool  # else the payload is a hex dump of what is none
    size: str
    rest: str  # what is not shown of the payload; "" when nothing


def reason(found: Quarantined, *, now: datetime) -> Reason:
    """A reason in words."""
    newest, first = format.age(found.last_at, now=now), format.age(found.first_at, now=now)
    others = found.topics - 1
    return Reason(
        id=found.first_id,
        text=found.reason,
        count=format.number(found.count, digits=0),
        when=newest if found.count == 1 else f"newest {newest}, first {first}",
        topics=found.newest_topic
        if not others
        else f"{found.newest_topic} and {format.number(others, digits=0)} other topic{'s' * (others > 1)}",
    )


def message(letter: Letter, *, now: datetime) -> Message:
    """A message whose payload can be read, and never is markup."""
    rest = letter.size - len(letter.head)
    text = as_text(letter.head, cut=rest > 0)
    return Message(
        id=letter.id,
        at=format.age(letter.received_at, now=now),
        topic=letter.topic,
        payload=hex_dump(letter.head) if text is None else text,
        is_text=text is not None,
        size=format.size(letter.size),
        rest=f"… {format.size(rest)} more" if rest > 0 else "",
    )


def as_text(payload: bytes, *, cut: bool = False) -> str | None:
    """A payload as text; None when it is no UTF-8, or holds what a screen does not show.

    Args:
        payload: The payload.
        cut: Whether it is only the head of one, which may end within a character.
    """
    try:
        text = payload.decode()
    except UnicodeDecodeError as error:
        # The last character of a cut text has at most three bytes too few.
        if not cut or error.end < len(payload) or len(payload) - error.start > 3:
            return None
        text = payload[: error.start].decode()
    return text if all(sign.isprintable() or sign in "\n\r\t" for sign in text) else None


def hex_dump(payload: bytes) -> str:
    """Lines of offset, 16 bytes and what of them is ASCII."""
    lines = []
    for offset in range(0, len(payload), _HEX_WIDTH):
        part = payload[offset : offset + _HEX_WIDTH]
        ascii_ = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{offset:04x}  {part.hex(' '):<{3 * _HEX_WIDTH - 1}}  {ascii_}")
    return "\n".join(lines)
