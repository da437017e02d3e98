"""What programs ask: `/api/v1`."""

from __future__ import annotations

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from dashboard.server import problems
from dashboard.server.api import geojson, health, lives
from data.store import Store

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def register(server: Flask, store: Store) -> None:
    """Add the routes, and one for all that is not there: Dash would answer it with its page."""
    health.register(server, store)
    geojson.register(server, store)
    lives.register(server, store)

    @server.route(
        "/api/", defaults={"rest": ""}, methods=_METHODS, strict_slashes=False, endpoint="unknown_api"
    )
    @server.route("/api/<path:rest>", methods=_METHODS, endpoint="unknown_api")
    def unknown(rest: str) -> Response:
        if allowed := [method for method in _METHODS if _is_served(method)]:
            raise MethodNotAllowed(valid_methods=allowed)
        return problems.answer(404, "There is nothing at this address.")


def _is_served(method: str) -> bool:
    routes = current_app.create_url_adapter(request)
    assert routes is not None  # a request is being answered
    try:
        return bool(routes.match(method=method)[0] != "unknown_api")
    except HTTPException:
        return False
