"""The shell of a building's model: made by a job, served to the people of its tenant."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from dashboard.factory import create_app
from dashboard.views.shell import Shell, Shells
from data.building.bringing import bring_in, take
from data.errors import BadInput
from data.files import Files
from data.jobs.import_model import make_model_current
from data.jobs.model_files import make_missing_shells
from data.jobs.model_shell import model_shell
from data.settings import Settings
from data.store import Store, accounts, buildings, job_runs, jobs, model_jobs
from data.store.jobs import Job
from tests.store.test_model_versions import Desk, Owner, Work
from tests.store.test_model_versions import desk as desk
from tests.store.test_model_versions import settings as settings
from tests.store.test_model_versions import worker as worker
from tests.unit.ifc_models import House, box


@pytest.fixture
def house() -> House:
    """A house of one wall and one room."""
    made = House()
    made.extrude(made.add("IfcSpace", "101", part_of=made.storey), box(4, 3), 2.5, at=(0, 0, 0))
    made.extrude(made.add("IfcWall", "South", inside=made.storey), box(8, 0.25), 3, at=(0, 0, 0))
    return made


@pytest.fixture
def browser(settings: Settings, web: Store) -> Iterator[FlaskClient]:
    """Of somebody of the tenant "main"."""
    with create_app(settings, web).server.test_client() as client:
        assert client.get(urlsplit(accounts.new_signin_link(settings)).path).status_code == 302
        yield client


def brought_in(desk: Desk, house: House, folder: Path) -> tuple[int, Work]:
    """The address of a building's shell, and the work of the job that makes it."""
    version = desk.read(house, folder)
    building = make_model_current(desk.work(version))["building"]
    return building, desk.work(version)


def test_the_shell_is_served_once_it_is_made(
    desk: Desk, browser: FlaskClient, house: House, tmp_path: Path
) -> None:
    building, work = brought_in(desk, house, tmp_path)
    before = browser.get(f"/models/{building}/shell.glb", buffered=True)
    assert (before.status_code, before.mimetype) == (404, "application/problem+json")
    report = model_shell(work)
    after = browser.get(f"/models/{building}/shell.glb", buffered=True)
    assert (after.status_code, after.mimetype, after.data[:4]) == (200, "model/gltf-binary", b"glTF")
    assert (report["elements"], report["drawn"], report["bytes"]) == (1, 1, len(after.data))


def test_it_is_sent_packed_to_those_who_can_unpack(
    desk: Desk, browser: FlaskClient, house: House, tmp_path: Path
) -> None:
    building, work = brought_in(desk, house, tmp_path)
    model_shell(work)
    packed = browser.get(
        f"/models/{building}/shell.glb", headers={"Accept-Encoding": "gzip, br"}, buffered=True
    )
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == browser.get(f"/models/{building}/shell.glb", buffered=True).data


def test_what_a_browser_has_is_not_sent_again(
    desk: Desk, browser: FlaskClient, house: House, tmp_path: Path
) -> None:
    building, work = brought_in(desk, house, tmp_path)
    model_shell(work)
    etag = browser.get(f"/models/{building}/shell.glb", buffered=True).headers["ETag"]
    again = browser.get(f"/models/{building}/shell.glb", headers={"If-None-Match": etag}, buffered=True)
    assert (again.status_code, again.data) == (304, b"")


def test_no_cache_on_the_way_keeps_it(desk: Desk, browser: FlaskClient, house: House, tmp_path: Path) -> None:
    building, work = brought_in(desk, house, tmp_path)
    model_shell(work)
    served = browser.get(f"/models/{building}/shell.glb", buffered=True)
    assert (served.cache_control.private, served.cache_control.max_age) == (True, 60)


def test_the_shell_of_another_tenants_building_is_not_there(
    desk: Desk, browser: FlaskClient, house: House, tenant_ids: dict[str, int], tmp_path: Path
) -> None:
    other = next(tenant for name, tenant in tenant_ids.items() if name != "main")
    theirs = Desk(desk.settings, desk.web, desk.worker, other, desk.name)
    building, work = brought_in(theirs, house, tmp_path)
    model_shell(work)
    assert browser.get(f"/models/{building}/shell.glb", buffered=True).status_code == 404


def test_the_shell_of_a_version_that_is_not_there_is_refused(desk: Desk) -> None:
    with pytest.raises(BadInput, match=r"^There is no model version 999999\.$"):
        model_shell(desk.work(999_999))


