"""What a role allows."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from flask import Flask
from flask_login import login_user
from pydantic import SecretStr

from dashboard.server import identity
from dashboard.server.identity import NotAllowed, NotSignedIn, Role, User, needs
from data.settings import Settings
from data.store.accounts import Account
from tests.unit import away


@pytest.fixture
def server(tmp_path: Path) -> Flask:
    server = Flask("test", static_folder=None)
    identity.install(server, Settings(home=tmp_path, secret_key=SecretStr("k" * 40)), away.store())
    return server


def _allowed(server: Flask, role: str) -> set[str]:
    """What an account of this role may do."""
    may = set()
    with server.test_request_context():
        login_user(User(Account(id=1, tenant_id=1, name="Ada", role=role, tenant="main")))
        for wanted in get_args(Role):
            try:
                may.add(needs(wanted)(lambda wanted=wanted: wanted)())
            except NotAllowed:
                continue
    return may


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("viewer", {"viewer"}),
        ("analyst", {"viewer", "analyst"}),
        ("operator", {"viewer", "operator"}),
        ("manager", {"viewer", "analyst", "operator", "manager"}),
        ("administrator", {"viewer", "analyst", "operator", "manager", "administrator"}),
        ("a role of a newer version", set()),
    ],
)
def test_a_role_allows_what_it_includes(server: Flask, role: str, may: set[str]) -> None:
    assert _allowed(server, role) == may


@pytest.mark.parametrize(("role", "lets"), [("viewer", False), ("analyst", False), ("operator", True)])
def test_a_page_can_ask_what_a_role_allows(server: Flask, role: str, lets: bool) -> None:
    with server.test_request_context():
        login_user(User(Account(id=1, tenant_id=1, name="Ada", role=role, tenant="main")))
        assert identity.may("operator") is lets


def test_the_current_account_is_the_one_signed_in(server: Flask) -> None:
    ada = Account(id=1, tenant_id=1, name="Ada", role="viewer", tenant="main")
    with server.test_request_context():
        login_user(User(ada))
        assert identity.current() == ada


def test_nobody_is_not_an_account(server: Flask) -> None:
    with server.test_request_context(), pytest.raises(NotSignedIn):
        identity.current()


def test_outside_a_request_there_is_no_account() -> None:
    with pytest.raises(NotSignedIn):
        needs("viewer")(lambda: None)()


def test_a_function_keeps_its_name_under_its_role() -> None:
    @needs("viewer")
    def show() -> None:
        """Show it."""

    assert (show.__name__, show.__doc__) == ("show", "Show it.")
