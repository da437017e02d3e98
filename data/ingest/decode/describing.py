"""What devices say of themselves, under the names that their convention has for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from data.ingest.decode.message import DeviceInfo


def described(
    device: str, stated: Iterable[tuple[str, object]], names: Mapping[str, str], *, online: bool | None = None
) -> DeviceInfo:
    """A device by the first text that is stated for each word.

    Args:
        device: As in its readings.
        stated: Names and what they say; what is no text says nothing.
        names: Of those names, which mean `label`, `manufacturer`, `model` or `firmware`.
        online: Whether it is online, if that is said.
    """
    said: dict[str, str] = {}
    for name, item in stated:
        word = names.get(name)
        if word and isinstance(item, str) and item.strip():
            said.setdefault(word, item)
    return DeviceInfo(
        device=device, online=online, label=said.get("label"), manufacturer=said.get("manufacturer"),
        model=said.get("model"), firmware=said.get("firmware"),
    )  # fmt: skip
