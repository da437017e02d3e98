from __future__ import annotations

import pytest

from data.errors import DecodeError
from data.ingest.decode import DeviceInfo
from tests.unit.decoding import device, hear, rows


def test_a_service_of_an_installation_is_the_device_and_the_path_the_metric() -> None:
    assert rows("N/c0ffee/battery/512/Dc/0/Voltage", '{"value": 52.5}') == [
        ("c0ffee/battery/512", "Dc/0/Voltage", 52.5, None)
    ]


@pytest.mark.parametrize(
    ("topic", "payload", "kind"),
    [
        ("N/c0ffee/battery/512/Soc", '{"value": null}', "invalid-value"),
        ("N/c0ffee/battery/512/Soc", '{"value": []}', "invalid-value"),
        ("N/c0ffee/battery/512/Soc", "", "empty"),
        ("N/c0ffee/battery/512/ProductId", '{"value": 12}', "metadata"),
        ("N/c0ffee/heartbeat", '{"value": 1772362800}', "status"),
        ("W/c0ffee/vebus/257/Mode", '{"value": 3}', "command"),
        ("R/c0ffee/keepalive", "", "command"),
    ],
)
def test_a_message_without_a_value_gives_no_reading(topic: str, payload: str, kind: str) -> None:
    decoded = hear(topic, payload)
    assert (decoded.kind, decoded.readings) == (kind, ())


@pytest.mark.parametrize(("topic", "payload"), [("N/floor/room", "21"), ("N/a/b/1/c", '{"v": 1}')])
def test_another_message_is_left_to_other_conventions(topic: str, payload: str) -> None:
    assert hear(topic, payload).convention == "plain-path"


def test_broken_json_is_refused() -> None:
    with pytest.raises(DecodeError, match="not valid JSON"):
        hear("N/c0ffee/battery/512/Soc", '{"value": ')


BATTERY = "c0ffee/battery/512"


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("ProductName", '"SmartShunt 500A"', DeviceInfo(device=BATTERY, model="SmartShunt 500A")),
        ("CustomName", '"Cellar bank"', DeviceInfo(device=BATTERY, label="Cellar bank")),
        ("FirmwareVersion", "1046", DeviceInfo(device=BATTERY, firmware="4.16")),
        ("FirmwareVersion", str(0x0145FF), DeviceInfo(device=BATTERY, firmware="1.45")),
        ("FirmwareVersion", '"v3.2"', DeviceInfo(device=BATTERY, firmware="v3.2")),
        ("Connected", "1", DeviceInfo(device=BATTERY, online=True)),
        ("Connected", "0", DeviceInfo(device=BATTERY, online=False)),
    ],
)
def test_a_service_says_what_it_is(path: str, value: str, told: DeviceInfo) -> None:
    assert device(f"N/{BATTERY}/{path}", f'{{"value": {value}}}') == told


@pytest.mark.parametrize("path", ["ProductName", "CustomName", "FirmwareVersion", "Mgmt/Connection"])
def test_what_is_not_known_or_not_asked_for_is_not_said(path: str) -> None:
    assert hear(f"N/{BATTERY}/{path}", '{"value": null}').devices == ()


def test_a_service_that_is_gone_is_offline() -> None:
    assert device(f"N/{BATTERY}/Connected", "").online is False


def test_a_list_gives_its_members() -> None:
    assert rows("N/c0ffee/system/0/Batteries", '{"value": [{"soc": 81.5, "name": "bank"}, null]}') == [
        ("c0ffee/system/0", "Batteries/0/soc", 81.5, None),
        ("c0ffee/system/0", "Batteries/0/name", "bank", None),
    ]
