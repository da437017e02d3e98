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
    matches,
    not_found_404,
    overview,
    system,
)

PAGES: tuple[ModuleType, ...] = (
    overview, devices, matches, building, device, admin, admin_version, admin_place, system, not_found_404,
)  # fmt: skip
