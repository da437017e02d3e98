"""Pictures of the pages for people to look at: `python -m tests.e2e.screenshots SIGN_IN_LINK OUT_DIR`.

Overview, the map, the inbox, patterns, forecasts, the models, the system, a building's plan and 3D view, one
device and an address without a page, light and dark, as wide as a laptop and as a phone.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from urllib.parse import urljoin

from playwright.sync_api import Browser, Page, StorageState, sync_playwright

from dashboard.theme import Scheme
from tests import servers

SCHEMES: tuple[Scheme, ...] = ("light", "dark")
SIZES = {"1440": (1440, 900), "390": (390, 844)}
_DRAWN_MS = 4_000  # nothing on the page says when a canvas is drawn


def take(browser: Browser, link: str, folder: Path) -> None:
    """Sign in once and write all pictures."""
    first = browser.new_context()
    page = first.new_page()
    page.goto(link)
    page.wait_for_selector(".device-card")
    cards = page.locator(".device-card")
    rooms = cards.filter(has_text="CO₂")
    device = (rooms if rooms.count() else cards).first
    pages = {
        "overview": "/",
        "map": "/map",
        "devices": "/devices",
        "patterns": "/patterns",
        "forecasts": "/forecasts",
        "admin": "/admin",
        "system": "/system",
        "device": device.get_attribute("href") or "/",
        "not-found": "/nowhere",
    }
    buildings = page.locator("a[href^='/building/']")
    if buildings.count():
        demo = buildings.filter(has_text="Demo office")
        building = (demo if demo.count() else buildings).first.get_attribute("href") or "/"
        pages |= {"building": building, "building-3d": f"{building}?view=3d"}
    # The cookies alone: what the page has stored besides names a scheme, which would win over the browser's.
    session: StorageState = {"cookies": first.storage_state()["cookies"]}
    for scheme in SCHEMES:
        for width, (columns, rows) in SIZES.items():
            context = browser.new_context(
                storage_state=session,
                color_scheme=scheme,
                viewport={"width": columns, "height": rows},
                device_scale_factor=2 if columns < 500 else 1,
                is_mobile=columns < 500,
            )
            for name, path in pages.items():
                picture = context.new_page()
                picture.goto(urljoin(link, path))
                _settle(picture)
                picture.screenshot(path=folder / f"{name}-{scheme}-{width}.png", full_page=True)
                picture.close()
            context.close()


def _settle(page: Page) -> None:
    page.wait_for_selector(
        ".device-card, .inbox-card, .upload, .verdict, .graph .xtick, .plan .nsewdrag, "
        ".pattern, .forecast-row, .notice, .deck canvas"
    )
    if page.locator(".deck").count():
        page.wait_for_timeout(_DRAWN_MS)
    page.wait_for_selector(".connection.odd, .connection.even")
    page.evaluate("document.fonts.ready")


def main(arguments: list[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.e2e.screenshots", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("link", help="a sign-in link that was not used yet")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    options = parser.parse_args(arguments)
    program = servers.chromium()
    if program is None:
        parser.exit(3, "There is no Chromium on this machine (Debian: apt-get install chromium).\n")
    options.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=servers.CHROMIUM_ARGUMENTS)
        take(browser, options.link, options.folder)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
