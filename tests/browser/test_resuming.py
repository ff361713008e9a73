"""The server is killed and comes back: the board says so, and shows what it missed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Window
from tests.support.site import KioskHttp, Site, StaffHttp


@pytest.mark.usefixtures("empty_queue")
def test_a_call_made_while_the_board_was_cut_off_is_shown_afterwards(
    open_window: Callable[..., Window], site: Site, kiosk: KioskHttp, staff: StaffHttp
) -> None:
    first, second = (kiosk.issue("information").json()["number"] for _ in range(2))
    display = open_window(1920, 1080)
    display.page.goto(f"{site.url}/display")
    expect(display.page.locator("body")).to_have_attribute("data-ready", "true")
    staff.call_next("V1")
    newest, offline = display.page.locator("#newest-number"), display.page.locator("#offline")
    expect(newest).to_have_text(first)
    expect(offline).to_be_hidden()

    site.kill(site.processes[-1])
    expect(offline).to_be_visible()
    display.context.set_offline(True)
    site.start("web")
    site.wait_ready()
    assert staff.call_next("V2").json()["number"] == second
    expect(newest).to_have_text(first)

    display.context.set_offline(False)
    expect(newest).to_have_text(second)
    expect(offline).to_be_hidden()
    shown = display.page.evaluate("() => window.witness.shown.map((each) => each.number)")
    assert shown[shown.index(first) :] == [first, second], "each call once, none replayed"
