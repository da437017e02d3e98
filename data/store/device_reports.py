"""What a batch's announcements come to: the newest word of each device on each matter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from data.store.batch import Announcement

_MATTERS = ("label", "manufacturer", "model", "firmware", "area", "online")


@dataclass(slots=True)
class Reports:
    """One announcement a device; those of `parts` are to be written before those of `devices`."""

    devices: dict[tuple[str, str], Announcement] = field(default_factory=dict)  # by tenant and name
    parts: dict[tuple[str, str], Announcement] = field(default_factory=dict)  # of what stands above them


def fold(announcements: Iterable[Announcement]) -> Reports:
    """Take announcements together, in the order of their arrival."""
    folded = Reports()
    for one in announcements:
        key = one.tenant, one.device
        folded.devices[key] = _newer(folded.devices.get(key), one)
        if one.with_parts and one.online is not None:
            folded.parts[key] = one
            for part, earlier in folded.devices.items():
                if part[0] == one.tenant and part[1].startswith(f"{one.device}/"):
                    folded.devices[part] = replace(earlier, online=one.online, at=one.at)
    return folded


def _newer(earlier: Announcement | None, one: Announcement) -> Announcement:
    if earlier is None:
        return one
    said = {name: told for name in _MATTERS if (told := getattr(one, name)) is not None}
    return replace(earlier, at=one.at, **said)
