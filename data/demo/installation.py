"""The demo office in the store: its model imported as any other, its devices placed in their rooms."""

from __future__ import annotations

import threading

import structlog

from data.building.bringing import bring_in, take
from data.demo import simulator
from data.demo.devices import placements
from data.demo.office import model
from data.demo.placement import Placer
from data.settings import Settings
from data.store import Store, buildings

log = structlog.get_logger(__name__)

BUILDING = "Demo office"
_TIMEZONE = "Europe/Berlin"
_TENANT = "main"


def install(settings: Settings, store: Store, stop: threading.Event) -> Placer:
    """Bring the office in, if it is not there yet.

    Args:
        settings: Whose state folder takes the model.
        store: As the worker role.
        stop: Ends the placing.

    Returns:
        Who places the devices when they appear; start it.

    Raises:
        StoreUnavailable: the database is away.
    """
    folder = simulator.folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "office.ifc"
    model.write(file)
    tenant = buildings.find_tenant(store, _TENANT)
    taken = take(settings, file)
    saved = bring_in(store, taken, tenant=tenant, name=BUILDING, timezone=_TIMEZONE, actor="demo").saved
    if not saved.unchanged:
        log.info("demo office", rooms_and_equipment=saved.added)
    spaces = buildings.spaces_by_global_id(store, tenant=tenant, building=saved.building)
    places = {device: spaces[global_id] for device, global_id in placements()}
    return Placer(store, tenant=tenant, places=places, actor="demo", stop=stop)
