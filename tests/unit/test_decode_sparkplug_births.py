"""Births and deaths of Sparkplug: who is online, and bodies that are large or compressed."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import pytest

from data.errors import DecodeError
from data.ingest.decode import DeviceInfo
from data.ingest.decode.protobuf import sized_field, varint_field
from data.ingest.decode.sparkplug_payload import MAX_METRICS, MAX_UNPACKED
from tests.unit.decoding import Listener, said, times
from tests.unit.test_decode_sparkplug import AT, DOUBLE, TEXT, body, born, double, metric, session


def packed(raw: bytes) -> bytes:
    """The envelope of a compressed body."""
    algorithm = metric("algorithm", sized_field(15, b"GZIP"), kind=TEXT)
    return algorithm + sized_field(4, b"SPBV1.0_COMPRESSED") + sized_field(5, raw)


def bare_deflate(raw: bytes) -> bytes:
    packing = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packing.compress(raw) + packing.flush()


def test_a_birth_says_that_the_node_is_online_and_what_it_is() -> None:
    about = {
        "Properties/Hardware Make": b"Acme",
        "Properties/Hardware Model": b"Edge 7",
        "Properties/FW": b"1.4.2",
        "Line 2/Model": b"of the product",
    }
    metrics = [metric(name, sized_field(15, word), kind=TEXT) for name, word in about.items()]
    decoded = Listener().hear("spBv1.0/plant/NBIRTH/line", body(*metrics))
    assert decoded.devices == (
        DeviceInfo(device="plant/line", online=True, manufacturer="Acme", model="Edge 7", firmware="1.4.2"),
    )
    assert len(decoded.readings) == len(about)


def test_the_birth_of_a_device_says_that_it_is_online_and_nothing_of_its_node() -> None:
    decoded = born().hear("spBv1.0/plant/DBIRTH/line/pump", body(seq=1))
    assert decoded.devices == (DeviceInfo(device="plant/line/pump", online=True),)


def test_the_death_of_a_node_takes_its_devices_offline() -> None:
    decoded = born().hear("spBv1.0/plant/NDEATH/line", body(session(3), seq=None))
    assert decoded.devices == (DeviceInfo(device="plant/line", online=False, with_parts=True),)


def test_the_death_of_a_node_that_was_never_heard_takes_it_offline() -> None:
    decoded = Listener().hear("spBv1.0/plant/NDEATH/line", body(session(3), seq=None))
    assert decoded.devices[0].online is False


def test_the_death_of_an_earlier_session_takes_nothing_offline() -> None:
    assert born().hear("spBv1.0/plant/NDEATH/line", body(session(2), seq=None)).devices == ()


def test_the_death_of_a_device_takes_that_device_offline_alone() -> None:
    decoded = born().hear("spBv1.0/plant/DDEATH/line/pump", body(seq=1))
    assert decoded.devices == (DeviceInfo(device="plant/line/pump", online=False),)


def test_data_say_nothing_of_the_device_itself() -> None:
    assert born().hear("spBv1.0/plant/NDATA/line", body(metric("x", double(1)), seq=1)).devices == ()


def test_a_birth_of_thousands_of_metrics_is_taken() -> None:
    metrics = [metric(f"zone {n}/temperature", double(n), alias=n, kind=DOUBLE) for n in range(4_000)]
    assert len(Listener().hear("spBv1.0/plant/NBIRTH/line", body(*metrics)).readings) == 4_000


def test_metrics_without_end_are_refused() -> None:
    with pytest.raises(DecodeError, match="more than 10,000 metrics"):
        Listener().hear("spBv1.0/plant/NBIRTH/line", sized_field(2, b"") * (MAX_METRICS + 1))


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, bare_deflate], ids=["gzip", "zlib", "bare"])
def test_a_compressed_body_is_unpacked(pack: Callable[[bytes], bytes]) -> None:
    inner = body(metric("flow", double(2.5), kind=DOUBLE))
    decoded = Listener().hear("spBv1.0/plant/NBIRTH/line", packed(pack(inner)))
    assert said(decoded) == [("plant/line", "flow", 2.5, None)]
    assert times(decoded) == [AT]


def test_the_sequence_may_stand_outside_of_what_is_compressed() -> None:
    ingest = born()
    inner = body(metric("flow", double(2.5), kind=DOUBLE), seq=None)
    decoded = ingest.hear("spBv1.0/plant/NDATA/line", packed(zlib.compress(inner)) + varint_field(3, 7))
    assert decoded.kind == "sequence-gap"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (gzip.compress(bytes(MAX_UNPACKED + 1)), "more than 1024 KiB"),
        (gzip.compress(b"abc")[:-9], "cut off"),
        (b"rubbish", "neither GZIP nor DEFLATE"),
        (b"", "cut off"),
    ],
)
def test_a_compressed_body_that_is_too_large_or_broken_is_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        Listener().hear("spBv1.0/plant/NBIRTH/line", packed(raw))
