"""`python -m data.ingest.decode FILE.jsonl`: what ingest makes of recorded messages.

Each line of the file (`-`: standard input) is a JSON object: `topic`, `payload`, and if it applies
`encoding` ("base64") and `retain`. For each, in order, one JSON line is printed: `kind`, `readings` and
`reason`. A time is without a zone where the message states none, and null where that of arrival counts.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

from data import settings as configuration
from data.errors import BadInput, BadSettings, DecodeError
from data.ingest.decode import Decoder, Message, Reading, conventions
from data.ingest.decode.payload import NO_ZONE
from data.ingest.tenants import TenantTopics


def main(arguments: list[str]) -> int:
    """Print what the messages of a file say.

    Returns:
        2 when the file or a setting cannot be used, 1 when the output is closed before its end, else 0.
    """
    if len(arguments) != 1:
        print("Usage: python -m data.ingest.decode FILE.jsonl (- for standard input)", file=sys.stderr)
        return 2
    try:
        settings = configuration.load()
        decoder, tenants = Decoder(conventions(settings)), TenantTopics(settings.tenant_topics)
        name = arguments[0]
        with nullcontext(sys.stdin) if name == "-" else Path(name).open(encoding="utf-8") as lines:
            for line in filter(str.strip, lines):
                print(json.dumps(_answer(decoder, tenants, line)), flush=True)
    except BrokenPipeError:  # whoever reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python's last flush fails anew
        return 1
    except BadSettings as error:
        print(error, file=sys.stderr)
        return 2
    except (OSError, UnicodeDecodeError) as error:
        print(f"{arguments[0]} cannot be read: {error}", file=sys.stderr)
        return 2
    return 0


def _message(line: str, tenants: TenantTopics) -> Message:
    try:
        said = json.loads(line)
        _, topic = tenants.split(said["topic"])
        payload, retain = _payload(said), said.get("retain") is True
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput(
            "The line must be a JSON object with `topic` and `payload`, texts; a payload in Base64 has "
            '`encoding` "base64".'
        ) from error
    return Message(topic=topic, payload=payload, retain=retain, received_at=datetime.now(UTC))


def _payload(said: dict[str, str]) -> bytes:
    if said.get("encoding") == "base64":
        return base64.b64decode(said["payload"], validate=True)
    return said["payload"].encode("utf-8", "surrogatepass")


def _answer(decoder: Decoder, tenants: TenantTopics, line: str) -> dict[str, object]:
    try:
        decoded = decoder.decode(_message(line, tenants))
    except (BadInput, DecodeError) as error:
        return {"kind": "malformed", "readings": [], "reason": str(error)}
    return {
        "kind": decoded.kind,
        "readings": [_shown(reading) for reading in decoded.readings],
        "reason": decoded.reason,
    }


def _shown(reading: Reading) -> dict[str, object]:
    return {
        "device": reading.device,
        "metric": reading.metric,
        "value": reading.value,
        "unit": reading.unit,
        "ts": _time(reading.at),
    }


def _time(at: datetime | None) -> str | None:
    if at is None:
        return None
    if at.tzinfo is NO_ZONE:
        return at.replace(tzinfo=None).isoformat()
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
