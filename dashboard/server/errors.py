"""What a caller hears when something fails: never its insides, always a sentence."""

from __future__ import annotations

import secrets
from typing import Any

import structlog
from dash import no_update, set_props
from dash.exceptions import DependencyException
from flask import Flask, Response, has_request_context, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from dashboard.server import problems
from dashboard.server.identity import NotAllowed, NotSignedIn
from dashboard.shell import TOASTS
from data.errors import StoreBusy, StoreUnavailable

log = structlog.get_logger(__name__)

AWAY = "The database cannot be reached right now. It is tried again by itself."
BUSY = "Too many requests wait for the database. Please try again in a moment."


def install(server: Flask) -> None:
    """Answer every failure of a route."""
    server.register_error_handler(StoreUnavailable, _away)
    server.register_error_handler(StoreBusy, _busy)
    server.register_error_handler(NotSignedIn, _not_signed_in)
    server.register_error_handler(NotAllowed, _not_allowed)
    server.register_error_handler(DependencyException, _no_resource)
    server.register_error_handler(HTTPException, _http)
    server.register_error_handler(Exception, _unexpected)


def toast(error: Exception) -> Any:
    """Tell the person at the page why a callback failed, and change nothing on it.

    Dash's `on_error`. A second toast of one kind does not appear while the first is shown.
    """
    if isinstance(error, StoreUnavailable):
        message, kind, color = AWAY, "store-away", "yellow"
    elif isinstance(error, StoreBusy):
        message, kind, color = BUSY, "store-busy", "yellow"
    elif isinstance(error, (NotAllowed, NotSignedIn)):
        message, kind, color = str(error), "not-allowed", "yellow"
    else:
        message, kind, color = _sorry(_note(error)), "unexpected", "red"
    set_props(
        TOASTS, {"sendNotifications": [{"action": "show", "id": kind, "message": message, "color": color}]}
    )
    return no_update


def _away(error: Exception) -> Response:
    return problems.answer(503, AWAY, title="The database is away")


def _busy(error: Exception) -> Response:
    return problems.answer(503, BUSY, title="Very busy")


def _not_signed_in(error: Exception) -> Response:
    return problems.answer(401, str(error))


def _not_allowed(error: Exception) -> Response:
    return problems.answer(403, str(error))


def _no_resource(error: Exception) -> Response:
    return problems.answer(404, "There is no such file.")


def _http(error: HTTPException) -> Response:
    response = problems.answer(error.code or 500, error.description or "The request cannot be served.")
    if isinstance(error, MethodNotAllowed):
        response.allow.update(error.valid_methods or ())
    return response


def _unexpected(error: Exception) -> Response:
    number = _note(error)
    return problems.answer(500, _sorry(number), title="Something went wrong", request_id=number)


def _sorry(number: str) -> str:
    return f"Something went wrong here; it is in the log under {number}."


def _note(error: Exception) -> str:
    number = secrets.token_hex(6)
    # The rule and not the address, which may hold a link's token.
    route = str(request.url_rule) if has_request_context() else None
    log.error("request failed", request_id=number, route=route, exc_info=error)
    return number
