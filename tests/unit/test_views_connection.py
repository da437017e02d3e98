"""Whether what the pages show is live."""

from datetime import timedelta

from dashboard.snapshot import AWAY, Snapshot
from dashboard.views import connection
from tests.unit.rows import NOW, row


def test_it_is_live_when_a_device_spoke_just_now() -> None:
    assert connection.state(Snapshot(rows=(row(),)), now=NOW).text == "live"


def test_a_still_building_tells_when_it_last_spoke() -> None:
    state = connection.state(Snapshot(rows=(row(),)), now=NOW + timedelta(minutes=5))
    assert (state.level, state.text) == ("still", "last update 5\u00a0min ago")


def test_a_database_that_is_away_comes_before_all_else() -> None:
    assert connection.state(Snapshot(rows=(row(),), problem=AWAY), now=NOW).text == "database away"


def test_before_the_first_device_there_is_none() -> None:
    assert connection.state(Snapshot(), now=NOW).text == "no device yet"
