"""What the demo's devices say is what ingest understands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from data.demo.devices import Device, devices
from data.demo.payloads import known_as, messages
from data.demo.sensing import Sensing
from data.ingest.decode import Decoder, Message, Reading, conventions
from data.settings import Settings

AT = datetime(2026, 1, 14, 9, 30, tzinfo=UTC)
ARRIVED = AT + timedelta(seconds=2)
NAMES = [device.name for device in devices()]


@pytest.fixture(scope="module")
def sensing() -> Sensing:
    return Sensing(origin=AT.date())


def device(name: str) -> Device:
    return next(device for device in devices() if device.name == name)


def heard(sensing: Sensing, name: str, *, late: bool) -> Sequence[Reading]:
    decoder = Decoder(conventions(Settings()))
    [values] = sensing.read(device(name), [AT])
    return [
        reading
        for said in messages(device(name), values, AT, late=late)
        for reading in decoder.decode(
            Message(topic=said.topic, payload=said.payload.encode(), retain=False, received_at=ARRIVED)
        ).readings
    ]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_late_states_its_time(sensing: Sensing, name: str) -> None:
    assert {reading.at for reading in heard(sensing, name, late=True)} == {AT}


@pytest.mark.parametrize("name", NAMES)
def test_late_and_live_readings_are_of_the_same_series(sensing: Sensing, name: str) -> None:
    late, live = (
        {(r.device, r.metric, r.unit): r.value for r in heard(sensing, name, late=late)}
        for late in (True, False)
    )
    assert late.items() <= live.items()
    assert {metric for _, metric, _ in live.keys() - late.keys()} <= {"linkquality"}


@pytest.mark.parametrize("name", NAMES)
def test_a_device_is_known_by_one_name(sensing: Sensing, name: str) -> None:
    assert {reading.device for reading in heard(sensing, name, late=False)} == {known_as(device(name))}


def test_no_two_devices_are_known_by_the_same_name() -> None:
    assert len({known_as(device) for device in devices()}) == len(devices())


def test_each_device_says_each_of_its_metrics(sensing: Sensing) -> None:
    for item in devices():
        assert len(heard(sensing, item.name, late=True)) >= len(item.metrics)


@pytest.mark.parametrize(
    ("name", "metric", "stated"),
    [
        ("room-2.07", "temperature", False),
        ("room-1.05", "SCD40/CarbonDioxide", True),
        ("shellyht-0.00", "sensor/temperature", False),
        ("room-2.07-co2", "co2", False),
        ("ahu-1", "supply_temp", True),
        ("heat-main", "energy", True),
    ],
)
def test_live_messages_state_a_time_where_their_convention_does(
    sensing: Sensing, name: str, metric: str, stated: bool
) -> None:
    reading = next(reading for reading in heard(sensing, name, late=False) if reading.metric == metric)
    assert reading.at == (AT if stated else None)
