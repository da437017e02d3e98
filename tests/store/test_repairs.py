"""Single readings are given other values, taken away or added, and put back exactly."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.errors import BadInput
from data.store import Store, analysis, corrections
from data.store.corrections import Changes, Correction, Repair
from data.store.ingestion import Writer
from tests.store.conftest import NOON, hours
from tests.store.test_corrections import Device, Owner, assert_all_is_as_counted_anew, readings_of


@pytest.fixture
def device(writer: Writer, owner: Owner, web: Store, tenant_ids: dict[str, int]) -> Device:
    return Device(writer, owner, web, tenant_ids["main"])


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)


def repair(
    device: Device, changes: dict[float, tuple[float | None, float | None]], action: Repair = "interpolate"
) -> Correction:
    """By the minute: what was seen there, and what is to be there."""
    return corrections.repair(
        device.web,
        Changes(series=device.series, readings=[(at(minute), *values) for minute, values in changes.items()]),
        action=action,
        reason="a spike",
        tenant=device.tenant,
        actor="account 1",
    )


def flags(device: Device) -> list[tuple[str, float | None]]:
    found = analysis.flags(
        device.web, tenant=device.tenant, series=device.series, since=NOON - hours(1), until=NOON + hours(9)
    )
    return [(flag.flag, flag.value) for flag in found]


def test_a_masked_reading_is_not_counted_and_its_flag_says_what_it_was(device: Device) -> None:
    device.say({0: 20.0, 1: 327.67, 2: 20.0})
    repair(device, {1: (327.67, None)}, "mask")
    assert device.values() == [20.0, 20.0]
    assert flags(device) == [("mask", 327.67)]
    assert_all_is_as_counted_anew(device.owner, device.series)


def test_an_interpolated_reading_is_marked_as_such(device: Device) -> None:
    device.say({0: 20.0, 1: 99.0, 2: 22.0})
    repair(device, {1: (99.0, 21.0)})
    assert device.values() == [20.0, 21.0, 22.0]
    assert flags(device) == [("interpolate", 99.0)]
    assert_all_is_as_counted_anew(device.owner, device.series)


def test_a_gap_is_filled_and_emptied_again(device: Device) -> None:
    device.say({0: 20.0, 30: 23.0})
    before = device.state()
    made = repair(device, {10: (None, 21.0), 20: (None, 22.0)})
    assert device.values() == [20.0, 21.0, 22.0, 23.0]
    assert flags(device) == [("interpolate", None)] * 2
    device.undo(made.id)
    assert device.state() == before


def test_readings_are_moved_in_time(device: Device) -> None:
    device.say({0: 1.0, 60: 2.0, 120: 3.0})
    moved = {60: (2.0, None), 120: (3.0, 2.0), 180: (None, 3.0)}
    made = repair(device, moved, "shift")  # type: ignore[arg-type]
    assert readings_of(device.owner, device.series) == [(at(0), 1.0), (at(120), 2.0), (at(180), 3.0)]
    assert_all_is_as_counted_anew(device.owner, device.series)
    device.undo(made.id)
    assert device.values() == [1.0, 2.0, 3.0]


def test_what_a_device_sends_again_does_not_undo_a_repair(device: Device) -> None:
    device.say({0: 20.0, 1: 327.67, 2: 20.0})
    repair(device, {1: (327.67, None)}, "mask")
    device.say({1: 327.67})
    assert device.values() == [20.0, 20.0]


def test_readings_that_changed_meanwhile_are_left_alone(device: Device) -> None:
    device.say({0: 20.0, 1: 99.0})
    with pytest.raises(BadInput, match="changed meanwhile"):
        repair(device, {1: (98.0, 20.0)})
    assert device.values() == [20.0, 99.0]


def test_a_repair_of_nothing_says_so(device: Device) -> None:
    device.say({0: 20.0})
    with pytest.raises(BadInput, match="nothing to repair"):
        repair(device, {})


def test_another_tenants_readings_cannot_be_repaired(device: Device, tenant_ids: dict[str, int]) -> None:
    device.say({0: 20.0})
    stranger = Device(device.writer, device.owner, device.web, tenant_ids["acme"])
    stranger.name = device.name
    with pytest.raises(BadInput, match="no such series"):
        repair(stranger, {0: (20.0, None)})


values = st.none() | st.floats(-1e6, 1e6)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.dictionaries(st.integers(0, 90), st.floats(-1e6, 1e6), min_size=1),
    wanted=st.dictionaries(st.integers(0, 90), values, min_size=1),
)
def test_any_repair_is_undone_exactly(
    device: Device, said: dict[int, float], wanted: dict[int, float | None]
) -> None:
    device.name = f"{device.name}'"
    device.say({float(minute): value for minute, value in said.items()})
    before = device.state()
    made = repair(device, {minute: (said.get(minute), value) for minute, value in wanted.items()})
    expected = said | wanted
    assert device.values() == [
        expected[minute] for minute in sorted(expected) if expected[minute] is not None
    ]
    assert_all_is_as_counted_anew(device.owner, device.series)
    device.undo(made.id)
    assert device.state() == before
