"""Messages that were set aside, as a screen can show them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard.views import quarantine as views
from data.store.system import Letter, Quarantined
from tests.unit.rows import NOW

FOUND = Quarantined(
    first_id=7,
    reason="It is not JSON.",
    count=12_345,
    total=20_000,
    first_at=NOW - timedelta(days=3),
    last_at=NOW - timedelta(minutes=2),
    topics=3,
    newest_topic="a/b",
)


def letter(head: bytes, *, size: int | None = None) -> views.Message:
    return views.message(
        Letter(id=1, received_at=NOW, topic="a/b", size=size or len(head), head=head), now=NOW
    )


def test_a_reason_says_how_often_when_and_where() -> None:
    found = views.reason(FOUND, now=NOW)
    assert found.count == "12\u202f345"
    assert found.when == "newest 2\u00a0min ago, first 3\u00a0days ago"
    assert found.topics == "a/b and 2 other topics"


def test_text_is_shown_as_it_is() -> None:
    assert letter("{\n\t“ü”: <b>1</b>}".encode()).payload == "{\n\t“ü”: <b>1</b>}"


@pytest.mark.parametrize("payload", [b"\xff\xfe", b"a\x00b", b"\x1b[31mred", "a\u202eb".encode()])
def test_what_a_screen_cannot_show_is_a_hex_dump(payload: bytes) -> None:
    found = letter(payload)
    assert not found.is_text
    assert found.payload.startswith(f"0000  {payload.hex(' ')} ")


def test_a_hex_dump_has_lines_of_sixteen_bytes_with_their_ascii() -> None:
    assert views.hex_dump(b"\x00ABCDEFGHIJKLMNOPQ").splitlines() == [
        "0000  00 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f  .ABCDEFGHIJKLMNO",
        "0010  50 51                                            PQ",
    ]


@pytest.mark.parametrize("cut_off", [1, 2, 3])
def test_a_head_that_ends_within_a_character_is_still_text(cut_off: int) -> None:
    head = ("ok " + "\N{GRINNING FACE}").encode()[:-cut_off]
    assert letter(head, size=5_000).payload == "ok "


def test_a_whole_payload_that_ends_within_a_character_is_no_text() -> None:
    assert not letter("ok €".encode()[:-1]).is_text


def test_what_is_not_shown_of_a_payload_is_said() -> None:
    assert letter(b"x" * 2_048, size=10_240).rest == "… 8.0\u00a0KiB more"
    assert letter(b"x").rest == ""
