"""What is said when something fails."""

from __future__ import annotations

from typing import Any

import pytest
from dash import Dash, Input, Output, html
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from dashboard.server import errors
from dashboard.server.identity import NotAllowed
from dashboard.shell import TOASTS
from data.errors import StoreBusy, StoreUnavailable


class _Secret(Exception):
    pass


FAILURES: dict[str, Exception] = {
    "away": StoreUnavailable(),
    "busy": StoreBusy(),
    "not-allowed": NotAllowed(),
    "unexpected": _Secret("the password is hunter2"),
}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    """A server whose every route and callback fails in one way."""
    server = Flask("dashboard", static_folder=None, template_folder="server/templates")
    app = Dash(
        "dashboard",
        server=server,  # type: ignore[arg-type]  # Dash takes one, its annotation forgot
        on_error=errors.toast,
        use_async=False,
        add_log_handler=False,
    )
    app.layout = html.Div([html.Div(id=name) for name in FAILURES])
    for name in FAILURES:
        _fail(app, server, name)
    errors.install(server)
    return server.test_client()


def _fail(app: Dash, server: Flask, name: str) -> None:
    @app.callback(Output(name, "children"), Output(name, "title"), Input(name, "id"))
    def fail(_: str) -> Any:
        raise FAILURES[name]

    @server.get(f"/api/{name}", endpoint=name)
    def fail_too() -> Any:
        raise FAILURES[name]


def _call(client: FlaskClient, name: str) -> Any:
    return client.post(
        "/_dash-update-component",
        json={
            "output": f"..{name}.children...{name}.title..",
            "outputs": [{"id": name, "property": "children"}, {"id": name, "property": "title"}],
            "inputs": [{"id": name, "property": "id", "value": name}],
            "changedPropIds": [],
        },
    ).json


@pytest.mark.parametrize(
    ("name", "status"), [("away", 503), ("busy", 503), ("not-allowed", 403), ("unexpected", 500)]
)
def test_a_failure_is_answered_as_a_problem(client: FlaskClient, name: str, status: int) -> None:
    answer = client.get(f"/api/{name}")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_the_insides_of_a_failure_stay_inside(client: FlaskClient) -> None:
    answer = client.get("/api/unexpected")
    assert "hunter2" not in answer.text
    assert "_Secret" not in answer.text


def test_an_unexpected_failure_is_in_the_log_under_the_number_it_is_answered_with(
    client: FlaskClient,
) -> None:
    with capture_logs() as logs:
        answer = client.get("/api/unexpected")
    assert [line["request_id"] for line in logs] == [answer.json["request_id"]] if answer.json else False


def test_an_outage_is_not_logged_by_every_request(client: FlaskClient) -> None:
    with capture_logs() as logs:
        client.get("/api/away")
    assert logs == []


@pytest.mark.parametrize("name", FAILURES)
def test_a_failed_callback_shows_a_toast_and_changes_nothing(client: FlaskClient, name: str) -> None:
    answer = _call(client, name)
    assert answer["response"] == {}
    [toast] = answer["sideUpdate"][TOASTS]["sendNotifications"]
    assert toast["message"]
    assert "hunter2" not in toast["message"]


def test_an_unknown_file_is_not_repeated_in_the_answer(client: FlaskClient) -> None:
    answer = client.get("/_dash-component-suites/<b>x/y.js")
    assert answer.status_code == 404
    assert "<b>" not in answer.text
