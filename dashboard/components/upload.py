"""Where files are dropped or chosen; `assets/upload.js` sends them and moves the bar."""

from __future__ import annotations

from typing import Any

from dash import html

from dashboard.components.icon import icon, named


def box(*, address: str, limit_mb: int, too_large: str) -> html.Div:
    """The place for building models.

    Args:
        address: Where files are sent to.
        limit_mb: The largest that is taken.
        too_large: What is said of a larger one.
    """
    return html.Div(
        [
            html.Div(
                [
                    icon("upload"),
                    html.P("Drop an IFC model here, or", className="upload-invitation"),
                    html.Button("Choose a file", type="button", className="upload-choose button"),
                    html.P(
                        f"IFC2X3, IFC4 or IFC4X3, as .ifc or .ifczip, up to {limit_mb} MB", className="soft"
                    ),
                ],
                className="upload-idle",
            ),
            _sending(),
            html.P(className="upload-said", role="alert"),
        ],
        className="upload",
        **_data(
            address=address,
            limit=str(limit_mb << 20),
            toolarge=too_large,
            lost="It did not arrive; nothing of it was kept. Please try again.",
        ),
    )


def _sending() -> html.Div:
    return html.Div(
        [
            html.Span(className="upload-name"),
            html.Span(className="upload-percent"),
            html.Progress(className="upload-bar", max="1", value="0", **named("Sending")),
            html.Button("Stop", type="button", className="upload-stop"),
        ],
        className="upload-sending",
    )


def _data(**values: str) -> dict[str, Any]:
    return {f"data-{name}": value for name, value in values.items()}
