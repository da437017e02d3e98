"""`/api/v1/devices/<id>/lives`: what is recorded of a device's service, and how long it will last."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Flask, Response, request

from dashboard.server import identity, problems
from data.errors import BadInput
from data.store import Store, analysis, life_records
from data.store.analysis_rows import Failure, Run

_ADDRESS = "/api/v1/devices/<int:device>/lives"
_WANTED = 'Send {"kind": "in service", "failed" or "retired", "at": a time with its zone, "note": a text}.'


def register(server: Flask, store: Store) -> None:
    """Add the routes."""

    @server.get(_ADDRESS, endpoint="device_lives")
    @identity.needs("viewer")
    def lives(device: int) -> Response:
        of: Any = {"tenant": identity.current().tenant_id, "device": device}
        found = life_records.of_device(store, **of)
        if found is None:
            return problems.answer(404, "There is no such device.")
        known = _remaining(analysis.failures(store, **of), analysis.runs(store, **of))
        return _answer(asdict(found) | known)

    @server.post(_ADDRESS, endpoint="record_life")
    @identity.needs("operator")
    def record(device: int) -> Response:
        account = identity.current()
        try:
            made = life_records.record(
                store,
                tenant=account.tenant_id,
                device=device,
                actor=f"account {account.id}",
                **_said(request.get_json(silent=True)),
            )
        except BadInput as error:
            return problems.answer(400, str(error))
        return _answer(asdict(made), 201)

    @server.delete(f"{_ADDRESS}/<int:number>", endpoint="undo_life")
    @identity.needs("operator")
    def undo(device: int, number: int) -> Response:
        account = identity.current()
        try:
            undone = life_records.undo(
                store, number, device=device, tenant=account.tenant_id, actor=f"account {account.id}"
            )
        except BadInput as error:
            return problems.answer(400, str(error))
        return _answer(asdict(undone))


def _said(body: object) -> dict[str, Any]:
    """What is to be recorded.

    Raises:
        BadInput: the body is something else.
    """
    said = body if isinstance(body, dict) else {}
    kind, at, note = said.get("kind"), said.get("at"), said.get("note", "")
    if not (isinstance(kind, str) and isinstance(at, str) and isinstance(note, str)):
        raise BadInput(_WANTED)
    try:
        when = datetime.fromisoformat(at)
    except ValueError:
        raise BadInput(_WANTED) from None
    if when.tzinfo is None:
        raise BadInput(_WANTED)
    return {"kind": kind, "at": when, "note": note}


def _remaining(failures: tuple[Failure, ...], runs: tuple[Run, ...]) -> dict[str, Any]:
    """What was learned of its remaining life, or what that lacks."""
    learned = next((one for one in failures if one.kind == "learned"), None)
    return {
        "remaining_life": learned and asdict(learned) | {"basis": learned.basis.kept()},
        "lacking": next((run.lacking for run in runs if run.kind == "remaining life"), None),
    }


def _answer(body: dict[str, Any], status: int = 200) -> Response:
    # What the store gives is JSON but for dates and times.
    text = json.dumps(body, default=lambda at: at.isoformat(), allow_nan=False)
    return Response(text, status, mimetype="application/json")
