"""What a Tasmota device says of itself: `tasmota/discovery/<MAC>/config`, `INFO1`, and asked for `Status`.

Source: https://tasmota.github.io/docs/MQTT/ and https://tasmota.github.io/docs/Commands/ (Status)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from data.ingest.decode.message import DeviceInfo
from data.ingest.decode.payload import Json
from data.ingest.decode.presence import described


@dataclass(frozen=True, slots=True)
class Discovered:
    """A device that announced itself."""

    about: DeviceInfo
    words: dict[str, bool]  # its last will's words, in lower case, for being there


def discovered(said: Mapping[str, Json]) -> Discovered | None:
    """What an announcement says; None when it does not say on which topics the device speaks."""
    device = _device(said)
    if not device:
        return None
    names = said.get("fn")
    words = {(described(said.get(key)) or key).lower(): key == "onln" for key in ("ofln", "onln")}
    about = DeviceInfo(
        device=device, label=described(said.get("dn"), *(names if isinstance(names, list) else ())),
        model=described(said.get("md")), firmware=described(said.get("sw")),
    )  # fmt: skip
    return Discovered(about, words)


def about(device: str, said: Mapping[str, Json]) -> DeviceInfo:
    """What a device says after its start, or when asked."""
    first, status, firmware = (_inside(said, name) for name in ("Info1", "Status", "StatusFWR"))
    names = status.get("FriendlyName")
    module = first.get("Module", said.get("Module"))
    return DeviceInfo(
        device=device,
        label=described(status.get("DeviceName"), *(names if isinstance(names, list) else (names,))),
        model=module if isinstance(module, str) and module else None,  # in `Status` it is a number
        firmware=described(first.get("Version"), firmware.get("Version"), said.get("Version")),
    )  # fmt: skip


def _inside(said: Mapping[str, Json], name: str) -> dict[str, Json]:
    inner = said.get(name)
    return inner if isinstance(inner, dict) else {}


def _device(said: Mapping[str, Json]) -> str:
    """The topic without its prefix, as it names the device in readings."""
    topic, full = described(said.get("t")), described(said.get("ft")) or "%prefix%/%topic%/"
    if topic is None:
        return ""
    for name, value in (("%topic%", topic), ("%hostname%", said.get("hn")), ("%id%", said.get("mac"))):
        full = full.replace(name, described(value) or "")
    return "/".join(level for level in full.split("/") if level and level != "%prefix%")
