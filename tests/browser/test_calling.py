"""A call, from the button at the counter to the board in the waiting room."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from queue_server.staff.api import DISPLAY_COOKIE
from tests.browser.conftest import Window
from tests.browser.console import open_console, sit
from tests.support.site import KioskHttp, Site, StaffHttp

PAINTED_WITHIN_MS = 5000  # on a busy machine
OpenWindow = Callable[..., Window]


def open_display(open_window: OpenWindow, site: Site) -> Window:
    window = open_window(1920, 1080)
    window.context.add_cookies(
        [{"name": DISPLAY_COOKIE, "value": site.display_cookie(), "url": site.url}]
    )
    window.page.goto(f"{site.url}/display")
    expect(window.page.locator("body")).to_have_attribute("data-ready", "true")
    return window


@pytest.mark.usefixtures("empty_day")
def test_a_click_at_the_counter_is_on_the_board_at_once(
    open_window: OpenWindow, site: Site, kiosk: KioskHttp, staff: StaffHttp
) -> None:
    display = open_display(open_window, site)
    sit(staff)
    console = open_console(open_window, site, staff)
    number = kiosk.issue("information", attention_class="preferential").json()["number"]
    expect(console.page.locator("#next-number")).to_have_text(number)
    line = console.page.locator("[data-service=information]")
    expect(line.locator("[data-class=preferential]")).to_have_text("1")
    console.page.get_by_role("button", name="Llamar siguiente").click()
    expect(console.current).to_have_text(number)
    painted = display.page.locator(f"#newest[data-number='{number}'][data-painted-at]")
    expect(painted).to_be_visible()
    expect(painted).to_contain_text("Ventanilla 1")
    expect(display.page.locator("#newest-class")).to_have_text("Preferencial")
    clicked_at = console.page.evaluate("() => window.witness.clickedAt")
    took_ms = float(painted.get_attribute("data-painted-at") or 0) - clicked_at
    print(f"click to painted: {took_ms:.0f} ms")
    assert took_ms < PAINTED_WITHIN_MS
    assert display.complaints + console.window.complaints == []
