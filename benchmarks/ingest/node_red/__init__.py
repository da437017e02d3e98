"""Node-RED from npm as a contender: installed when first needed, its flows written for each run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Literal

from psycopg.conninfo import conninfo_to_dict

from benchmarks.ingest import load
from benchmarks.ingest.stand import Run
from tests.ports import free_port
from tests.store_sources import CACHE, Unavailable, say

Flow = Literal["batched", "naive"]

_HERE = Path(__file__).parent
_FOLDER = CACHE / "benchmark-node-red"
_BROKER = "node-broker"  # ids are no word that a property may be: those count as references


def install() -> Path:
    """The folder with the versions that `package-lock.json` pins, brought by npm if they are not there.

    Raises:
        Unavailable: there is no Node.js here, or npm failed.
    """
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise Unavailable("Node-RED needs Node.js 18.5 or newer with npm (Debian: apt-get install npm).")
    lock = (_HERE / "package-lock.json").read_text()
    done = _FOLDER / "installed.json"
    if not done.exists() or done.read_text() != lock:
        say("Installing Node-RED from npm")
        _FOLDER.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(_HERE / name, _FOLDER)
        ended = subprocess.run(
            ["npm", "ci", "--omit=dev", "--no-audit", "--no-fund", "--ignore-scripts"],
            cwd=_FOLDER, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if ended.returncode:
            raise Unavailable(
                f"npm cannot install Node-RED: {(ended.stderr.strip() or '?').splitlines()[-1]}"
            )
        done.write_text(lock)
    return _FOLDER


def versions() -> dict[str, str]:
    """Which Node-RED and Node.js."""
    pinned = json.loads((_HERE / "package.json").read_text())["dependencies"]
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {"Node-RED": pinned["node-red"], "pg (npm)": pinned["pg"], "Node.js": node.removeprefix("v")}


def series_ids(prefix: str) -> dict[str, int]:
    """The ids its flows are given beforehand: it has no devices to discover and no ids to look up."""
    return {name: number for number, name in enumerate(load.series(prefix), start=1)}


def start(run: Run, flow: Flow) -> subprocess.Popen[bytes]:
    """Node-RED with one flow, between the run's session and its database."""
    folder, user = install(), run.folder / "node-red"
    user.mkdir(mode=0o700, exist_ok=True)
    (user / "flows.json").write_text(json.dumps(_flow(run, flow)))
    (user / "flows_cred.json").write_text(
        json.dumps({_BROKER: {"user": run.ingest.username, "password": run.ingest.password}})
    )
    (user / "ids.json").write_text(json.dumps(series_ids(run.prefix)))
    account = conninfo_to_dict(run.database)
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "dbname": "PGDATABASE",
    }
    environment = {
        **os.environ,
        **{names[key]: str(value) for key, value in account.items() if key in names},
        "BENCH_PORT": str(free_port()),
        "BENCH_IDS": str(user / "ids.json"),
        "NODE_PATH": str(folder / "node_modules"),
    }
    program = folder / "node_modules/node-red/red.js"
    with (run.folder / "node-red.log").open("ab") as log:
        return subprocess.Popen(
            ["node", str(program), "--userDir", str(user), "--settings", str(_HERE / "settings.js")],
            env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip


def _flow(run: Run, flow: Flow) -> list[dict[str, object]]:
    """From the subscription through two functions: what a message says, and how it is written."""
    return [
        {"id": "node-tab", "type": "tab", "label": flow},
        {
            "id": _BROKER, "type": "mqtt-broker", "broker": run.ingest.host, "port": str(run.ingest.port),
            "clientid": run.client_id, "autoConnect": True, "usetls": False, "protocolVersion": "4",
            "keepalive": "60", "cleansession": False, "autoUnsubscribe": False,
        },
        {
            "id": "node-in", "z": "node-tab", "type": "mqtt in", "topic": run.topic, "qos": "1",
            "datatype": "utf8", "broker": _BROKER, "inputs": 0, "wires": [["node-understand"]],
        },
        _function("understand", ["node-write"]) | {"id": "node-understand"},
        _function(flow, []) | {"id": "node-write"},
    ]  # fmt: skip


def _function(name: str, wires: list[str]) -> dict[str, object]:
    return {
        "z": "node-tab", "type": "function", "name": name, "func": (_HERE / f"{name}.js").read_text(),
        "outputs": 1, "timeout": 0, "initialize": "", "finalize": "", "libs": [], "wires": [wires],
    }  # fmt: skip
