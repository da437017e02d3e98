"""What a room's drawer is before any of its callbacks came back."""

from dashboard.pages import room_drawer


def test_a_drawer_that_opens_with_its_page_has_something_for_a_title_at_once() -> None:
    opened = room_drawer.drawer(5)
    assert opened.opened
    assert [type(part).__name__ for part in opened.title.children] == ["Skeleton"]
