"""Files on their way into file storage: who may send one, how large it may be, what stays of a broken one."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboard.factory import create_app
from dashboard.server import csrf, upload
from data.files import Files
from data.settings import Settings
from data.store import Store, model_jobs, model_versions
from data.store.accounts import new_signin_link

Owner = psycopg.Connection[tuple[Any, ...]]

CONTENT = b"ISO-10303-21;" * 1000
LIMIT_MB = 5


@pytest.fixture
def settings(migrated: Settings, tmp_path: Path) -> Settings:
    return migrated.model_copy(update={"files": tmp_path / "files", "max_upload_mb": LIMIT_MB})


@pytest.fixture
def member(settings: Settings, web: Store) -> FlaskClient:
    """A browser that an administrator is signed in with."""
    client: FlaskClient = create_app(settings, web).server.test_client()
    assert client.get(urlsplit(new_signin_link(settings)).path).status_code == 302
    assert client.get("/_dash-layout").status_code == 200  # brings the cookie
    return client


@pytest.fixture
def manager(member: FlaskClient, settings: Settings, web: Store, owner: Owner) -> Iterator[FlaskClient]:
    """The same person, who is a manager from now on."""
    again: FlaskClient = create_app(settings, web).server.test_client()  # which does not know the old role
    for name in ("clerestory_session", csrf.COOKIE):
        cookie = member.get_cookie(name)
        assert cookie is not None
        again.set_cookie(name, cookie.value)
    owner.execute("UPDATE account SET role = 'manager' WHERE tenant_id = 1")
    yield again
    owner.execute("UPDATE account SET role = 'administrator' WHERE tenant_id = 1")


def send(
    client: FlaskClient,
    content: bytes = CONTENT,
    *,
    name: str = "house.ifc",
    proof: str | None = None,
    size: int | None = None,
    **environ: Any,
) -> TestResponse:
    """Send a file as a browser does; with another stated size than it has, and otherwise odd, if wanted."""
    headers = {csrf.HEADER: proof or proof_of(client), upload.FILE_NAME: quote(name)}
    stated = {"CONTENT_LENGTH": str(len(content) if size is None else size)}
    return client.post(
        upload.ADDRESS, input_stream=io.BytesIO(content), headers=headers, environ_overrides=stated | environ
    )


def proof_of(client: FlaskClient) -> str:
    cookie = client.get_cookie(csrf.COOKIE)
    assert cookie is not None
    return cookie.value


def kept(settings: Settings) -> list[Path]:
    """Every file in storage, drafts included."""
    return [path for path in Files.of(settings).folder.rglob("*") if path.is_file()]


def test_a_file_is_kept_by_its_content_and_is_to_be_read(
    member: FlaskClient, settings: Settings, web: Store
) -> None:
    answer = send(member, name="Häuser/North_wing.ifc")
    assert answer.status_code == 201
    number = answer.json["version"] if answer.json else 0
    version = model_versions.find(web, tenant=1, version=number)
    assert version is not None
    assert (version.file_name, version.building_name) == ("North_wing.ifc", "North wing")
    assert Files.of(settings).path(version.file_sha256).read_bytes() == CONTENT
    job = model_jobs.newest(web, tenant=1, version=number)[number]
    assert (job.kind, job.state) == (model_jobs.READ, "waiting")


def test_a_file_above_the_limit_of_other_requests_is_taken(member: FlaskClient) -> None:
    assert send(member, b"x" * (LIMIT_MB << 20)).status_code == 201


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    member: FlaskClient, settings: Settings
) -> None:
    answer = send(member, size=(LIMIT_MB << 20) + 1)
    assert answer.status_code == 413
    assert answer.json is not None
    assert answer.json["detail"] == "The file is larger than 5 MB, which is the most that is taken in here."
    assert not kept(settings)


def test_an_empty_file_is_refused(member: FlaskClient) -> None:
    answer = send(member, b"")
    assert answer.json is not None
    assert (answer.status_code, answer.json["detail"]) == (400, "The file is empty.")


@pytest.mark.parametrize("says_so", [True, False], ids=["server that limits", "server that does not"])
def test_a_file_that_breaks_off_leaves_nothing_behind(
    member: FlaskClient, settings: Settings, web: Store, *, says_so: bool
) -> None:
    before = len(model_versions.list_versions(web, tenant=1))
    told: dict[str, Any] = {} if says_so else {"wsgi.input_terminated": True}
    answer = send(member, CONTENT[:5000], size=len(CONTENT), **told)
    assert answer.status_code == 400
    assert not kept(settings)
    assert len(model_versions.list_versions(web, tenant=1)) == before


def test_a_request_without_the_sessions_proof_is_refused(member: FlaskClient, settings: Settings) -> None:
    assert send(member, proof="another").status_code == 403
    assert not kept(settings)


def test_a_manager_can_bring_nothing_in(manager: FlaskClient, settings: Settings) -> None:
    assert send(manager).status_code == 403
    assert not kept(settings)
