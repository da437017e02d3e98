from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from data.demo import readings_file
from data.demo.readings_file import ReadingsFile
from data.demo.replay import Replay, messages
from data.errors import BadInput

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SAID = "2025-01-01T10:00Z"


def load(folder: Path, text: str) -> ReadingsFile:
    path = folder / "file.csv"
    path.write_text(text, encoding="utf-8")
    return readings_file.load(path)


def columns(file: ReadingsFile) -> list[str]:
    return list(file.frame.columns)


@pytest.mark.parametrize("name", ["time", "Timestamp", "DATE", "when"])
def test_the_column_of_times_is_found_by_its_name_or_its_cells(tmp_path: Path, name: str) -> None:
    file = load(tmp_path, f"{name},co2\n{SAID},400\n")
    assert file.frame["at"].tolist() == [pd.Timestamp(SAID)]


@pytest.mark.parametrize(
    "time",
    [
        "1735725600",
        "1735725600000",
        "2025-01-01 11:00:00+01:00",
        "01/01/2025 10:00",
        "2025-01-01T10:00:00.000Z",
    ],
)
def test_times_come_in_many_spellings(tmp_path: Path, time: str) -> None:
    assert load(tmp_path, f"ts,v\n{time},1\n").frame["at"].tolist() == [pd.Timestamp(SAID)]


def test_a_date_and_a_time_of_day_that_stand_apart_are_one_time(tmp_path: Path) -> None:
    file = load(tmp_path, "Date;Time;t\n2025-01-01;10:00;21,5\n")
    assert file.frame.to_numpy().tolist() == [[pd.Timestamp(SAID), "", 21.5]]


def test_a_parquet_file_may_keep_its_times_in_the_index(tmp_path: Path) -> None:
    index = pd.DatetimeIndex([pd.Timestamp(SAID)], name="t")
    pd.DataFrame({"co2": [400.0]}, index=index).to_parquet(tmp_path / "x.parquet")
    assert readings_file.load(tmp_path / "x.parquet").frame["at"].tolist() == [pd.Timestamp(SAID)]


def test_a_column_of_rooms_is_the_device(tmp_path: Path) -> None:
    file = load(tmp_path, f"room,time,co2\n413,{SAID},400\n414,{SAID},500\n")
    assert file.frame["device"].tolist() == ["413", "414"]


def test_a_text_that_tells_equal_times_apart_is_the_device(tmp_path: Path) -> None:
    file = load(tmp_path, f"where,time,co2\nhall,{SAID},400\nattic,{SAID},500\n")
    assert file.frame["device"].tolist() == ["hall", "attic"]


def test_a_text_that_tells_nothing_apart_is_no_device(tmp_path: Path) -> None:
    file = load(tmp_path, f"weekday,time,co2\nMonday,{SAID},400\n")
    assert columns(file) == ["at", "device", "co2"]
    assert file.frame["device"].tolist() == [""]


def test_a_long_file_has_one_metric_a_row(tmp_path: Path) -> None:
    file = load(tmp_path, f"time,device,metric,value\n{SAID},a,co2,400\n{SAID},a,t,20\n{SAID},b,t,21\n")
    assert sorted(columns(file)) == ["at", "co2", "device", "t"]
    assert len(file.frame) == 2


def test_rows_are_put_into_the_order_of_time(tmp_path: Path) -> None:
    file = load(tmp_path, "time,v\n2025-01-02T00:00Z,2\n2025-01-01T00:00Z,1\n")
    assert file.frame["v"].tolist() == [1, 2]
    assert "Its rows are not in the order of time; they are put into it." in file.notes


def test_of_rows_with_one_time_the_first_is_used(tmp_path: Path) -> None:
    file = load(tmp_path, f"time,v\n{SAID},1\n{SAID},2\n")
    assert file.frame["v"].tolist() == [1]
    assert any("repeat a time" in note for note in file.notes)


def test_times_of_several_zones_are_each_taken_as_they_say(tmp_path: Path) -> None:
    file = load(tmp_path, "time,v\n2025-01-01T10:00Z,1\n2025-01-01T10:00+02:00,2\n")
    assert file.frame["v"].tolist() == [2, 1]
    assert "Its times are of several zones; each is taken as it says." in file.notes


def test_times_without_a_zone_are_utc(tmp_path: Path) -> None:
    file = load(tmp_path, "time,v\n2025-01-01 10:00,1\n")
    assert file.notes == ("Its times state no zone and are taken as UTC.",)


def test_rows_without_a_usable_time_are_left_out(tmp_path: Path) -> None:
    file = load(tmp_path, f"time,v\n{SAID},1\nsoon,2\n")
    assert file.notes == ("1 rows have no usable time and are left out.",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cannot be read"),
        ("time,v\n", "no rows"),
        ("a,b\n1,2\n", "no column of times"),
        (f"time,note\n{SAID},hello\n", "no column of numbers"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_reason(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        load(tmp_path, text)


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is not a file"):
        readings_file.load(tmp_path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="neither Parquet"):
        readings_file.load(tmp_path / "x.csv")


def two_rooms(folder: Path) -> ReadingsFile:
    return load(folder, "room,time,co2,t\n413,2025-01-01T10:00Z,400,\n414,2025-01-01T11:00Z,500,21\n")


def test_the_end_of_a_replayed_file_is_now(tmp_path: Path) -> None:
    said = list(messages(Replay(path=tmp_path / "rooms.csv"), two_rooms(tmp_path), now=NOW))
    assert [message.at for message in said] == [NOW - timedelta(hours=1), NOW]


def test_a_replayed_file_may_keep_its_times(tmp_path: Path) -> None:
    first, _ = messages(Replay(path=tmp_path / "rooms.csv", keep_time=True), two_rooms(tmp_path), now=NOW)
    assert first.at == datetime(2025, 1, 1, 10, tzinfo=UTC)


def test_a_replayed_row_is_an_object_with_its_time_and_without_missing_values(tmp_path: Path) -> None:
    first, _ = messages(Replay(path=tmp_path / "rooms.csv", keep_time=True), two_rooms(tmp_path), now=NOW)
    assert first.topic == "replay/rooms/413/telemetry"
    assert json.loads(first.payload) == {"time": "2025-01-01T10:00:00+00:00", "co2": 400}


def test_one_device_of_a_file_can_be_replayed(tmp_path: Path) -> None:
    (only,) = messages(Replay(path=tmp_path / "rooms.csv", device="414"), two_rooms(tmp_path), now=NOW)
    assert "/414/" in only.topic


def test_a_device_that_a_file_has_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="it has 413, 414"):
        list(messages(Replay(path=tmp_path / "rooms.csv", device="999"), two_rooms(tmp_path), now=NOW))


def test_wildcards_in_a_device_name_do_not_reach_the_topic(tmp_path: Path) -> None:
    file = load(tmp_path, f"room,time,v\na+#/$b,{SAID},1\n")
    (only,) = messages(Replay(path=tmp_path / "x.csv"), file, now=NOW)
    assert only.topic == "replay/x/a--/-b/telemetry"


def test_the_default_speed_is_as_fast_as_can_be() -> None:
    assert Replay(path=Path("x")).speed == math.inf
