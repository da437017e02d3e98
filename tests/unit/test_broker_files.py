"""The files that the local broker is started with."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from data.demo import broker, mosquitto_package
from data.errors import BrokerError
from data.settings import Settings

PORT = 18831


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a local run."""
    return Settings(home=tmp_path, mqtt_port=PORT)


@pytest.fixture
def prepared(settings: Settings) -> broker.LocalBroker:
    """The broker's files; no broker is started."""
    if broker.find_mosquitto() is None:
        pytest.skip("There is no mosquitto on this machine (Debian: apt-get install mosquitto).")
    return broker.prepare(settings)


def password(settings: Settings, account: broker.Name) -> str:
    """What an account of the broker signs in with."""
    found = re.fullmatch(rf"mqtt://{account}:([\w-]+)@127\.0\.0\.1:{PORT}", broker.address(settings, account))
    assert found
    return found[1]


def test_the_address_names_account_password_and_port(settings: Settings) -> None:
    assert len(password(settings, "ingest")) >= 43
    assert password(settings, "ingest") != password(settings, "device")


def test_a_broker_from_the_settings_is_used_for_every_account(tmp_path: Path) -> None:
    url = SecretStr("mqtts://twin:pw@broker.example:8883")
    settings = Settings(home=tmp_path, mqtt_url=url)
    assert broker.address(settings, "ingest") == broker.address(settings, "device") == url.get_secret_value()


def test_no_file_of_the_broker_holds_a_password_in_plain_text(
    prepared: broker.LocalBroker, settings: Settings
) -> None:
    text = "".join(path.read_text() for path in prepared.folder.iterdir())
    assert password(settings, "ingest") not in text
    assert password(settings, "device") not in text


def test_only_the_brokers_account_may_read_its_files(prepared: broker.LocalBroker) -> None:
    uid = prepared.account.uid if prepared.account else os.geteuid()
    modes = {(path.stat().st_uid, path.stat().st_mode & 0o777) for path in prepared.folder.iterdir()}
    folder = prepared.folder.stat()
    assert (folder.st_uid, folder.st_mode & 0o777, modes) == (uid, 0o700, {(uid, 0o600)})


def test_a_second_start_keeps_the_passwords(prepared: broker.LocalBroker, settings: Settings) -> None:
    before = (prepared.folder / "passwords").read_text()
    broker.prepare(settings)
    assert (prepared.folder / "passwords").read_text() == before


def test_a_second_start_keeps_rights_a_person_wrote(prepared: broker.LocalBroker, settings: Settings) -> None:
    with (prepared.folder / "rights").open("a") as file:
        file.write("user mine\ntopic readwrite mine/#\n")
    broker.prepare(settings)
    assert "user mine" in (prepared.folder / "rights").read_text()


@pytest.mark.parametrize(
    "line",
    ["allow_anonymous false", "persistence true", "autosave_interval 1", "max_queued_messages 1000000"],
)
def test_the_configuration_keeps_what_waits_and_lets_nobody_in_unasked(
    prepared: broker.LocalBroker, line: str
) -> None:
    assert line in (prepared.folder / "mosquitto.conf").read_text().splitlines()


def test_a_new_port_counts_at_the_next_start(prepared: broker.LocalBroker, settings: Settings) -> None:
    broker.prepare(settings.model_copy(update={"mqtt_port": PORT + 1}))
    assert f"listener {PORT + 1} 127.0.0.1" in (prepared.folder / "mosquitto.conf").read_text()


def test_a_machine_without_broker_and_packages_is_told_what_to_do(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(broker, "_PLACES", "/nowhere")
    with pytest.raises(BrokerError, match=r"install mosquitto 2\.0 or newer, or set CLERESTORY_MQTT_URL"):
        broker.prepare(settings)


def test_a_half_unpacked_package_is_not_taken_for_a_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mosquitto.draft").mkdir()
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BrokerError):
        mosquitto_package.unpack(tmp_path)
    assert not (tmp_path / "mosquitto").exists()


def test_libraries_are_found_where_a_package_puts_them(tmp_path: Path) -> None:
    folder = tmp_path / "usr/lib/x86_64-linux-gnu"
    folder.mkdir(parents=True)
    (folder / "libmosquitto.so.1").touch()
    assert mosquitto_package.library_path(tmp_path) == str(folder)
