"""Who looks at a page."""

from __future__ import annotations

from playwright.sync_api import Page

from data.settings import Settings
from data.store import accounts


def sign_in(page: Page, settings: Settings) -> None:
    """Sign the page's browser in as the first administrator, without drawing the Overview it leads to."""
    assert page.context.request.get(accounts.new_signin_link(settings)).ok
