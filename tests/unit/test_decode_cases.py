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

CASES = Path(__file__).parents[2].parent / "shared" / "mqtt" / "plain-path.jsonl"
LINES = CASES.read_text(encoding="utf-8").splitlines() if CASES.exists() else []


def decode(case: dict[str, Any]) -> tuple[Reading, ...]:
    raw = base64.b64decode(case["payload"]) if case.get("encoding") == "base64" else case["payload"].encode()
    message = Message(
        topic=case["topic"], payload=raw, retain=case.get("retain", False), received_at=datetime.now(UTC)
    )
    try:
        return Decoder(conventions(Settings())).decode(message).readings
    except DecodeError:
        return ()


def is_tail(of: str, wanted: str) -> bool:
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


@pytest.mark.skipif(not LINES, reason="The folder of real messages is not beside the project.")
@pytest.mark.parametrize("line", LINES, ids=lambda line: json.loads(line)["topic"])
def test_a_real_message_comes_out_right(line: str) -> None:
    case = json.loads(line)
    found = decode(case)
    wanted = case["expected"]
    assert len(found) == len(wanted)
    assert all(any(is_right(reading, one) for reading in found) for one in wanted)
