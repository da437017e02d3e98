"""The README names what there is."""

from pathlib import Path

from data.settings import PREFIX, Settings

README = Path(__file__, "../../../README.md").resolve().read_text(encoding="utf-8")


def test_every_setting_stands_in_the_readme_as_it_is_described() -> None:
    rows = {
        line.split("|")[1].strip(" `"): line
        for line in README.splitlines()
        if line.startswith(f"| `{PREFIX}")
    }
    assert rows.keys() == {PREFIX + name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        assert str(field.description) in rows[PREFIX + name.upper()]
