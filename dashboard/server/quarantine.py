"""`GET /system/payload/<id>`: the payload of a message that was set aside, as a file."""

from __future__ import annotations

from flask import Flask, Response, abort

from dashboard.server import identity
from data.store import Store, system


def register(server: Flask, store: Store) -> None:
    """Add the route."""

    @server.get("/system/payload/<int:letter>", endpoint="dead_letter")
    @identity.needs("manager")
    def dead_letter(letter: int) -> Response:
        payload = system.payload(store, tenant=identity.current().tenant_id, letter=letter)
        if payload is None:
            abort(404, "There is no such message; it may have been understood meanwhile.")
        # Whatever a device sent, no browser opens it.
        disposition = {"Content-Disposition": f'attachment; filename="message-{letter}.bin"'}
        return Response(payload, mimetype="application/octet-stream", headers=disposition)
