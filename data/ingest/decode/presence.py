"""What devices say of themselves, in words that many conventions share: whether they are there, and texts."""

from __future__ import annotations

from data.ingest.decode.message import DeviceInfo
from data.ingest.decode.payload import Json, is_json, parse_json

_PRESENT = {
    "online": True, "offline": False, "connected": True, "disconnected": False, "true": True, "false": False,
    "available": True, "unavailable": False, "alive": True, "dead": False, "up": True, "down": False,
    "1": True, "0": False, "on": True, "off": False, "yes": True, "no": False,
}  # fmt: skip
_MEMBERS = ("state", "status", "online", "availability")
_NEWS = tuple(name for name in DeviceInfo.__struct_fields__ if name not in ("device", "with_parts"))


def is_present(said: str) -> bool | None:
    """Whether a text, or the state in a JSON object, says that a device is there; None: neither.

    Raises:
        DecodeError: it begins like JSON and is none.
    """
    return _is_present(parse_json(said) if is_json(said) else said)


def _is_present(stated: Json) -> bool | None:
    if isinstance(stated, dict):
        return next((_is_present(stated[name]) for name in _MEMBERS if name in stated), None)
    if isinstance(stated, list) or stated is None:
        return None
    return _PRESENT.get(str(stated).strip().lower())


def described(*stated: Json) -> str | None:
    """The first of these that says something: a text, or a number such as a version; None: none does."""
    for one in stated:
        said = str(one).strip() if isinstance(one, (str, int, float)) and not isinstance(one, bool) else ""
        if said:
            return said
    return None


def says_something(info: DeviceInfo) -> bool:
    """Whether anything is said of the device but its name."""
    return any(getattr(info, name) is not None for name in _NEWS)
