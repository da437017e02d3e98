"""What people record of devices: kept, undone, audited, never in contradiction, of one tenant alone."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.factory import create_app
from dashboard.server import csrf
from data.errors import BadInput
from data.settings import Settings
from data.store import Store, devices, life_records
from data.store.accounts import new_signin_link
from data.store.batch import Announcement, Batch
from data.store.ingestion import Writer
from data.store.life_records import DeviceLives, LifeRecord
from tests.store.conftest import NOON, hours, sample

Owner = psycopg.Connection[tuple[object, ...]]
BY = "account 1"


class Pump:
    """A device of `main` that was heard first at noon, and one of the same name of `acme`."""

    def __init__(self, writer: Writer, owner: Owner, web: Store, tenants: dict[str, int]) -> None:
        self.name = f"pump {datetime.now(UTC).timestamp()}"
        self.web, self.owner, self.tenant, self.tenants = web, owner, tenants["main"], tenants
        writer.write(Batch(samples=[sample(20.0, device=self.name)]))
        self.id = self.id_of("main")

    def id_of(self, tenant: str) -> int:
        row = self.owner.execute(
            "SELECT id FROM device WHERE name = %s AND tenant_id = %s", (self.name, self.tenants[tenant])
        ).fetchone()
        assert row is not None
        return int(str(row[0]))

    def record(self, kind: str, hour: float, note: str = "the bearing seized") -> LifeRecord:
        return life_records.record(
            self.web,
            tenant=self.tenant,
            device=self.id,
            kind=kind,
            at=NOON + hours(hour),
            note=note,
            actor=BY,
        )

    def undo(self, record: LifeRecord) -> LifeRecord:
        return life_records.undo(self.web, record.id, tenant=self.tenant, actor=BY)

    def known(self) -> DeviceLives:
        found = life_records.of_device(self.web, tenant=self.tenant, device=self.id)
        assert found is not None
        return found

    def lives(self) -> list[tuple[float, str]]:
        """When each began, in hours after noon, and how it ended."""
        return [((one.begins - NOON) / hours(1), one.end) for one in self.known().lives]


@pytest.fixture
def pump(writer: Writer, owner: Owner, web: Store, tenant_ids: dict[str, int]) -> Pump:
    return Pump(writer, owner, web, tenant_ids)


def test_without_a_record_a_device_runs_since_its_first_reading(pump: Pump) -> None:
    assert pump.lives() == [(0.0, "running")]
    assert pump.known().lives[0].stated is False


def test_a_failure_and_a_repair_are_told_with_who_said_so(pump: Pump) -> None:
    pump.record("failed", 5)
    pump.record("in service", 6, "new bearing")
    assert pump.lives() == [(0.0, "failed"), (6.0, "running")]
    newest, first = pump.known().records
    assert (first.kind, first.note, first.actor) == ("failed", "the bearing seized", "administrator")
    assert (newest.kind, newest.at) == ("in service", NOON + hours(6))


def test_what_is_undone_stays_in_the_list_and_counts_no_more(pump: Pump) -> None:
    undone = pump.undo(pump.record("failed", 5))
    assert undone.undone_by == "administrator"
    assert pump.known().records == (undone,)
    assert pump.lives() == [(0.0, "running")]


def test_a_second_failure_needs_a_repair_between_and_nothing_is_kept_of_it(pump: Pump) -> None:
    pump.record("failed", 5)
    with pytest.raises(BadInput, match="record that it was repaired or put into service"):
        pump.record("failed", 9)
    assert len(pump.known().records) == 1


def test_a_failure_before_it_was_put_into_service_is_refused(pump: Pump) -> None:
    with pytest.raises(BadInput, match="record first when it was put into service"):
        pump.record("failed", -1)


def test_what_lies_in_the_future_is_refused(pump: Pump) -> None:
    with pytest.raises(BadInput, match="lies in the future"):
        pump.record("failed", (datetime.now(UTC) - NOON + timedelta(days=1)) / hours(1))


def test_a_failure_says_what_failed(pump: Pump) -> None:
    with pytest.raises(BadInput, match="Say what failed"):
        pump.record("failed", 5, "  \n ")


@pytest.mark.parametrize(
    ("kind", "note", "said"), [("broken", "", "in service, failed, retired"), ("retired", "x" * 501, "500")]
)
def test_what_cannot_be_kept_is_refused(pump: Pump, kind: str, note: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        pump.record(kind, 5, note)


def test_a_repair_between_two_failures_cannot_be_undone_alone(pump: Pump) -> None:
    pump.record("failed", 5)
    repair = pump.record("in service", 6)
    pump.record("failed", 9)
    with pytest.raises(BadInput, match="cannot be undone alone"):
        pump.undo(repair)
    assert [end for _, end in pump.lives()] == ["failed", "failed"]


def test_nothing_is_undone_twice(pump: Pump) -> None:
    made = pump.record("failed", 5)
    pump.undo(made)
    with pytest.raises(BadInput, match="undone already"):
        pump.undo(made)


def test_records_and_undos_are_audited_and_pages_see_that_something_changed(pump: Pump) -> None:
    before = devices.version(pump.web, tenant=pump.tenant)
    made = pump.record("failed", 5)
    assert devices.version(pump.web, tenant=pump.tenant) > before
    pump.undo(made)
    audited = pump.owner.execute(
        "SELECT actor, action, after ->> 'kind' FROM audit WHERE subject = %s ORDER BY id",
        (f"life_record {made.id}",),
    ).fetchall()
    assert audited == [(BY, "insert", "failed"), (BY, "update", "failed")]


def test_another_tenants_device_has_no_records_and_gets_none(pump: Pump) -> None:
    made, theirs = pump.record("failed", 5), pump.tenants["acme"]
    assert life_records.of_device(pump.web, tenant=theirs, device=pump.id) is None
    with pytest.raises(BadInput, match="no such record"):
        life_records.undo(pump.web, made.id, tenant=theirs, actor=BY)
    with pytest.raises(BadInput, match="no such device"):
        life_records.record(
            pump.web, tenant=theirs, device=pump.id, kind="failed", at=NOON + hours(1), note="x", actor=BY
        )
    other = life_records.of_device(pump.web, tenant=theirs, device=pump.id_of("acme"))
    assert other is not None
    assert other.records == ()


def test_what_was_recorded_cannot_be_rewritten(pump: Pump) -> None:
    pump.record("failed", 5)
    for statement in ("UPDATE life_record SET note = 'x'", "DELETE FROM life_record"):
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            pump.web.transaction(tenant=pump.tenant) as connection,
        ):
            connection.execute(statement)


def test_of_several_failures_recorded_at_once_one_is_kept(pump: Pump) -> None:
    def attempt(hour: int) -> bool:
        with suppress(BadInput):
            return pump.record("failed", hour).kind == "failed"
        return False

    with ThreadPoolExecutor(4) as four:
        assert sum(four.map(attempt, range(1, 9))) == 1
    assert [end for _, end in pump.lives()] == ["failed"]


@pytest.mark.parametrize(
    ("announced", "type_"),
    [
        ({"manufacturer": "Acme", "model": "P100"}, "Acme P100"),
        ({"model": "P100"}, "P100"),
        ({"manufacturer": "Acme"}, "json: temperature"),
    ],
)
def test_devices_are_of_one_type_by_product_else_by_what_they_say(
    pump: Pump, ingest_writer: Writer, announced: dict[str, str], type_: str
) -> None:
    said = Announcement(tenant="main", device=pump.name, convention="json", at=NOON, **announced)  # type: ignore[arg-type]
    ingest_writer.write(Batch(announcements=[said]))
    assert pump.known().type == type_


def test_without_a_product_the_kind_of_its_equipment_is_the_type(pump: Pump) -> None:
    building, equipment = (
        pump.owner.execute(f"INSERT INTO {into} RETURNING id", values).fetchone()
        for into, values in (
            ("building (tenant_id, name) VALUES (%s, %s)", (pump.tenant, pump.name)),
            (
                "equipment (tenant_id, building_id, name, kind) SELECT %s, id, 'P1', 'IfcPump' FROM building"
                " WHERE name = %s",
                (pump.tenant, pump.name),
            ),
        )
    )
    assert building
    assert equipment
    pump.owner.execute("UPDATE device SET equipment_id = %s WHERE id = %s", (equipment[0], pump.id))
    assert pump.known().type == "IfcPump"


# For programs ----------------------------------------------------------------------------------------


@pytest.fixture
def member(migrated: Settings, web: Store) -> FlaskClient:
    """A browser that is signed in, of the tenant `main`."""
    client: FlaskClient = create_app(migrated, web).server.test_client()
    assert client.get(urlsplit(new_signin_link(migrated)).path).status_code == 302
    assert client.get("/_dash-layout").status_code == 200  # brings the cookie
    return client


def ask(
    client: FlaskClient, method: str, path: str, body: Any = None, *, proven: bool = True
) -> TestResponse:
    cookie = client.get_cookie(csrf.COOKIE)
    assert cookie is not None
    return client.open(path, method=method, json=body, headers={csrf.HEADER: cookie.value} if proven else {})


def test_a_program_records_a_failure_reads_it_and_takes_it_back(member: FlaskClient, pump: Pump) -> None:
    path = f"/api/v1/devices/{pump.id}/lives"
    said = {"kind": "failed", "at": (NOON + hours(5)).isoformat(), "note": "the bearing seized"}
    made = ask(member, "POST", path, said)
    assert made.status_code == 201
    told = json.loads(member.get(path).data)
    assert [one["end"] for one in told["lives"]] == ["failed"]
    assert (told["remaining_life"], told["lacking"]) == (None, None)
    assert ask(member, "DELETE", f"{path}/{json.loads(made.data)['id']}").status_code == 200
    assert pump.lives() == [(0.0, "running")]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"kind": "failed"},
        {"kind": "failed", "at": "yesterday"},
        {"kind": "failed", "at": "2026-03-05"},
    ],
)
def test_a_program_that_sends_something_else_is_told_what_to_send(
    member: FlaskClient, pump: Pump, body: Any
) -> None:
    answer = ask(member, "POST", f"/api/v1/devices/{pump.id}/lives", body)
    assert answer.status_code == 400
    assert "a time with its zone" in json.loads(answer.data)["detail"]


def test_a_program_hears_a_contradiction_in_a_sentence(member: FlaskClient, pump: Pump) -> None:
    said = {"kind": "failed", "at": (NOON - hours(5)).isoformat(), "note": "x"}
    answer = ask(member, "POST", f"/api/v1/devices/{pump.id}/lives", said)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert "record first when it was put into service" in json.loads(answer.data)["detail"]


def test_a_program_without_the_proof_of_its_session_records_nothing(member: FlaskClient, pump: Pump) -> None:
    said = {"kind": "failed", "at": (NOON + hours(5)).isoformat(), "note": "x"}
    assert ask(member, "POST", f"/api/v1/devices/{pump.id}/lives", said, proven=False).status_code == 403
    assert pump.known().records == ()


def test_another_tenants_device_is_not_there_for_programs(member: FlaskClient, pump: Pump) -> None:
    assert member.get(f"/api/v1/devices/{pump.id_of('acme')}/lives").status_code == 404
