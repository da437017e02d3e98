"""deck.gl's script, which is left out of the pages: a browser fetches it when it first draws with it.

It is nearly half of all that a page would load. The other half of this is `assets/deck_script.js`.
"""

from __future__ import annotations

from pathlib import Path

import dash_deck
from dash.fingerprint import build_fingerprint

META = "deck-script"  # name of the tag that tells the page where it is

_FILE = "dash_deck.min.js"


def leave_out() -> None:
    """Let Dash serve the script but not name it in the page. Doing it twice is as once."""
    for script in dash_deck._js_dist:
        script["dynamic"] = True


def meta_tag() -> dict[str, str]:
    """What tells the page where the script is, as Dash takes it; each build of it has its own address."""
    modified = int((Path(dash_deck.__file__).parent / _FILE).stat().st_mtime)
    name = build_fingerprint(_FILE, dash_deck.__version__, modified)
    return {"name": META, "content": f"/_dash-component-suites/dash_deck/{name}"}
