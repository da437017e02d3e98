"""What devices say of themselves is shown to people; whatever cannot be is left out, and nothing else."""

from __future__ import annotations

import pytest

from data.ingest.decode import MAX_NAME, Decoded, Decoder, DeviceInfo, Message, Reading
from tests.unit.decoding import NOW


class Says:
    """A convention whose every message says the same."""

    name = "says"

    def __init__(self, decoded: Decoded) -> None:
        self._decoded = decoded

    def decode(self, message: Message) -> Decoded:
        return self._decoded


def heard(*devices: DeviceInfo, readings: tuple[Reading, ...] = ()) -> Decoded:
    says = Says(Decoded(convention="says", devices=devices, readings=readings))
    return Decoder([says]).decode(Message(topic="a", payload=b"", retain=False, received_at=NOW))


@pytest.mark.parametrize("label", ["", "  ", "a\x00b", "a\nb", "\ud800", "x" * (MAX_NAME + 1)], ids=repr)
def test_a_label_that_cannot_be_shown_is_left_out_alone(label: str) -> None:
    reading = Reading(device="pump", metric="speed", value=1)
    decoded = heard(DeviceInfo(device="pump", label=label, model="P-1"), readings=(reading,))
    assert decoded.devices == (DeviceInfo(device="pump", model="P-1"),)
    assert decoded.readings == (reading,)


@pytest.mark.parametrize("name", ["", "a\x00b", "x" * (MAX_NAME + 1)], ids=repr)
def test_a_device_without_a_usable_name_is_left_out(name: str) -> None:
    assert heard(DeviceInfo(device=name, online=True)).devices == ()


def test_white_space_around_a_word_is_not_part_of_it() -> None:
    assert heard(DeviceInfo(device="pump", model=" P-1\n")).devices[0].model == "P-1"


def test_a_device_of_which_nothing_is_said_is_left_out() -> None:
    assert heard(DeviceInfo(device="pump", with_parts=True)).devices == ()


def test_being_offline_is_something_to_say() -> None:
    gone = DeviceInfo(device="pump", online=False, with_parts=True)
    assert heard(gone).devices == (gone,)


def test_a_device_class_that_cannot_be_shown_does_not_cost_the_reading() -> None:
    reading = Reading(device="pump", metric="speed", value=1, device_class="a\x00b")
    assert heard(readings=(reading,)).readings[0].device_class is None
