"""Answers to what cannot be served: problem+json (RFC 9457) for programs, a small page for people."""

from __future__ import annotations

import json
from http import HTTPStatus

from flask import Response, render_template, request

from data.store.accounts import LINK_LIFETIME

RETRY_S = 5  # what a caller is asked to wait while the database is away


def is_for_programs() -> bool:
    """Whether the request came from a program or from Dash's own script rather than from a person."""
    return request.path == "/api" or request.path.startswith(("/api/", "/_"))


def answer(status: int, detail: str, *, title: str | None = None, **more: str) -> Response:
    """One clear sentence about what went wrong.

    Args:
        status: HTTP status.
        detail: The sentence.
        title: The page's heading; else the status in words.
        more: Further members of the problem, for programs.
    """
    if is_for_programs():
        response = problem(status, detail, **more)
    else:
        response = page(
            status,
            detail,
            title=title or HTTPStatus(status).phrase,
            how_to_sign_in=status == HTTPStatus.UNAUTHORIZED,
        )
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_S)
    return response


def problem(status: int, detail: str, **more: str) -> Response:
    """The sentence for a program, whoever asks."""
    stated = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return Response(json.dumps(stated | more), status, mimetype="application/problem+json")


def page(status: int, detail: str, *, title: str, how_to_sign_in: bool = False) -> Response:
    """The small page: nothing on it comes from another request, so strangers need no other file."""
    text = render_template(
        "notice.html",
        title=title,
        detail=detail,
        how_to_sign_in=how_to_sign_in,
        link_minutes=int(LINK_LIFETIME.total_seconds() // 60),
        retry_s=RETRY_S if status == HTTPStatus.SERVICE_UNAVAILABLE else None,
    )
    return Response(text, status, mimetype="text/html")
