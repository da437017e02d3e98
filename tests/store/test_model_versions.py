"""A file that is brought in is read, looked at, and made current or let go; each tenant's apart."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ifcopenshell.api.root
import psycopg
import pytest

from data.building import library
from data.building.bringing import bring_in, take
from data.errors import BadInput
from data.files import Files
from data.jobs.import_model import import_model, make_model_current
from data.settings import Settings
from data.store import Store, buildings, matches, model_jobs, model_versions
from data.store.model_versions import Version
from tests.unit.ifc_models import House, box

Owner = psycopg.Connection[tuple[object, ...]]
ACTOR = "account 1"


@dataclass
class Work:
    """A job's work, without a queue."""

    settings: Settings
    store: Store
    tenant: int
    arguments: dict[str, Any]
    actor: str = ACTOR
    stages: list[str] = field(default_factory=list)
    check: Callable[[], None] = lambda: None

    def progress(self, stage: str, share: float | None = None) -> None:
        self.stages.append(stage)


@pytest.fixture
def settings(migrated: Settings, tmp_path: Path) -> Settings:
    """With file storage of this test's own."""
    return migrated.model_copy(update={"files": tmp_path / "files"})


@pytest.fixture
def worker(migrated: Settings) -> Iterator[Store]:
    store = Store.open(migrated, role="worker")
    yield store
    store.close()


@pytest.fixture
def house() -> House:
    """A house of one room."""
    made = House()
    made.extrude(made.add("IfcSpace", "101", part_of=made.storey), box(4, 3), 2.5, at=(0, 0, 0))
    return made


class Desk:
    """Where somebody brings models in: the pages' part by the web role, the jobs' by the worker's."""

    def __init__(self, settings: Settings, web: Store, worker: Store, tenant: int, name: str) -> None:
        self.settings, self.web, self.worker, self.tenant, self.name = settings, web, worker, tenant, name

    def bring(self, content: bytes, *, file_name: str = "house.ifc") -> int:
        sha256 = Files.of(self.settings).put(io.BytesIO(content), 1 << 20)
        with self.web.transaction(tenant=self.tenant, actor=ACTOR) as connection:
            return model_versions.add(
                connection, building_name=self.name, file_name=file_name, file_sha256=sha256,
                file_bytes=len(content), actor=ACTOR,
            )  # fmt: skip

    def work(self, version: int) -> Work:
        return Work(self.settings, self.worker, self.tenant, {"version": version})

    def read(self, house: House, folder: Path) -> int:
        version = self.bring(house.write(folder / "house.ifc").read_bytes())
        import_model(self.work(version))
        return version

    def version(self, number: int) -> Version:
        found = model_versions.find(self.web, tenant=self.tenant, version=number)
        assert found is not None
        return found


@pytest.fixture
def desk(
    settings: Settings, web: Store, worker: Store, tenant_ids: dict[str, int], request: pytest.FixtureRequest
) -> Desk:
    return Desk(settings, web, worker, tenant_ids["main"], request.node.name[:150])


def test_a_file_is_read_and_its_report_kept(desk: Desk, house: House, tmp_path: Path) -> None:
    version = desk.version(desk.read(house, tmp_path))
    assert (version.state, version.building_id, version.created_by) == ("ready", None, ACTOR)
    assert version.report is not None
    assert (version.report["counts"]["rooms"], version.report["area_m2"]) == (1, 12.0)


def test_stages_are_told_to_the_job(desk: Desk, house: House, tmp_path: Path) -> None:
    work = desk.work(desk.bring(house.write(tmp_path / "house.ifc").read_bytes()))
    import_model(work)
    assert work.stages[0] == "opening the file"


def test_a_version_can_be_looked_at_before_it_is_current(desk: Desk, house: House, tmp_path: Path) -> None:
    version = desk.version(desk.read(house, tmp_path))
    model = library.known(Files.of(desk.settings), version.file_sha256)
    assert model is not None
    assert [space.name for space in model.spaces] == ["101"]
    assert desk.name not in {row.name for row in buildings.list_buildings(desk.web, tenant=desk.tenant)}


def test_a_broken_file_is_refused_with_a_sentence_that_calls_it_by_its_name(desk: Desk) -> None:
    number = desk.bring(b"not a model", file_name="C:\\models\\Tower\n<b>.ifc")
    with pytest.raises(BadInput, match=r"^Tower <b>\.ifc is not an IFC file"):
        import_model(desk.work(number))
    version = desk.version(number)
    assert version.state == "refused"
    assert (version.message or "").startswith("Tower <b>.ifc is not an IFC file")


