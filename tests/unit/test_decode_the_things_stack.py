from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.errors import DecodeError
from data.ingest.decode import DeviceInfo
from tests.unit.decoding import device, hear, said, times

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


def test_an_uplink_says_what_the_device_repository_knows_of_the_device() -> None:
    known = {
        "brand_id": "acme", "model_id": "m-100", "hardware_version": "2.0", "firmware_version": "1.4",
        "band_id": "EU_863_870",
    }  # fmt: skip
    told = device(UP, {"uplink_message": {"decoded_payload": {"t": 1}, "version_ids": known}})
    assert told == DeviceInfo(device="meter-3", manufacturer="acme", model="m-100", firmware="1.4")


def test_an_uplink_of_an_unknown_device_says_nothing_of_it() -> None:
    assert hear(UP, {"uplink_message": {"decoded_payload": {"t": 1}}}).devices == ()


def test_nested_lists_are_paths() -> None:
    payload = {"zones": [{"t": 20.5, "open": "true"}, {"t": 21}]}
    decoded = hear(UP, {"uplink_message": {"decoded_payload": payload, "decoded_payload_warnings": ["low"]}})
    assert [(metric, value) for _, metric, value, _ in said(decoded)] == [
        ("zones/0/t", 20.5),
        ("zones/0/open", True),
        ("zones/1/t", 21),
    ]


def test_a_normalised_measurement_is_read_where_there_is_no_other() -> None:
    air = {"air": {"temperature": 20.5, "relativeHumidity": 61}}
    decoded = hear(UP, {"uplink_message": {"normalized_payload": [air]}})
    assert said(decoded) == [
        ("meter-3", "air/temperature", 20.5, None),
        ("meter-3", "air/relativeHumidity", 61, None),
    ]


def test_what_is_normalised_does_not_repeat_what_is_decoded() -> None:
    uplink = {"decoded_payload": {"temp": 20.5}, "normalized_payload": [{"air": {"temperature": 20.5}}]}
    assert [metric for _, metric, *_ in said(hear(UP, {"uplink_message": uplink}))] == ["temp"]


def test_normalised_measurements_have_times_of_their_own() -> None:
    entries = [{"time": f"2026-02-03T0{hour}:00:00Z", "air": {"temperature": hour}} for hour in (1, 2)]
    decoded = hear(UP, {"uplink_message": {"normalized_payload": entries}})
    assert {metric for _, metric, *_ in said(decoded)} == {"air/temperature"}
    assert times(decoded) == [datetime(2026, 2, 3, hour, tzinfo=UTC) for hour in (1, 2)]


def test_normalised_measurements_of_one_time_are_told_apart() -> None:
    entries = [{"air": {"temperature": 20}}, {"air": {"temperature": 25}}]
    decoded = hear(UP, {"uplink_message": {"normalized_payload": entries}})
    assert [metric for _, metric, *_ in said(decoded)] == ["0/air/temperature", "1/air/temperature"]
