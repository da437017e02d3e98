"""Files of models that were let go are dropped after their time, and none that anything refers to."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import psycopg
import pytest

from data.files import Files
from data.jobs import tasks
from data.jobs.import_model import make_model_current
from data.jobs.model_files import prune
from data.store import matches, model_versions
from data.store.model_versions import Version
from tests.store.test_model_versions import ACTOR, Desk
from tests.store.test_model_versions import desk as desk
from tests.store.test_model_versions import house as house
from tests.store.test_model_versions import settings as settings
from tests.store.test_model_versions import worker as worker
from tests.unit.ifc_models import House

Owner = psycopg.Connection[tuple[object, ...]]
LONG_AGO = timedelta(days=31)


def discarded(desk: Desk, house: House, folder: Path) -> Version:
    """A version that was read and let go."""
    number = desk.read(house, folder)
    assert model_versions.discard(desk.web, tenant=desk.tenant, version=number, actor=ACTOR)
    return desk.version(number)


def age(desk: Desk, owner: Owner, *versions: Version) -> None:
    """Let versions and their files be as old as if all was done long ago."""
    for version in versions:
        owner.execute(
            """UPDATE model_version SET created_at = created_at - %(by)s, decided_at = decided_at - %(by)s
               WHERE id = %(id)s""",
            {"by": LONG_AGO, "id": version.id},
        )
        then = (datetime.now(UTC) - LONG_AGO).timestamp()
        os.utime(Files.of(desk.settings).path(version.file_sha256), (then, then))


def is_kept(desk: Desk, version: Version) -> bool:
    """Whether anything of a version's file is in storage."""
    return Files.of(desk.settings).path(version.file_sha256).parent.exists()


def test_a_discarded_file_goes_with_what_was_read_from_it(
    desk: Desk, house: House, tmp_path: Path, owner: Owner
) -> None:
    version = discarded(desk, house, tmp_path)
    assert prune(desk.settings, Event()) == 0
    age(desk, owner, version)
    assert prune(desk.settings, Event()) == 1
    assert not is_kept(desk, version)


def test_a_refused_file_goes_too(desk: Desk, owner: Owner) -> None:
    number = desk.bring(f"no model: {desk.name}".encode())
    model_versions.refuse(desk.worker, tenant=desk.tenant, version=number, message="No.", actor=ACTOR)
    age(desk, owner, desk.version(number))
    assert prune(desk.settings, Event()) == 1
    assert not is_kept(desk, desk.version(number))


def test_the_nightly_task_does_it(desk: Desk, house: House, tmp_path: Path, owner: Owner) -> None:
    version = discarded(desk, house, tmp_path)
    age(desk, owner, version)
    tasks.keep(desk.settings, Event())
    assert not is_kept(desk, version)


def test_a_file_that_another_tenant_has_stays(
    desk: Desk, house: House, tmp_path: Path, owner: Owner, tenant_ids: dict[str, int]
) -> None:
    version = discarded(desk, house, tmp_path)
    other = Desk(desk.settings, desk.web, desk.worker, tenant_ids["acme"], desk.name)
    theirs = other.version(other.bring(house.write(tmp_path / "theirs.ifc").read_bytes()))
    assert theirs.file_sha256 == version.file_sha256
    age(desk, owner, version, theirs)
    assert prune(desk.settings, Event()) == 0
    assert is_kept(desk, version)


def test_a_file_that_was_let_go_twice_stays_until_the_later_time(
    desk: Desk, house: House, tmp_path: Path, owner: Owner
) -> None:
    first = discarded(desk, house, tmp_path)
    again = desk.bring(house.write(tmp_path / "again.ifc").read_bytes())
    model_versions.discard(desk.web, tenant=desk.tenant, version=again, actor=ACTOR)
    age(desk, owner, first)
    assert prune(desk.settings, Event()) == 0
    age(desk, owner, desk.version(again))
    assert prune(desk.settings, Event()) == 1


@pytest.mark.parametrize("returned", [False, True], ids=["replaced", "returned from"])
def test_what_can_be_made_current_again_stays(
    desk: Desk, house: House, tmp_path: Path, owner: Owner, returned: bool
) -> None:
    numbers = []
    for name in ("101a", "102a"):
        house.add("IfcSpace", name, part_of=house.storey)
        numbers.append(desk.read(house, tmp_path))
        building = make_model_current(desk.work(numbers[-1]))["building"]
    if returned:
        matches.return_to_previous(desk.web, building=building, tenant=desk.tenant, actor=ACTOR)
    versions = [desk.version(number) for number in numbers]
    assert {one.state for one in versions} == {"current", "replaced"}
    # The same files were let go once before, too.
    for version in versions:
        content = Files.of(desk.settings).path(version.file_sha256).read_bytes()
        before = desk.bring(content)
        model_versions.discard(desk.web, tenant=desk.tenant, version=before, actor=ACTOR)
        age(desk, owner, version, desk.version(before))
    assert prune(desk.settings, Event()) == 0
    assert all(is_kept(desk, one) for one in versions)


def test_a_run_that_is_told_to_stop_drops_nothing_more(
    desk: Desk, house: House, tmp_path: Path, owner: Owner
) -> None:
    version = discarded(desk, house, tmp_path)
    age(desk, owner, version)
    stop = Event()
    stop.set()
    assert prune(desk.settings, stop) == 0
    assert is_kept(desk, version)