def test_a_job_that_is_given_up_leaves_the_version_to_be_read_again(
    desk: Desk, house: House, tmp_path: Path
) -> None:
    number = desk.bring(house.write(tmp_path / "house.ifc").read_bytes())

    def give_up() -> None:
        raise InterruptedError

    work = desk.work(number)
    work.check = give_up
    with pytest.raises(InterruptedError):
        import_model(work)
    assert desk.version(number).state == "reading"
    import_model(desk.work(number))
    assert desk.version(number).state == "ready"


def test_a_version_becomes_current_and_replaces_the_one_before(
    desk: Desk, house: House, tmp_path: Path
) -> None:
    first = desk.read(house, tmp_path)
    saved = make_model_current(desk.work(first))
    house.add("IfcSpace", "102", part_of=house.storey)
    second = desk.read(house, tmp_path)
    changed = make_model_current(desk.work(second))
    assert (saved["added"], changed["kept"], changed["added"], changed["gone"]) == (2, 2, 1, 0)
    states = [(one.state, one.building, one.decided_by) for one in map(desk.version, (first, second))]
    assert states == [("replaced", desk.name, ACTOR), ("current", desk.name, ACTOR)]


def test_one_that_was_replaced_can_be_made_current_again(desk: Desk, house: House, tmp_path: Path) -> None:
    first = desk.read(house, tmp_path)
    make_model_current(desk.work(first))
    house.add("IfcSpace", "102", part_of=house.storey)
    make_model_current(desk.work(desk.read(house, tmp_path)))
    assert make_model_current(desk.work(first))["gone"] == 1
    assert desk.version(first).state == "current"


def ask(desk: Desk, version: int, name: str) -> bool:
    """Ask for a version to become current, as its page does."""
    return model_jobs.make_current(
        desk.web, tenant=desk.tenant, version=version, building_name=name, timezone=None, actor=ACTOR
    )


def test_one_that_was_replaced_is_asked_back_for_its_own_building_alone(
    desk: Desk, house: House, tmp_path: Path
) -> None:
    first = desk.read(house, tmp_path)
    make_model_current(desk.work(first))
    house.add("IfcSpace", "102", part_of=house.storey)
    make_model_current(desk.work(desk.read(house, tmp_path)))
    assert ask(desk, first, "Another building")
    job = model_jobs.newest(desk.web, tenant=desk.tenant, version=first)[first]
    assert (job.kind, job.state) == (model_jobs.MAKE_CURRENT, "waiting")
    assert desk.version(first).building_name == desk.name
    assert ask(desk, first, desk.name)  # pressed twice: it is the same job
    assert model_jobs.newest(desk.web, tenant=desk.tenant, version=first)[first].id == job.id


def test_one_that_is_current_or_discarded_is_not_asked_for(desk: Desk, house: House, tmp_path: Path) -> None:
    current = desk.read(house, tmp_path)
    make_model_current(desk.work(current))
    discarded = desk.read(house, tmp_path)
    model_versions.discard(desk.web, tenant=desk.tenant, version=discarded, actor=ACTOR)
    for version in (current, discarded):
        assert not ask(desk, version, desk.name)
        assert version not in model_jobs.newest(desk.web, tenant=desk.tenant, version=version)


def test_to_return_from_a_version_makes_the_one_before_current(
    desk: Desk, house: House, tmp_path: Path
) -> None:
    first = desk.read(house, tmp_path)
    make_model_current(desk.work(first))
    house.add("IfcSpace", "102", part_of=house.storey)
    second = desk.read(house, tmp_path)
    make_model_current(desk.work(second))
    rows = buildings.list_buildings(desk.web, tenant=desk.tenant)
    building = next(row.id for row in rows if row.name == desk.name)
    matches.return_to_previous(desk.web, building=building, tenant=desk.tenant, actor=ACTOR)
    assert [desk.version(one).state for one in (first, second)] == ["current", "replaced"]


def test_what_a_version_would_change_is_counted_beforehand(desk: Desk, house: House, tmp_path: Path) -> None:
    make_model_current(desk.work(desk.read(house, tmp_path)))
    (room,) = house.file.by_type("IfcSpace")
    ifcopenshell.api.root.remove_product(house.file, product=room)
    house.add("IfcSpace", "102", part_of=house.storey)
    number = desk.read(house, tmp_path)
    model = library.known(Files.of(desk.settings), desk.version(number).file_sha256)
    assert model is not None
    expected = model_versions.changes(desk.web, tenant=desk.tenant, building_name=desk.name, model=model)
    saved = make_model_current(desk.work(number))
    assert (expected.kept, expected.added, expected.gone) == (saved["kept"], saved["added"], saved["gone"])
    assert (expected.kept, expected.added, expected.gone) == (1, 1, 1)


