"""The only reader of the environment: every setting, its default and its check.

Each setting is the environment variable `CLERESTORY_<NAME>`. `load()` names every bad one at once.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from data.errors import BadSettings

PREFIX = "CLERESTORY_"

_HTTP_HOST = re.compile(r"https?://(\*\.)?[A-Za-z0-9.-]+(:\d+)?")
_HTTP_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?/[^\s;,'\"]*")


def _is_mapbox_token(said: str) -> bool:
    return re.fullmatch(r"pk\.[A-Za-z0-9._-]+", said) is not None


def _scheme(*allowed: str) -> AfterValidator:
    def check(url: SecretStr) -> SecretStr:
        if urlsplit(url.get_secret_value()).scheme not in allowed:
            # The value is a secret, so the sentence does not repeat it.
            raise ValueError(f"must be an address that starts with {' or '.join(f'{a}://' for a in allowed)}")
        return url

    return AfterValidator(check)


class JsonTopic(BaseModel):
    """One shape of JSON message: which topics carry it and where its values stand.

    `topic` is a template of levels: literal text, `+` for any one level, `{device}` or `{metric}`
    for the level that names it; a last `#` takes the rest. `values` maps a metric to the dotted
    path of its value; left out, every number or boolean of the object is a metric. `time`,
    `latitude` and `longitude` are dotted paths too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: str = Field(min_length=1)
    values: dict[str, str] = {}
    units: dict[str, str] = {}
    time: str | None = None
    latitude: str | None = None
    longitude: str | None = None


