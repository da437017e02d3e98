"""Real messages, kept outside the project: `../shared/mqtt`, scored by the rules of its README."""

from __future__ import annotations

import base64
import json
import math
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data.errors import DecodeError
from data.ingest.decode import Decoder, Message, Reading, conventions
from data.settings import Settings

FOLDER = Path(__file__).parents[2].parent / "shared" / "mqtt"
# Lines of a file are heard in order: announcements come before what they explain.
CASES = [
    (name, position)
    for name in sorted(path.stem for path in FOLDER.glob("*.jsonl"))
    for position, _ in enumerate((FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
]


def decode(decoder: Decoder, case: dict[str, Any]) -> tuple[Reading, ...]:
    raw = base64.b64decode(case["payload"]) if case.get("encoding") == "base64" else case["payload"].encode()
    message = Message(
        topic=case["topic"], payload=raw, retain=case.get("retain", False), received_at=datetime.now(UTC)
    )
    try:
        return decoder.decode(message).readings
    except DecodeError:
        return ()


def heard(name: str, position: int) -> tuple[dict[str, Any], tuple[Reading, ...]]:
    decoder = Decoder(conventions(Settings()))
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    cases = [json.loads(line) for line in lines[: position + 1]]
    return cases[-1], [decode(decoder, case) for case in cases][-1]


def is_tail(of: str, wanted: str) -> bool:
    if not wanted:  # the convention's name has no part for it
        return True
    levels, tail = (re.split(r"[/._ :-]+", name) for name in (of, wanted))
    return levels[-len(tail) :] == tail


def is_right(reading: Reading, wanted: dict[str, Any]) -> bool:
    if wanted["device"] is not None and not is_tail(reading.device, wanted["device"]):
        return False
    if not is_tail(reading.metric, wanted["metric"]) or wanted["unit"] not in (None, reading.unit):
        return False
    if wanted["ts"] is None:
        if reading.at is not None:
            return False
    else:
        ts = datetime.fromisoformat(wanted["ts"])
        at = ts.replace(tzinfo=UTC) if ts.tzinfo is None else ts
        if reading.at is None or abs((reading.at - at).total_seconds()) > wanted.get("ts_tolerance_s", 1):
            return False
    if isinstance(reading.value, bool) and isinstance(wanted["value"], str):
        return reading.value == (wanted["value"].lower() in ("on", "true"))
    if isinstance(reading.value, (int, float)) and isinstance(wanted["value"], (int, float)):
        return math.isclose(reading.value, wanted["value"], rel_tol=1e-6)
    return bool(reading.value == wanted["value"])


@pytest.mark.skipif(not CASES, reason="The folder of real messages is not beside the project.")
@pytest.mark.parametrize(("name", "position"), CASES)
def test_a_real_message_comes_out_right(name: str, position: int) -> None:
    case, found = heard(name, position)
    wanted = case["expected"]
    if not found and case.get("optional"):
        return
    assert wanted or not found
    assert len(found) == case.get("expected_count", len(found))
    assert all(any(is_right(reading, one) for reading in found) for one in wanted)
