"""What every answer tells the browser to refuse."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence

from flask import Flask, Response

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)


def script_hashes(html: str) -> list[str]:
    """The Content-Security-Policy sources that allow just the scripts inside this page."""
    digests = (hashlib.sha256(script.encode()).digest() for script in _INLINE_SCRIPT.findall(html))
    return sorted({f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests})


def install(server: Flask, scripts: Iterable[str], *, basemap_hosts: Sequence[str] = ()) -> None:
    """Add the security headers to every answer.

    Args:
        server: The server under Dash.
        scripts: Content-Security-Policy sources of the inline scripts.
        basemap_hosts: Where the map may fetch what lies under it.
    """
    policy = "; ".join(
        [
            "default-src 'self'",
            " ".join(["script-src 'self'", *scripts]),
            "style-src 'self' 'unsafe-inline'",  # Plotly and Mantine style their elements inline
            " ".join(["img-src 'self' data: blob:", *basemap_hosts]),
            " ".join(["connect-src 'self'", *basemap_hosts]),
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )
    always = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }

    @server.after_request
    def protect(response: Response) -> Response:
        response.headers.update(always)
        # Files have a validator or an age; everything else is somebody's data.
        if "Cache-Control" not in response.headers and "ETag" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response
