"""What lies under the map, as the settings say, and which hosts a browser must be let to for it."""

from __future__ import annotations

from urllib.parse import urlsplit

from dashboard.figures.map import Basemap
from dashboard.theme import Scheme
from data.settings import Settings

# Its terms have every map told to the last one.
_MAPBOX_HOSTS = ("https://api.mapbox.com", "https://*.tiles.mapbox.com", "https://events.mapbox.com")
_MAPBOX_STYLES: dict[Scheme, str] = {"light": "light-v10", "dark": "dark-v10"}
_NO_KEY = "none"  # the drawing library wants a word here, and asks nobody about it


def of(settings: Settings, scheme: Scheme) -> Basemap | None:
    """The basemap; None: a plain grid, for which no other host is asked."""
    said = settings.basemap
    if said is None:
        return None
    if said.startswith("pk."):
        return Basemap(style=f"mapbox://styles/mapbox/{_MAPBOX_STYLES[scheme]}", key=said)
    if "{z}" not in said:
        return Basemap(style=said, key=_NO_KEY)
    tiles = {"type": "raster", "tiles": [said], "tileSize": 256}
    layer = {"id": "tiles", "type": "raster", "source": "tiles"}
    return Basemap(style={"version": 8, "sources": {"tiles": tiles}, "layers": [layer]}, key=_NO_KEY)


def hosts(settings: Settings) -> list[str]:
    """The hosts that the basemap is fetched from, as a Content-Security-Policy names them."""
    said = settings.basemap
    if said is None:
        return []
    if said.startswith("pk."):
        return [*_MAPBOX_HOSTS, *settings.basemap_hosts]
    address = urlsplit(said)
    return [f"{address.scheme}://{address.netloc}", *settings.basemap_hosts]
