"""What stands around a floor plan."""

from dashboard.components import plan_controls


def said(key: list[object]) -> str:
    return " ".join(str(one) for one in key)


def test_the_key_explains_the_outline_of_odd_rooms_where_there_are_any() -> None:
    assert "swatch odd" in said(plan_controls.key(ages=False, odd="marked"))
    assert "unlike" not in said(plan_controls.key(ages=False))


def test_the_key_says_why_no_room_of_the_past_is_marked_as_odd() -> None:
    key = said(plan_controls.key(ages=False, odd="not known then"))
    assert "live only" in key
    assert "swatch odd" not in key
