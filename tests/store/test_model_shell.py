"""The shell of a building's model: made by a job, served to the people of its tenant."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from dashboard.factory import create_app
from data.errors import BadInput
from data.jobs.import_model import make_model_current
from data.jobs.model_shell import model_shell
from data.settings import Settings
from data.store import Store, accounts
from tests.store.test_model_versions import Desk, Work
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
