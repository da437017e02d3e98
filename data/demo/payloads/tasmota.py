"""Tasmota: `tele/<topic>/SENSOR` with a JSON object a chip and its time (SetOption52: with the zone)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from data.demo.payloads.said import Said, Spoken, iso


def air_messages(spoken: Spoken) -> Iterator[Said]:
    """A carbon dioxide sensor."""
    values = spoken.values
    chip = {
        "CarbonDioxide": round(values["co2"]),
        "Temperature": round(values["temperature"], 1),
        "Humidity": round(values["humidity"], 1),
        "DewPoint": round(_dew_point_c(values["temperature"], values["humidity"]), 1),
    }
    yield _sensor(spoken, {"SCD40": chip, "TempUnit": "C"})


def energy_messages(spoken: Spoken) -> Iterator[Said]:
    """A plug that meters."""
    meter = {"Total": round(spoken.values["energy"], 3), "Power": round(spoken.values["power"])}
    yield _sensor(spoken, {"ENERGY": meter})


def _sensor(spoken: Spoken, said: dict[str, Any]) -> Said:
    return Said(f"tele/{spoken.name}/SENSOR", json.dumps({"Time": iso(spoken.at)} | said))


def _dew_point_c(temp_c: float, humidity_pct: float) -> float:
    """Magnus form over water, WMO-No. 8, annex 4.B."""
    gamma = math.log(max(humidity_pct, 1.0) / 100.0) + 17.62 * temp_c / (243.12 + temp_c)
    return 243.12 * gamma / (17.62 - gamma)