def test_a_model_that_shares_nothing_stays_ready_and_the_building_as_it_is(
    desk: Desk, house: House, tmp_path: Path
) -> None:
    first = desk.read(house, tmp_path)
    make_model_current(desk.work(first))
    other = desk.read(House(), tmp_path)
    with pytest.raises(BadInput, match="shares nothing"):
        make_model_current(desk.work(other))
    assert [desk.version(number).state for number in (first, other)] == ["current", "ready"]


def test_a_discarded_version_is_not_made_current(desk: Desk, house: House, tmp_path: Path) -> None:
    number = desk.read(house, tmp_path)
    assert model_versions.discard(desk.web, tenant=desk.tenant, version=number, actor=ACTOR)
    with pytest.raises(BadInput, match=f"^Model version {number} is discarded"):
        make_model_current(desk.work(number))
    assert not model_versions.discard(desk.web, tenant=desk.tenant, version=number, actor=ACTOR)


def test_one_that_is_discarded_while_it_is_read_stays_so(desk: Desk, house: House, tmp_path: Path) -> None:
    number = desk.bring(house.write(tmp_path / "house.ifc").read_bytes())
    model_versions.discard(desk.web, tenant=desk.tenant, version=number, actor=ACTOR)
    import_model(desk.work(number))
    assert desk.version(number).state == "discarded"


def test_the_name_and_the_time_zone_can_be_said_anew(desk: Desk, house: House, tmp_path: Path) -> None:
    number = desk.read(house, tmp_path)
    name = f"{desk.name} again"
    model_versions.rename(
        desk.web, tenant=desk.tenant, version=number, building_name=f" {name} ", timezone="Europe/Berlin",
        actor=ACTOR,
    )  # fmt: skip
    make_model_current(desk.work(number))
    (row,) = [one for one in buildings.list_buildings(desk.web, tenant=desk.tenant) if one.name == name]
    assert row.timezone == "Europe/Berlin"


@pytest.mark.parametrize(("name", "timezone"), [(" ", None), ("x" * 201, None), ("House", "Mars")])
def test_a_building_needs_a_name_and_a_time_zone_that_exist(
    desk: Desk, house: House, tmp_path: Path, name: str, timezone: str | None
) -> None:
    number = desk.read(house, tmp_path)
    with pytest.raises(BadInput, match=r"\.$"):
        model_versions.rename(
            desk.web, tenant=desk.tenant, version=number, building_name=name, timezone=timezone, actor=ACTOR
        )


def test_another_tenant_sees_and_changes_nothing(
    desk: Desk, house: House, tmp_path: Path, tenant_ids: dict[str, int]
) -> None:
    number, other = desk.read(house, tmp_path), tenant_ids["acme"]
    model = library.known(Files.of(desk.settings), desk.version(number).file_sha256)
    assert model is not None
    assert model_versions.find(desk.web, tenant=other, version=number) is None
    assert number not in {one.id for one in model_versions.list_versions(desk.web, tenant=other)}
    assert not model_versions.discard(desk.web, tenant=other, version=number, actor=ACTOR)
    with pytest.raises(BadInput, match="no model version"):
        model_versions.make_current(desk.worker, tenant=other, version=number, model=model, actor=ACTOR)
    assert desk.version(number).state == "ready"


def test_pages_cannot_say_what_a_file_holds(desk: Desk, house: House, tmp_path: Path) -> None:
    number = desk.read(house, tmp_path)
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        desk.web.transaction(tenant=desk.tenant) as connection,
    ):
        connection.execute("UPDATE model_version SET report = '{}' WHERE id = %s", (number,))


def test_whoever_decides_is_in_the_audit(desk: Desk, house: House, tmp_path: Path, owner: Owner) -> None:
    number = desk.read(house, tmp_path)
    make_model_current(desk.work(number))
    said = owner.execute(
        "SELECT actor, after ->> 'state' FROM audit WHERE subject = %s ORDER BY id",
        (f"model_version {number}",),
    ).fetchall()
    assert said == [(ACTOR, "reading"), (ACTOR, "ready"), (ACTOR, "current")]


def test_a_file_that_is_brought_in_at_once_is_a_version_too(desk: Desk, house: House, tmp_path: Path) -> None:
    path = house.write(tmp_path / "house.ifc")
    both = [
        bring_in(desk.worker, take(desk.settings, path), tenant=desk.tenant, name=desk.name, actor=ACTOR)
        for _ in range(2)
    ]
    assert [one.saved.unchanged for one in both] == [False, True]
    named = [
        one
        for one in model_versions.list_versions(desk.web, tenant=desk.tenant)
        if one.building_name == desk.name
    ]
    assert [(one.state, one.file_name) for one in named] == [("current", "house.ifc")]
