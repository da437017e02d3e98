from __future__ import annotations

import pytest

from data.errors import DecodeError
from tests.unit.decoding import hear, rows


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
