"""Dead letters are tried again after what hindered them was put right."""

from __future__ import annotations

from datetime import datetime

import psycopg

from data.errors import DecodeError
from data.ingest.decode import Decoded, Decoder, Message, Reading
from data.ingest.redrive import Redriven, redrive
from data.ingest.tenants import TenantTopics
from data.ingest.understanding import Interpreter
from data.store import Store
from data.store.batch import Batch, DeadLetter
from data.store.ingestion import Writer
from tests.store.conftest import NOON

Owner = psycopg.Connection[tuple[object, ...]]


class Repaired:
    """A convention that was put right for topics below `<subject>/good`."""

    name = "repaired"

    def __init__(self, subject: str) -> None:
        self.subject = subject

    def decode(self, message: Message) -> Decoded | None:
        if not message.topic.startswith(f"{self.subject}/"):
            return None
        if "good" not in message.topic:
            raise DecodeError("It is broken in another way.")
        reading = Reading(device=message.topic, metric="t", value=float(message.payload))
        return Decoded(convention=self.name, readings=(reading,))


def interpreter(subject: str) -> Interpreter:
    return Interpreter(new_decoder=lambda: Decoder([Repaired(subject)]), tenants=TenantTopics({}))


def letter(topic: str, payload: bytes = b"21", *, at: datetime = NOON, retained: bool = False) -> DeadLetter:
    return DeadLetter(
        tenant="main", topic=topic, payload=payload, received_at=at, reason="Nobody knows.", retained=retained
    )


def left(owner: Owner, subject: str) -> list[tuple[object, ...]]:
    return owner.execute(
        "SELECT topic, reason FROM dead_letter WHERE topic LIKE %s || '/%%' ORDER BY id", (subject,)
    ).fetchall()


def readings(owner: Owner, device: str) -> list[tuple[object, ...]]:
    return owner.execute(
        "SELECT reading.at, reading.value FROM reading JOIN series ON series.id = series_id"
        " JOIN device ON device.id = device_id WHERE device.name = %s",
        (device,),
    ).fetchall()


def test_what_is_understood_now_is_stored_as_of_its_arrival(
    ingest: Store, ingest_writer: Writer, owner: Owner
) -> None:
    ingest_writer.write(Batch(dead_letters=[letter("r1/good")]))
    assert redrive(ingest, interpreter("r1"), reason="Nobody") == Redriven(1, 1, 1)
    assert readings(owner, "r1/good") == [(NOON, 21.0)]
    assert left(owner, "r1") == []


def test_what_is_still_not_understood_stays_with_the_reason_of_today(
    ingest: Store, ingest_writer: Writer, owner: Owner
) -> None:
    ingest_writer.write(Batch(dead_letters=[letter("r2/bad"), letter("r2/good")]))
    redrive(ingest, interpreter("r2"))
    assert left(owner, "r2") == [("r2/bad", "It is broken in another way.")]


def test_a_retained_message_is_no_reading_then_either(
    ingest: Store, ingest_writer: Writer, owner: Owner
) -> None:
    ingest_writer.write(Batch(dead_letters=[letter("r3/good", retained=True)]))
    redrive(ingest, interpreter("r3"))
    assert (readings(owner, "r3/good"), left(owner, "r3")) == ([], [])


def test_only_what_was_asked_for_is_tried(ingest: Store, ingest_writer: Writer, owner: Owner) -> None:
    ingest_writer.write(Batch(dead_letters=[letter("r4/good")]))
    assert redrive(ingest, interpreter("r4"), tenant="nobody").tried == 0
    assert redrive(ingest, interpreter("r4"), reason="another reason").tried == 0
    assert len(left(owner, "r4")) == 1


def test_what_the_store_refuses_stays(ingest: Store, ingest_writer: Writer, owner: Owner) -> None:
    early = datetime.fromisoformat("1999-01-01T00:00:00Z")
    ingest_writer.write(Batch(dead_letters=[letter("r5/good", at=early), letter("r5/good/too")]))
    redrive(ingest, interpreter("r5"))
    ((topic, reason),) = left(owner, "r5")
    assert topic == "r5/good"
    assert str(reason).startswith("The store refuses it")


def test_making_good_is_audited(ingest: Store, ingest_writer: Writer, owner: Owner) -> None:
    ingest_writer.write(Batch(dead_letters=[letter("r6/good"), letter("r6/good/2")]))
    redrive(ingest, interpreter("r6"), reason="Nobody")
    noted = owner.execute(
        "SELECT tenant_id IS NOT NULL, actor, after FROM audit WHERE action = 'redrive'"
        " ORDER BY id DESC LIMIT 1"
    ).fetchone()
    assert noted == (True, "redrive", {"made_good": 2})


def test_a_retained_message_is_set_aside_once_however_often_it_comes(
    ingest_writer: Writer, owner: Owner
) -> None:
    for _ in range(3):
        ingest_writer.write(Batch(dead_letters=[letter("r7/x", retained=True)]))
    ingest_writer.write(Batch(dead_letters=[letter("r7/x", b"other", retained=True)]))
    assert len(left(owner, "r7")) == 2
