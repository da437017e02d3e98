"""`python -m data.ingest.decode`."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from data.ingest.decode.__main__ import main


def answers(capsys: pytest.CaptureFixture[str], file: Path, *lines: object) -> list[dict[str, Any]]:
    file.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    assert main([str(file)]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "messages.jsonl"


def test_each_line_is_answered_in_order(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    first = {"topic": "cellar/humidity", "payload": "61 %"}
    second = {"topic": "cellar/set", "payload": "MQ==", "encoding": "base64", "retain": True}
    reading = {"device": "cellar", "metric": "humidity", "value": 61.0, "unit": "%", "ts": None}
    assert answers(capsys, file, first, second) == [
        {"kind": "telemetry", "readings": [reading], "reason": None},
        {"kind": "command", "readings": [], "reason": None},
    ]


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        ("2026-02-03T04:05:06+02:00", "2026-02-03T02:05:06Z"),
        ("2026-02-03T04:05:06", "2026-02-03T04:05:06"),
        (1_770_000_000, "2026-02-02T02:40:00Z"),
    ],
)
def test_a_time_has_a_zone_where_the_message_states_one(
    capsys: pytest.CaptureFixture[str], file: Path, stated: object, shown: str
) -> None:
    payload = json.dumps({"time": stated, "t": 20})
    [answer] = answers(capsys, file, {"topic": "cellar", "payload": payload})
    assert [reading["ts"] for reading in answer["readings"]] == [shown]


@pytest.mark.parametrize("line", ["rubbish", "[]", {"topic": "a"}, {"topic": "a", "payload": None}], ids=str)
def test_a_line_that_is_no_message_is_answered_with_a_reason(
    capsys: pytest.CaptureFixture[str], file: Path, line: object
) -> None:
    [broken, good] = answers(capsys, file, line, {"topic": "a/b", "payload": "1"})
    assert broken["kind"] == "malformed"
    assert "topic" in broken["reason"]
    assert good["readings"]


def test_a_payload_that_is_refused_is_answered_with_the_reason(
    capsys: pytest.CaptureFixture[str], file: Path
) -> None:
    line = {"topic": "a/b", "payload": base64.b64encode(b"\xff\xfe").decode(), "encoding": "base64"}
    [answer] = answers(capsys, file, line)
    assert answer["kind"] == "malformed"
    assert "UTF-8" in answer["reason"]


def test_a_dash_is_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"topic": "a/b", "payload": "1"}\n'))
    assert main(["-"]) == 0
    assert len(json.loads(capsys.readouterr().out)["readings"]) == 1


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["no-such-file.jsonl"]])
def test_a_wrong_call_says_what_is_wrong(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err


def test_a_reader_who_has_read_enough_hears_no_complaint(file: Path) -> None:
    file.write_text('{"topic": "a/b", "payload": "1"}\n' * 3)
    with subprocess.Popen(
        [sys.executable, "-m", "data.ingest.decode", str(file)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.close()
        _, complaint = process.communicate()
    assert (process.returncode, complaint) == (1, "")
