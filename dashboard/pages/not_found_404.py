"""The page of an address that has none; Dash finds it by this module's name."""

from __future__ import annotations

from typing import Any

from dash import Dash

from dashboard.components import notices
from dashboard.context import Context

PATH = "/not-found"
NAME = "Not found"
ORDER = None


def layout(**_query: str) -> Any:
    """A calm sentence and the way back."""
    return notices.not_found()


def register(app: Dash, context: Context) -> None:
    """It has no callbacks."""
