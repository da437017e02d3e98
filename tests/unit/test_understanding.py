from __future__ import annotations

from datetime import UTC, datetime, timedelta

from data.ingest.decode import Decoded, Decoder, DeviceInfo, Message
from data.ingest.decode import conventions as all_conventions
from data.ingest.decode.plain_path import PlainPath
from data.ingest.tenants import TenantTopics
from data.ingest.understanding import Interpreter, Understood
from data.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TENANTS = TenantTopics({"acme": "acme", "acme/lab": "lab", "sites/+": "+"})


def understood(topic: str, payload: str, *, retain: bool = False) -> Understood:
    interpreter = Interpreter(new_decoder=lambda: Decoder((PlainPath(),)), tenants=TENANTS)
    return interpreter.understand(topic, payload.encode(), retain=retain, received_at=NOW)


def test_a_reading_without_a_time_is_of_its_arrival() -> None:
    (sample,) = understood("d/t", "1").samples
    assert (sample.at, sample.by_own_clock) == (NOW, False)


def test_a_retained_value_without_a_time_is_no_reading() -> None:
    assert understood("d/t", "1", retain=True).samples == ()


def test_a_replay_of_a_silent_device_does_not_make_it_heard_again() -> None:
    (said,) = understood("d", '{"time": "2026-03-01T11:00:00Z", "t": 1}', retain=True).samples
    assert said.received_at == said.at < NOW


def test_a_retained_value_with_a_time_is_a_reading() -> None:
    assert len(understood("d", '{"time": "2026-03-01T11:00:00Z", "t": 1}', retain=True).samples) == 1


def test_a_live_value_with_a_time_tells_of_the_devices_clock() -> None:
    (said,) = understood("d", '{"time": "2026-03-01T12:03:00Z", "t": 1}').samples
    assert said.by_own_clock
    assert said.at - said.received_at == timedelta(minutes=3)


def test_a_replay_tells_nothing_of_the_devices_clock() -> None:
    (said,) = understood("d", '{"time": "2026-03-01T11:00:00Z", "t": 1}', retain=True).samples
    assert not said.by_own_clock


def test_the_topic_decides_the_tenant() -> None:
    topics = ("acme/d/t", "acme/lab/d/t", "acmes/d/t", "sites/north/d/t")
    assert [understood(topic, "1").samples[0].tenant for topic in topics] == ["acme", "lab", "main", "north"]


def test_the_prefix_of_a_tenant_is_no_part_of_its_devices() -> None:
    assert understood("acme/lab/d/t", "1").samples[0].device == "d"


def test_a_level_that_names_no_tenant_makes_a_dead_letter_of_the_default_one() -> None:
    letter = understood("sites/No Name/d/t", "1").dead_letter
    assert letter is not None
    assert letter.tenant == "main"
    assert "tenant's name" in letter.reason


def test_what_one_tenants_devices_announce_is_not_anothers() -> None:
    interpreter = Interpreter(new_decoder=lambda: Decoder(all_conventions(Settings())), tenants=TENANTS)
    announced = b'{"name": "Boiler", "state_topic": "x/1", "unique_id": "b1", "unit_of_measurement": "K"}'
    interpreter.understand("acme/homeassistant/sensor/b1/config", announced, retain=True, received_at=NOW)
    said = [
        interpreter.understand(topic, b"300", retain=False, received_at=NOW) for topic in ("acme/x/1", "x/1")
    ]
    assert [one.samples[0].unit for one in said] == ["K", None]


def test_what_a_device_says_of_itself_is_announced_for_its_tenant() -> None:
    class Introducing:
        name = "introducing"

        def decode(self, message: Message) -> Decoded | None:
            said = DeviceInfo(device="gate", model="G2", online=False, with_parts=True)
            return Decoded(convention=self.name, kind="status", devices=(said,))

    interpreter = Interpreter(new_decoder=lambda: Decoder((Introducing(),)), tenants=TENANTS)
    (said,) = interpreter.understand("acme/gate", b"{}", retain=True, received_at=NOW).announcements
    assert (said.tenant, said.device, said.model, said.online, said.with_parts) == (
        "acme",
        "gate",
        "G2",
        False,
        True,
    )


def test_a_reading_from_before_what_is_kept_becomes_a_dead_letter() -> None:
    interpreter = Interpreter(
        new_decoder=lambda: Decoder((PlainPath(),)),
        tenants=TENANTS,
        earliest=lambda now: now - timedelta(days=30),
    )
    old = b'{"time": "2026-01-01T00:00:00Z", "t": 1}'
    letter = interpreter.understand("d", old, retain=False, received_at=NOW).dead_letter
    assert letter is not None
    assert "further back than readings are kept" in letter.reason
