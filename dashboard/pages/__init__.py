"""The pages: one module each, with `PATH` or `PATH_TEMPLATE`, `NAME`, `ORDER`, `layout` and `register`.

`ORDER` is the place in the navigation; None: not in it. `NEEDS` is the role that sees it there.
"""

from __future__ import annotations

from types import ModuleType

from dashboard.pages import (
    admin,
    admin_place,
    admin_version,
    building,
    device,
    devices,
    forecasts,
    map,
    matches,
    not_found_404,
    overview,
    patterns,
    system,
)

# An address goes to the first page that it fits: longer ones stand before those they begin like.
PAGES: tuple[ModuleType, ...] = (
    overview, map, devices, patterns, forecasts, matches, building, device, admin_version, admin_place, admin,
    system, not_found_404,
)  # fmt: skip
