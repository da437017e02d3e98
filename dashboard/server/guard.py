"""Deny by default: what every request must show before anything answers it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, request

from dashboard.server import csrf, identity, problems

# The endpoints a stranger may reach. An unknown address under /api is not there for anybody.
PUBLIC = frozenset({"health", "unknown_api", "sign_in"})

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_DASH_CALLBACK = "/_dash-update-component"


def install(server: Flask, callbacks: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse every request without a session, forged ones, and callbacks that are not there.

    Args:
        server: The server under Dash.
        callbacks: Dash's `callback_map`.
    """

    @server.before_request
    def refuse() -> Response | None:
        if request.endpoint in PUBLIC:
            return None
        if identity.signed_in() is None:
            return problems.answer(
                401, "You are not signed in, or your sign-in has ended.", title="Please sign in"
            )
        if request.method not in _SAFE and csrf.is_forged():
            return problems.answer(
                403, "This request did not come from the page it claims; reload the page and try again."
            )
        if request.path == _DASH_CALLBACK and not _is_known(callbacks):
            return problems.answer(400, "This page is older than the server; reload it.")
        return None


def _is_known(callbacks: Mapping[str, Mapping[str, Any]]) -> bool:
    body = request.get_json(silent=True)
    output = body.get("output") if isinstance(body, dict) else None
    return isinstance(output, str) and "callback" in callbacks.get(output, {})
