"""The tiles of the map, which asks for those of its viewport by itself.

`GET /map/devices/<turn>/<z>/<x>/<y>.geojson`: the devices outdoors; another turn only makes it ask again.
`GET /map/grid/<z>/<x>/<y>.geojson`: the lines that stand for a ground where there is no basemap.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, abort

from dashboard.figures import mercator
from dashboard.server import identity
from dashboard.views import map as views
from data.store import Store
from data.store import map as maps

_MOST_ZOOM = 20


def register(server: Flask, store: Store) -> None:
    """Add the route."""

    @server.get("/map/devices/<int:turn>/<int:z>/<int:x>/<int:y>.geojson", endpoint="map_devices")
    @identity.needs("viewer")
    def devices(turn: int, z: int, x: int, y: int) -> Response:
        _refuse_beyond(z, x, y)
        now = datetime.now(UTC)
        found = maps.clusters(
            store, tenant=identity.current().tenant_id, z=z, x=x, y=y, silent_before=now - views.SILENT_AFTER
        )
        return _geojson(views.tile(found))

    @server.get("/map/grid/<int:z>/<int:x>/<int:y>.geojson", endpoint="map_grid")
    @identity.needs("viewer")
    def grid(z: int, x: int, y: int) -> Response:
        _refuse_beyond(z, x, y)
        response = _geojson(mercator.grid(z, x, y))
        response.cache_control.private = True
        response.cache_control.max_age = 24 * 3600
        return response


def _refuse_beyond(z: int, x: int, y: int) -> None:
    if z > _MOST_ZOOM or not (x < 1 << z and y < 1 << z):
        abort(404, "There is no such tile.")


def _geojson(features: dict[str, Any]) -> Response:
    return Response(json.dumps(features), mimetype="application/geo+json")