def asked(desk: Desk) -> list[Job]:
    """The jobs that make a shell of a version of this test's building, the newest first."""
    with desk.worker.transaction(tenant=desk.tenant) as connection:
        found = connection.execute(
            """SELECT job.id FROM job JOIN model_version ON model_version.id = (arguments ->> 'version')::int
               WHERE kind = %s AND building_name = %s ORDER BY job.id DESC""",
            (model_jobs.SHELL, desk.name),
        ).fetchall()
    return [job for (one,) in found if (job := jobs.find(desk.worker, tenant=desk.tenant, job=one))]


def end(desk: Desk, job: Job, message: str | None) -> None:
    """End a job as a worker does."""
    run = job_runs.begin(desk.worker, tenant=desk.tenant, job=job.id)
    assert run is not None
    job_runs.finish(desk.worker, run, state="failed" if message else "done", message=message)


def said_of(desk: Desk, building: int) -> Shell | str:
    """What the building's page is told of its shell."""
    rows = buildings.list_buildings(desk.web, tenant=desk.tenant)
    (row,) = [one for one in rows if one.id == building]
    shells = Shells(desk.web, Files.of(desk.settings))
    return shells.of(row, tenant=desk.tenant, revision="1")


def test_a_shell_is_asked_for_when_a_model_becomes_current(desk: Desk, house: House, tmp_path: Path) -> None:
    brought_in(desk, house, tmp_path)
    assert [job.state for job in asked(desk)] == ["waiting"]


def test_it_is_asked_for_too_when_a_command_brings_the_model(
    desk: Desk, house: House, tmp_path: Path
) -> None:
    taken = take(desk.settings, house.write(tmp_path / "house.ifc"))
    for _ in range(2):  # the second finds the building as it is
        bring_in(desk.worker, taken, tenant=desk.tenant, name=desk.name, actor="command line")
        assert [job.state for job in asked(desk)] == ["waiting"]


def test_the_shell_of_one_file_is_asked_for_once(desk: Desk, house: House, tmp_path: Path) -> None:
    _, work = brought_in(desk, house, tmp_path)
    brought_in(desk, house, tmp_path)  # while the first waits
    assert len(asked(desk)) == 1
    model_shell(work)
    end(desk, asked(desk)[0], None)
    brought_in(desk, house, tmp_path)  # when it is there
    assert len(asked(desk)) == 1


def test_a_drawn_plan_has_no_shell(desk: Desk, tmp_path: Path) -> None:
    square = [[0, 0], [4, 0], [4, 3], [0, 3], [0, 0]]
    room = {
        "type": "Feature",
        "properties": {"kind": "room", "name": "101", "storey": "Ground"},
        "geometry": {"type": "Polygon", "coordinates": [square]},
    }
    path = tmp_path / "drawn.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "units": "m", "features": [room]}))
    taken = take(desk.settings, path)
    brought = bring_in(desk.worker, taken, tenant=desk.tenant, name=desk.name, actor="command line")
    assert asked(desk) == []
    assert said_of(desk, brought.saved.building) == "this plan was drawn from GeoJSON"


def test_until_a_shell_is_there_its_building_says_why(desk: Desk, house: House, tmp_path: Path) -> None:
    building, work = brought_in(desk, house, tmp_path)
    assert said_of(desk, building) == "is being made"
    end(desk, asked(desk)[0], "house.ifc takes longer than 600 s.")
    assert said_of(desk, building) == "could not be made: house.ifc takes longer than 600 s."
    model_shell(work)
    shell = said_of(desk, building)
    assert isinstance(shell, Shell)
    assert shell.address.startswith(f"/models/{building}/shell.glb?of=")
    assert shell.origin_m == (4.0, 0.0, 1.5)


def test_a_shell_that_is_missing_is_asked_for_again_after_a_day(
    desk: Desk, house: House, tmp_path: Path, owner: Owner
) -> None:
    brought_in(desk, house, tmp_path)
    (job,) = asked(desk)
    end(desk, job, "The kernel crashed.")
    make_missing_shells(desk.settings, Event())
    assert len(asked(desk)) == 1
    owner.execute("UPDATE job SET created_at = now() - interval '25 hours' WHERE id = %s", (job.id,))
    make_missing_shells(desk.settings, Event())
    assert [one.state for one in asked(desk)] == ["waiting", "failed"]


def test_a_shell_that_is_there_is_not_asked_for_again(
    desk: Desk, house: House, tmp_path: Path, owner: Owner
) -> None:
    _, work = brought_in(desk, house, tmp_path)
    model_shell(work)
    (job,) = asked(desk)
    end(desk, job, None)
    owner.execute("UPDATE job SET created_at = now() - interval '25 hours' WHERE id = %s", (job.id,))
    make_missing_shells(desk.settings, Event())
    assert len(asked(desk)) == 1
