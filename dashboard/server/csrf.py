"""Proof that a request that changes something comes from our own pages.

The cookie that Dash sends back as a header holds a value only this server can make from the session.
Another site can make a browser send the cookie, but can neither read it nor set the header.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from flask import Flask, Response, current_app, request, session

COOKIE = "_csrf_token"  # Dash's default
HEADER = "X-CSRFToken"
FIELD = "csrf_token"

_SESSION_ID = "id"


def new_session_id() -> None:
    """Give the session an id that no other ever had."""
    session[_SESSION_ID] = secrets.token_urlsafe(16)


def token() -> str:
    """The value that this session's requests must carry, as the header or as a form's field."""
    session_id = session.get(_SESSION_ID, "")
    return hmac.new(
        str(current_app.secret_key).encode(), f"csrf {session_id}".encode(), hashlib.sha256
    ).hexdigest()


def is_forged() -> bool:
    """Whether the request lacks the value of its session."""
    carried = request.headers.get(HEADER) or request.form.get(FIELD, "")
    return not hmac.compare_digest(carried.encode(), token().encode())


def install(server: Flask) -> None:
    """Keep the cookie in step with the session."""

    @server.after_request
    def set_cookie(response: Response) -> Response:
        if _SESSION_ID in session and request.cookies.get(COOKIE) != token():
            response.set_cookie(
                COOKIE,
                token(),
                max_age=server.permanent_session_lifetime,
                secure=server.config["SESSION_COOKIE_SECURE"],
                samesite="Strict",
            )
        return response