class Settings(BaseSettings):
    """All settings; the field descriptions are the README's table."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, hide_input_in_errors=True, enable_decoding=False
    )

    home: Path = Field(Path("var"), description="Folder of a local run's state: database, broker, secrets.")
    files: Path | None = Field(
        None,
        description="Folder of the files people bring in, shared by web and worker; unset: in `home`.",
    )
    host: str = Field("127.0.0.1", min_length=1, description="Address the web part listens on.")
    port: int = Field(8050, ge=1, le=65535, description="Port the web part listens on.")
    database_url: Annotated[SecretStr, _scheme("postgresql", "postgres")] | None = Field(
        None,
        description="The owner's address of a PostgreSQL database; unset: an embedded one is run.",
    )
    mqtt_url: Annotated[SecretStr, _scheme("mqtt", "mqtts")] | None = Field(
        None, description="Address of an MQTT 5 broker with account; unset: a local mosquitto is run."
    )
    mqtt_port: int = Field(18830, ge=1, le=65535, description="Port of the local broker on 127.0.0.1.")
    mqtt_topics: list[str] = Field(
        ["#"], min_length=1, description="Topic filters the ingest subscribes to (JSON list)."
    )
    mqtt_client_id: str = Field(
        "clerestory-ingest",
        min_length=1,
        description="The ingest's MQTT client id; one session on the broker belongs to it.",
    )
    tenant: str = Field(
        "main",
        pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$",
        description="Tenant of all topics that `CLERESTORY_TENANT_TOPICS` gives to no other.",
    )
    tenant_topics: dict[str, str] = Field(
        {},
        description=(
            'Topic prefix -> tenant (JSON object); the prefix is taken off. `{"sites/+": "+"}`: the level '
            "there names the tenant."
        ),
    )
    json_topics: list[JsonTopic] = Field(
        [],
        description=(
            "Shapes of JSON messages (JSON list): `topic` template, `values`, `units`, `time`, "
            "`latitude`, `longitude`."
        ),
    )
    device_timezone: str = Field("UTC", description="IANA time zone of device times that state none.")
    secret_key: SecretStr | None = Field(
        None,
        min_length=32,
        description="Signs sessions and derives the database roles' passwords; unset: made once in `home`.",
    )
    public_url: str | None = Field(
        None,
        description="Address people reach the web part at, when a proxy stands before it; without a path.",
    )
    session_hours: float = Field(12, gt=0, le=24 * 90, description="How long a sign-in lasts.")
    web_workers: int = Field(2, ge=1, le=64, description="Web processes.")
    web_threads: int = Field(8, ge=1, le=256, description="Threads of each web process.")
    max_upload_mb: int = Field(
        500, ge=1, le=10_000, description="Largest file that is taken in through the browser, in MB."
    )
    workers: int = Field(1, ge=1, le=64, description="How many jobs a worker process runs at once.")
    keep_readings_days: int | None = Field(
        None, ge=1, le=36_500, description="How many days readings and events are kept; unset: for ever."
    )
    keep_rollups_days: int | None = Field(
        None, ge=1, le=36_500, description="How many days rollups of 5 minutes are kept; unset: for ever."
    )
    keep_hourly_days: int | None = Field(
        None, ge=1, le=36_500, description="How many days rollups of 1 hour are kept; unset: for ever."
    )
    keep_dead_letters_days: int = Field(
        90, ge=1, le=36_500, description="How many days messages that were refused are kept."
    )
    keep_discarded_days: int = Field(
        30, ge=1, le=36_500, description="How many days files of refused and discarded models are kept."
    )
    columnstore_after_days: int = Field(
        30,
        ge=1,
        le=36_500,
        description="Age in days from which readings go into TimescaleDB's columnstore, where there is one.",
    )
    host_device: bool = Field(
        True,
        description="Whether the local broker gets the load, memory and disk of this machine as a device.",
    )
    demo: bool = Field(
        True, description="Whether a run on local servers alone has the demo building and its devices."
    )
    basemap: str | None = Field(
        None,
        repr=False,  # a token has no place in a log
        description=(
            "What lies under the map: raster tiles (`https://…/{z}/{x}/{y}.png`), a style's address or a "
            "Mapbox token (`pk.…`); unset: a plain grid, for which no other host is asked."
        ),
    )
    basemap_hosts: list[str] = Field(
        [],
        description="Further hosts that a basemap's style names (JSON list), such as `https://tiles.example`.",
    )
    basemap_attribution: str = Field("", description="Whom the map thanks for its basemap.")
    metrics_host: str = Field(
        "127.0.0.1", min_length=1, description="Address the ingest serves Prometheus metrics on."
    )
    metrics_port: int | None = Field(
        None, ge=1, le=65535, description="Port of the ingest's Prometheus metrics; unset: none are served."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level that is logged."
    )

    @field_validator("mqtt_topics", "tenant_topics", "json_topics", "basemap_hosts", mode="before")
    @classmethod
    def _parse_json(cls, value: object) -> object:
        # Done here and not by pydantic-settings, which stops at the first one that is not JSON.
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except json.JSONDecodeError as error:
            raise ValueError(f"is not JSON ({error})") from error

    @field_validator("device_timezone")
    @classmethod
    def _check_timezone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("must be an IANA time zone, such as Europe/Berlin")
        return name

    @field_validator("basemap")
    @classmethod
    def _check_basemap(cls, said: str | None) -> str | None:
        if said is None or _is_mapbox_token(said):
            return said
        # A plain address with letters of its own: it becomes part of a header.
        if not _HTTP_ADDRESS.fullmatch(said):
            raise ValueError(
                "must be the http(s) address of raster tiles with {z}, {x} and {y} or of a style, "
                "or a Mapbox token that starts with pk."
            )
        if "{" in said and not all(part in said for part in ("{z}", "{x}", "{y}")):
            raise ValueError("must have all of {z}, {x} and {y} where it is an address of tiles")
        return said

    @field_validator("basemap_hosts")
    @classmethod
    def _check_basemap_hosts(cls, hosts: list[str]) -> list[str]:
        if wrong := [host for host in hosts if not _HTTP_HOST.fullmatch(host)]:
            raise ValueError(f"must be hosts such as https://tiles.example, which {wrong[0]!r} is not")
        return hosts

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "")
        if url is not None and (
            parts.scheme not in ("http", "https") or parts.path.strip("/") or parts.query
        ):
            raise ValueError("must be http:// or https:// and a host, without a path")
        return url

    @cached_property
    def state(self) -> Path:
        """The state folder, absolute, made at first use; only its owner can list it."""
        home = self.home.expanduser().absolute()
        # Others may pass: started by root, the database and the broker run under another account.
        home.mkdir(parents=True, exist_ok=True, mode=0o711)
        return home

    @cached_property
    def secret(self) -> str:
        """The secret key: the setting, or the one made once in the state folder."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value()
        return read_or_make_secret(self.state / "secrets" / "secret_key")


def read_or_make_secret(path: Path) -> str:
    """A random secret kept in a file that only its owner reads; safe when two processes start at once."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        draft.touch(0o600, exist_ok=False)
        with draft.open("w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())  # a database made with it outlives a power cut, so it must too
        try:
            os.link(draft, path)  # fails when another process was first; its secret then counts
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def load() -> Settings:
    """Read the settings.

    Raises:
        BadSettings: one sentence a bad or unknown setting, all of them at once.
    """
    wrong = [
        f"{name} is not a setting; the README lists them all."
        for name in sorted(os.environ)
        if name.startswith(PREFIX)
        and not name.startswith(PREFIX + "TEST_")
        and name.removeprefix(PREFIX).lower() not in Settings.model_fields
    ]
    try:
        settings = Settings()
    except ValidationError as error:
        for item in error.errors():
            name = ".".join(str(part) for part in item["loc"]).upper()
            wrong.append(f"{PREFIX}{name}: {item['msg'].removeprefix('Value error, ')}.")
    if wrong:
        raise BadSettings("\n".join(wrong))
    return settings
