"""Settings come from the environment, and every bad one is named at once."""

from pathlib import Path

import pytest

from data.errors import BadSettings
from data.settings import Settings, load, read_or_make_secret


def test_with_no_setting_all_is_local() -> None:
    settings = load()
    assert (settings.database_url, settings.mqtt_url, settings.host, settings.port) == (
        None,
        None,
        "127.0.0.1",
        8050,
    )


def test_every_bad_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = {
        "PORT": "x",
        "DATABASE_URL": "mysql://u:hidden@h",
        "JSON_TOPICS": "{",
        "TYPO": "1",
        "SECRET_KEY": "hidden",
    }
    for name, value in bad.items():
        monkeypatch.setenv(f"CLERESTORY_{name}", value)
    with pytest.raises(BadSettings) as raised:
        load()
    sentences = str(raised.value).splitlines()
    assert {sentence.split("CLERESTORY_")[1].split(":")[0].split(" ")[0] for sentence in sentences} == set(
        bad
    )
    assert "hidden" not in str(raised.value)


def test_a_secret_is_never_shown() -> None:
    settings = Settings(database_url="postgresql://u:hidden@h/d", secret_key="hidden" * 10)
    assert "hidden" not in repr(settings)


def test_a_secret_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "key"
    assert read_or_make_secret(path) == read_or_make_secret(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["key"]
