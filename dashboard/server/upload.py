"""`POST /_upload/model`: the file of a building model, written to file storage as it arrives."""

from __future__ import annotations

import json
from typing import IO, cast
from urllib.parse import unquote

import structlog
from flask import Flask, Response, request
from werkzeug.exceptions import ClientDisconnected

from dashboard.server import identity, problems
from data.errors import BadInput
from data.files import Files
from data.settings import Settings
from data.store import Store, model_jobs

log = structlog.get_logger(__name__)

ADDRESS = "/_upload/model"
FILE_NAME = "X-File-Name"  # percent-encoded UTF-8; assets/upload.js sends it


def too_large(limit_mb: int) -> str:
    """What is said of a file above the limit."""
    return f"The file is larger than {limit_mb} MB, which is the most that is taken in here."


def register(server: Flask, settings: Settings, store: Store) -> None:
    """Add the route."""
    files, limit = Files.of(settings), settings.max_upload_mb << 20

    @server.post(ADDRESS, endpoint="upload_model")
    @identity.needs("administrator")
    def upload_model() -> Response:
        size = request.content_length
        if size is None:
            return problems.answer(411, "Say how long the file is, in Content-Length.")
        if size == 0:
            return problems.answer(400, "The file is empty.")
        if size > limit:
            return problems.answer(413, too_large(settings.max_upload_mb))
        request.max_content_length = limit  # every other route takes far less
        try:
            sha256 = files.put(cast(IO[bytes], _Body(request.stream, size)), limit)
        except OSError as error:
            log.error("upload not stored", reason=str(error))
            return problems.answer(507, "The file could not be stored here; the log says why.")
        account = identity.current()
        try:
            version = model_jobs.bring_in(
                store,
                tenant=account.tenant_id,
                file_name=unquote(request.headers.get(FILE_NAME, "")),
                file_sha256=sha256,
                file_bytes=size,
                actor=f"account {account.id}",
            )
        except BadInput as error:
            return problems.answer(400, str(error))
        return Response(json.dumps({"version": version}), 201, mimetype="application/json")


class _Body:
    """What a request carries. One that ends before its stated length raises; not every server tells."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream = stream
        self._missing = size

    def read(self, size: int) -> bytes:
        block = self._stream.read(min(size, self._missing))
        if not block and self._missing:
            raise ClientDisconnected
        self._missing -= len(block)
        return block
