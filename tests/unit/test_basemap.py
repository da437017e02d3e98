"""What lies under the map: what may be set, and which hosts a browser is let to."""

import pytest
from flask import Flask

from dashboard import basemap
from dashboard.server import headers
from data.settings import Settings

TILES = "https://tiles.example/{z}/{x}/{y}.png"


def policy(settings: Settings) -> dict[str, str]:
    server = Flask(__name__)
    headers.install(server, [], basemap_hosts=basemap.hosts(settings))
    said = server.test_client().get("/").headers["Content-Security-Policy"]
    return dict(part.split(" ", 1) for part in said.split("; "))


def test_without_a_basemap_no_other_host_is_let_in() -> None:
    assert basemap.of(Settings(), "light") is None
    assert policy(Settings())["connect-src"] == "'self'"


def test_tiles_are_fetched_from_their_host_alone() -> None:
    settings = Settings(basemap=TILES)
    found = basemap.of(settings, "light")
    assert found is not None
    assert isinstance(found.style, dict)
    assert found.style["sources"]["tiles"]["tiles"] == [TILES]
    assert policy(settings)["connect-src"] == "'self' https://tiles.example"


def test_a_style_may_name_further_hosts() -> None:
    settings = Settings(basemap="https://maps.example/style.json", basemap_hosts=["https://*.tiles.example"])
    assert policy(settings)["img-src"].endswith("https://maps.example https://*.tiles.example")


def test_a_mapbox_token_brings_a_style_of_the_pages_scheme() -> None:
    styles = [basemap.of(Settings(basemap="pk.abc.def"), scheme) for scheme in ("light", "dark")]
    assert [one.style.rsplit("/")[-1] for one in styles if one and isinstance(one.style, str)] == [
        "light-v10",
        "dark-v10",
    ]


def test_a_mapbox_token_lets_in_the_hosts_of_mapbox_alone() -> None:
    hosts = "https://api.mapbox.com https://*.tiles.mapbox.com https://events.mapbox.com"
    assert policy(Settings(basemap="pk.abc.def"))["connect-src"] == f"'self' {hosts}"


def test_a_mapbox_token_is_not_written_with_the_settings() -> None:
    assert "pk.abc.def" not in repr(Settings(basemap="pk.abc.def"))


@pytest.mark.parametrize(
    "wrong",
    [
        "tiles.example/{z}/{x}/{y}.png",
        "ftp://tiles.example/style.json",
        "https://tiles.example/{z}/{x}.png",
        "https://tiles.example/a; script-src *",
        "https://tiles.example",
        "sk.secret",
    ],
)
def test_what_is_no_basemap_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="must"):
        Settings(basemap=wrong)


@pytest.mark.parametrize("wrong", ["tiles.example", "https://a.example/path", "https://a.example; x", "*"])
def test_what_is_no_host_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="must be hosts"):
        Settings(basemap_hosts=[wrong])
