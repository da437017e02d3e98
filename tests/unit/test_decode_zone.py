"""Device times without a zone are in the one that a setting names, and never in the future."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from data.ingest.decode import Decoder, Message
from data.ingest.decode.tasmota import Tasmota

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("2026-07-01T13:59:30", datetime(2026, 7, 1, 11, 59, 30, tzinfo=UTC)),
        ("2026-07-01T11:59:30", datetime(2026, 7, 1, 9, 59, 30, tzinfo=UTC)),
        ("2026-07-01T18:00:00", None),  # the arrival counts
        ("2026-07-01T12:00:00Z", NOON),
    ],
)
def test_a_time_without_a_zone(said: str, at: datetime | None) -> None:
    message = Message(
        topic="tele/office/SENSOR",
        payload=f'{{"Time": "{said}", "AM2301": {{"Temperature": 21.5}}, "TempUnit": "C"}}'.encode(),
        retain=False,
        received_at=NOON,
    )
    decoded = Decoder([Tasmota()], zone=ZoneInfo("Europe/Berlin")).decode(message)
    assert [reading.at for reading in decoded.readings] == [at]
