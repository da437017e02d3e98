from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from data.errors import DecodeError
from data.ingest.decode import DeviceInfo
from tests.unit.decoding import device, hear, said, times

UP = "application/3/device/0011223344556677/event/up"
AT = "2026-02-03T04:05:06.789Z"


def test_an_uplink_gives_what_the_codec_decoded_under_the_devices_name() -> None:
    decoded = hear(
        UP,
        {
            "time": AT,
            "deviceInfo": {"deviceName": "Meter 3", "devEui": "0011223344556677"},
            "rxInfo": [{"rssi": -90, "nsTime": "2026-02-03T04:05:09Z"}],
            "object": {"air": {"temperature": 19.5}, "door": "open"},
        },
    )
    assert said(decoded) == [("Meter 3", "air/temperature", 19.5, None), ("Meter 3", "door", True, None)]
    assert set(times(decoded)) == {datetime(2026, 2, 3, 4, 5, 6, 789_000, tzinfo=UTC)}


def test_version_3_has_its_values_as_json_in_a_text_and_its_time_from_a_gateway() -> None:
    decoded = hear(
        UP,
        {
            "applicationID": "3",
            "deviceName": "Meter 3",
            "devEUI": "ABEiM0RVZnc=",
            "rxInfo": [{"time": AT}],
            "objectJSON": json.dumps({"humidity": 44}),
        },
    )
    assert said(decoded) == [("Meter 3", "humidity", 44, None)]
    assert times(decoded) == [datetime(2026, 2, 3, 4, 5, 6, 789_000, tzinfo=UTC)]


@pytest.mark.parametrize(
    "topic", ["application/3/device/0011223344556677/rx", "eu868/application/3/node/0011223344556677/rx"]
)
def test_older_topics_and_prefixes_are_known(topic: str) -> None:
    assert said(hear(topic, {"object": {"level": 3}})) == [("0011223344556677", "level", 3, None)]


def test_a_clock_that_was_never_set_gives_no_time() -> None:
    assert times(hear(UP, {"time": "0001-01-01T00:00:00Z", "object": {"level": 3}})) == [None]


def test_without_a_codec_there_is_no_reading_and_a_reason() -> None:
    decoded = hear(UP, {"data": "qrs=", "rxInfo": [{"rssi": -50, "snr": 9}]})
    assert decoded.kind == "undecoded"
    assert decoded.reason is not None


def test_the_battery_is_no_reading_where_the_device_has_another_source() -> None:
    status = {"margin": 12, "batteryLevel": 0, "externalPowerSource": True}
    found = said(hear("application/3/device/0011223344556677/event/status", status))
    assert [metric for _, metric, *_ in found] == ["margin"]


def test_a_location_places_the_device() -> None:
    decoded = hear(
        "application/3/device/0011223344556677/event/location",
        {"location": {"latitude": 51.5, "longitude": 7.25, "altitude": 80}},
    )
    assert decoded.place is not None
    assert (decoded.place.latitude, decoded.place.longitude) == (51.5, 7.25)


@pytest.mark.parametrize(
    ("topic", "kind"),
    [
        ("application/3/device/0011223344556677/event/join", "event"),
        ("application/3/device/0011223344556677/event/log", "log"),
        ("application/3/device/0011223344556677/command/down", "command"),
        ("application/3/device/0011223344556677/tx", "command"),
    ],
)
def test_other_events_are_no_readings(topic: str, kind: str) -> None:
    decoded = hear(topic, {"object": {"level": 3}})
    assert (decoded.kind, decoded.readings) == (kind, ())


@pytest.mark.parametrize("payload", ["", "{", "[1]", b"\xff"])
def test_a_broken_payload_is_refused(payload: object) -> None:
    with pytest.raises(DecodeError):
        hear(UP, payload)


@pytest.mark.parametrize("event", ["up", "status", "join", "location"])
def test_version_4_names_a_device_and_its_profile(event: str) -> None:
    about = {"deviceName": "Meter 3", "deviceProfileName": "Acme M-100", "devEui": "0011223344556677"}
    told = device(f"application/3/device/0011223344556677/event/{event}", {"deviceInfo": about})
    assert told == DeviceInfo(device="Meter 3", label="Meter 3", model="Acme M-100")


def test_version_3_names_a_device_and_its_profile() -> None:
    told = device(UP, {"deviceName": "Meter 3", "deviceProfileName": "Acme M-100", "devEUI": "ABEiM0RVZnc="})
    assert told == DeviceInfo(device="Meter 3", label="Meter 3", model="Acme M-100")


def test_a_device_without_a_name_has_no_label() -> None:
    told = device(UP, {"deviceInfo": {"deviceProfileName": "Acme M-100"}})
    assert told == DeviceInfo(device="0011223344556677", model="Acme M-100")


@pytest.mark.parametrize(
    ("status", "metrics"),
    [
        ({"margin": 7, "batteryLevelUnavailable": True, "batteryLevel": 0}, ["margin"]),
        ({"margin": -3, "externalPowerSource": False, "batteryLevel": 75.5}, ["margin", "batteryLevel"]),
        ({"margin": 7, "battery": 255}, ["margin"]),
        ({"margin": 7, "battery": 0}, ["margin"]),
        ({"margin": 7, "battery": 254, "batteryLevel": 100}, ["margin", "batteryLevel", "battery"]),
    ],
)
def test_a_status_gives_the_margin_and_a_battery_level_that_is_known(
    status: dict[str, object], metrics: list[str]
) -> None:
    decoded = hear("application/3/device/0011223344556677/event/status", status)
    assert [metric for _, metric, *_ in said(decoded)] == metrics


def test_nested_lists_of_a_codec_are_paths() -> None:
    decoded = hear(UP, {"object": {"channels": [{"t": 20.5}, {"t": 21}], "note": None}})
    assert [(metric, value) for _, metric, value, _ in said(decoded)] == [
        ("channels/0/t", 20.5),
        ("channels/1/t", 21),
    ]


def test_gateways_that_hear_the_same_uplink_do_not_multiply_it() -> None:
    heard = [{"rssi": -90, "time": AT}, {"rssi": -70, "time": AT}]
    assert len(said(hear(UP, {"rxInfo": heard, "object": {"level": 3}}))) == 1
