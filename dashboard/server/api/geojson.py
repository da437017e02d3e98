"""`GET /api/v1/buildings.geojson` and `/api/v1/buildings/<id>/plan.geojson`: places and plans for maps."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask, Response, request

from dashboard.server import identity, problems
from data.building import geojson_export
from data.errors import BadInput
from data.store import Store, buildings

_ON_EARTH = "84"  # of `crs`: longitude and latitude on the World Geodetic System of 1984


def register(server: Flask, store: Store) -> None:
    """Add the routes."""

    @server.get("/api/v1/buildings.geojson", endpoint="buildings_geojson")
    @identity.needs("viewer")
    def places() -> Response:
        rows = buildings.list_buildings(store, tenant=identity.current().tenant_id)
        return _answer(geojson_export.places(rows))

    @server.get("/api/v1/buildings/<int:building>/plan.geojson", endpoint="plan_geojson")
    @identity.needs("viewer")
    def plan(building: int) -> Response:
        crs = request.args.get("crs")
        if crs not in (None, _ON_EARTH):
            return problems.answer(
                400, "Of crs only 84 (longitude and latitude) is known; leave it out for metres."
            )
        found = buildings.plans(store, tenant=identity.current().tenant_id, building=building)
        if found is None:
            return problems.answer(404, "There is no such building.")
        try:
            return _answer(geojson_export.plan(*found, on_earth=crs == _ON_EARTH))
        except BadInput as error:
            return problems.answer(409, str(error))


def _answer(collection: dict[str, Any]) -> Response:
    text = json.dumps(collection, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(text, mimetype="application/geo+json")
