from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.errors import DecodeError
from tests.unit.decoding import hear, said, times

UP = "v3/building@acme/devices/meter-3/up"


def test_an_uplink_gives_what_the_formatter_decoded() -> None:
    decoded = hear(
        UP,
        {
            "received_at": "2026-02-03T04:05:07Z",
            "uplink_message": {
                "decoded_payload": {"temp": 19.5, "mode": "eco", "fault": None},
                "rx_metadata": [{"rssi": -80}],
                "received_at": "2026-02-03T04:05:06Z",
            },
        },
    )
    assert said(decoded) == [("meter-3", "temp", 19.5, None), ("meter-3", "mode", "eco", None)]
    assert set(times(decoded)) == {datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)}


def test_the_registrys_location_places_the_device() -> None:
    uplink = {"decoded_payload": {"t": 1}, "locations": {"user": {"latitude": 51.5, "longitude": 7.25}}}
    place = hear(UP, {"uplink_message": uplink}).place
    assert place is not None
    assert (place.device, place.latitude, place.longitude) == ("meter-3", 51.5, 7.25)


def test_an_uplink_that_nobody_decoded_is_no_reading() -> None:
    assert hear(UP, {"uplink_message": {"frm_payload": "qrs=", "f_port": 2}}).kind == "undecoded"


@pytest.mark.parametrize(
    ("event", "kind"),
    [("join", "event"), ("down/queued", "event"), ("down/push", "command"), ("down/failed", "log")],
)
def test_other_events_are_no_readings(event: str, kind: str) -> None:
    decoded = hear(f"v3/building@acme/devices/meter-3/{event}", {"uplink_message": {}})
    assert (decoded.kind, decoded.readings) == (kind, ())


@pytest.mark.parametrize("payload", ["", "{", "[1]"])
def test_a_broken_payload_is_refused(payload: object) -> None:
    with pytest.raises(DecodeError):
        hear(UP, payload)
