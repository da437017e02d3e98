"""The shell of a building, drawn by a real browser with the loader that is shipped."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from typing import Any

import dash_deck
import numpy as np
import pytest
from dash import Dash, html
from flask import Flask, Response, request
from playwright.sync_api import Page
from werkzeug.serving import make_server

from dashboard import deck_script
from dashboard.factory import ASSETS
from dashboard.server import headers, models
from data.building import glb
from data.building.shell import Element, Part, Placed, Shell

VENDORED = ASSETS / "gltf" / "loaders.gl-gltf-2.2.8.min.js"
RED = (220, 20, 20, 255)
BOX = np.array([[x, y, z] for x in (0.0, 8.0) for y in (0.0, 2.0) for z in (0.0, 4.0)])
SIDES = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
FACES = np.array([corner for a, b, c, d in SIDES for corner in ((a, b, c), (a, c, d))], dtype=np.int32)

# How the shell is drawn beside other layers whose coordinates are metres in the model's axes, z up.
LAYER: dict[str, Any] = {
    "@@type": "ScenegraphLayer",
    "id": "shell",
    "data": [{"position": [4.0, 1.0, 2.0]}],  # origin_m of the file
    "scenegraph": "/shell.glb",
    "coordinateSystem": 0,  # cartesian
    "getPosition": "@@=position",
    "getOrientation": [0, 0, 90],  # glTF has y up
    "_lighting": "pbr",
}
DEPTHS = LAYER | {"id": "shell-depths", "parameters": {"colorMask": [False] * 4}}


def wall() -> Shell:
    """One red box, 8 m to the east, 2 m to the north, 4 m high."""
    element = Element(key=1, global_id="w", ifc_class="IfcWall", name="Wall", storey=None)
    placed = Placed(Part(RED, BOX, FACES), np.eye(3), np.zeros(3))
    return Shell(elements=(element,), bodies={1: (placed,)}, bare=())


@pytest.fixture(scope="module")
def fetched() -> list[str]:
    """What was asked of the server for the shell, a line each."""
    return []


@pytest.fixture(scope="module")
def address(fetched: list[str]) -> Iterator[str]:
    """A page with the shell alone, under the headers of the dashboard."""
    server = Flask("shell")
    content = glb.encode(wall(), (4.0, 1.0, 2.0))

    def shell() -> Response:
        fetched.append(request.full_path)
        held = {"Cache-Control": models.CACHE_CONTROL}
        return Response(content, mimetype="model/gltf-binary", headers=held)

    server.add_url_rule("/shell.glb", "glb", shell)
    deck_script.leave_out()
    app = Dash(
        "shell", server=server, assets_folder=str(ASSETS), use_async=False,  # type: ignore[arg-type]
        meta_tags=[deck_script.meta_tag()],
    )  # fmt: skip
    spec = {
        "initialViewState": {"target": [0, 1, 0], "zoom": 4, "rotationX": 0, "rotationOrbit": 0},
        "views": [{"@@type": "OrbitView", "controller": True}],
        "layers": [DEPTHS, LAYER],
    }
    app.layout = html.Div(
        dash_deck.DeckGL(id="deck", data=json.dumps(spec)),
        style={"position": "relative", "height": "400px", "width": "600px"},
    )
    with server.test_request_context():
        headers.install(server, headers.script_hashes(app.index()))
    running = make_server("127.0.0.1", 0, server, threaded=True)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    thread.join()


# The picture's own bytes in, what it shows in red out: left, top, right, bottom.
RED_IN = """async picture => {
    const image = new Image();
    image.src = "data:image/png;base64," + picture;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0);
    const pixels = pen.getImageData(0, 0, image.width, image.height).data;
    let found = null;
    for (let i = 0; i < pixels.length; i += 4) {
        if (pixels[i] < 60 || pixels[i] < 2 * pixels[i + 1] || pixels[i] < 2 * pixels[i + 2]) continue;
        const x = (i / 4) % image.width, y = Math.floor(i / 4 / image.width);
        found = found ? [Math.min(found[0], x), found[1], Math.max(found[2], x), y] : [x, y, x, y];
    }
    return found;
}"""


def red(page: Page) -> list[int] | None:
    picture = base64.b64encode(page.locator("canvas").first.screenshot()).decode()
    found: list[int] | None = page.evaluate(RED_IN, picture)
    return found


def test_the_shell_is_drawn_upright_in_its_place_and_colour(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("canvas")
    while (found := red(page)) is None:  # nothing says that it is drawn; the run's own limit ends this
        page.wait_for_timeout(250)
    left, top, right, bottom = found
    # Looked at is its lower corner in the west, from the south: it stands above and to the east of that.
    assert [left, bottom + 1] == pytest.approx([300, 200], abs=3)
    assert (right - left + 1) / (bottom - top + 1) == pytest.approx(8 / 4, rel=0.05)


def test_the_layers_of_the_shell_share_one_file(page: Page, address: str, fetched: list[str]) -> None:
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")  # the tests before have filled it
    fetched.clear()
    done: list[str] = []
    page.on("requestfinished", lambda request: done.append(request.url))
    page.goto(address)
    while sum("shell.glb" in one for one in done) < 2:  # one of each layer; the run's own limit ends this
        page.wait_for_timeout(100)
    assert len(fetched) == 1


def test_the_loader_is_the_published_one() -> None:
    stated = (ASSETS / "gltf" / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(VENDORED.read_bytes()).hexdigest() in stated
