"""`GET /models/<building>/shell.glb`: the shell of the model a building is drawn from, as glTF."""

from __future__ import annotations

from flask import Flask, Response, request, send_file

from dashboard.server import identity, problems
from data.building import shell_library
from data.files import Files
from data.settings import Settings
from data.store import Store, buildings

# It is the tenant's: kept by the browser alone, and soon asked for again, as the model may change. Not at
# once: each layer of a picture fetches the file for itself, and so they share what came first.
CACHE_CONTROL = "private, max-age=60"

_TYPE = "model/gltf-binary"


def register(server: Flask, settings: Settings, store: Store) -> None:
    """Add the route."""
    files = Files.of(settings)

    @server.get("/models/<int:building>/shell.glb", endpoint="model_shell")
    @identity.needs("viewer")
    def model_shell(building: int) -> Response:
        sha256 = buildings.model_file(store, tenant=identity.current().tenant_id, building=building)
        kept = shell_library.known(files, sha256) if sha256 else None
        if kept is None:
            return problems.problem(404, "There is no shell of this building, or not yet.")
        packed = request.accept_encodings["gzip"] > 0
        etag = f"{kept.etag}-gzip" if packed else kept.etag
        response = send_file(
            kept.packed if packed else kept.path, mimetype=_TYPE, conditional=True, etag=etag
        )
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.vary.add("Accept-Encoding")
        response.headers["Cache-Control"] = CACHE_CONTROL
        return response
