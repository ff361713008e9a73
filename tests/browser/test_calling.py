"""A call, from the button at the counter to the board in the waiting room."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Window
from tests.support.site import KioskHttp, Site, StaffHttp

pytestmark = pytest.mark.usefixtures("empty_queue")
OpenWindow = Callable[..., Window]

READABLE_MS = 2500
PAINTED_WITHIN_MS = 1500

# Resolves once every one of the numbers has been the newest, or after eight seconds.
ALL_SHOWN = """(numbers) => new Promise((resolve) => {
  setTimeout(resolve, 8000);
  const look = () => {
    const shown = new Set(window.witness.shown.map((each) => each.number));
    if (numbers.every((each) => shown.has(each))) resolve(); else requestAnimationFrame(look);
  };
  look();
})"""

# The board without its queue: whoever is called last takes the place at once.
NO_QUEUE = """
export class CallQueue {
  constructor(show) { this.show = show; }
  push(call) { this.show(call); }
}
"""


class Swallowed(AssertionError):
    """A call was not the newest on the board for long enough to be read."""


def open_display(open_window: OpenWindow, site: Site) -> Window:
    window = open_window(1920, 1080)
    window.page.goto(f"{site.url}/display")
    expect(window.page.locator("body")).to_have_attribute("data-ready", "true")
    return window


def open_console(open_window: OpenWindow, site: Site, staff: StaffHttp) -> Window:
    window = open_window()
    window.sign_in(staff, site.url)
    window.page.goto(f"{site.url}/console?counter=V1")
    expect(window.page.locator("body")).to_have_attribute("data-ready", "true")
    return window


def shown(page: Page) -> list[dict[str, Any]]:
    return page.evaluate("() => window.witness.shown")


def call_at_once(staff: StaffHttp) -> set[str]:
    """Both counters call in the same instant; the numbers called."""
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(staff.call_next, ("V1", "V2")))
    return {answer.json()["number"] for answer in answers}


def check_nothing_swallowed(page: Page, numbers: set[str]) -> None:
    """Each of `numbers` becomes the newest and stays readable. Raises Swallowed."""
    listed = page.locator("#recent li")
    for number in numbers:
        expect(listed.filter(has_text=number)).to_be_visible()
    page.evaluate(ALL_SHOWN, sorted(numbers))
    history = [each for each in shown(page) if each["number"] in numbers]
    if {each["number"] for each in history} != numbers:
        raise Swallowed(f"called {sorted(numbers)}, shown {history}")
    for earlier, later in pairwise(history):
        if later["at"] - earlier["at"] < READABLE_MS:
            raise Swallowed(f"{earlier['number']} gave way too soon: {history}")


def test_a_click_at_the_counter_is_on_the_board_at_once(
    open_window: OpenWindow, site: Site, kiosk: KioskHttp, staff: StaffHttp
) -> None:
    display = open_display(open_window, site)
    console = open_console(open_window, site, staff)
    number = kiosk.issue("information", attention_class="preferential").json()["number"]
    expect(console.page.locator("#next")).to_have_text(number)
    expect(
        console.page.locator("[data-service=information] [data-class=preferential]")
    ).to_have_text("1")
    console.page.get_by_role("button", name="Llamar al siguiente").click()
    expect(console.page.locator("#current")).to_have_text(number)
    painted = display.page.locator(f"#newest[data-number='{number}'][data-painted-at]")
    expect(painted).to_be_visible()
    expect(painted).to_contain_text("Ventanilla 1")
    expect(display.page.locator("#newest-class")).to_have_text("Preferencial")
    clicked_at = console.page.evaluate("() => window.witness.clickedAt")
    took_ms = float(painted.get_attribute("data-painted-at") or 0) - clicked_at
    print(f"click to painted: {took_ms:.0f} ms")
    assert took_ms < PAINTED_WITHIN_MS
    assert display.complaints + console.complaints == []


def test_two_counters_calling_in_the_same_instant_are_both_read(
    open_window: OpenWindow, site: Site, kiosk: KioskHttp, staff: StaffHttp
) -> None:
    display = open_display(open_window, site)
    for _ in range(2):
        kiosk.issue("information")
    check_nothing_swallowed(display.page, call_at_once(staff))


@pytest.mark.negative_control
def test_a_board_without_its_queue_swallows_a_call_and_is_caught(
    open_window: OpenWindow, site: Site, kiosk: KioskHttp, staff: StaffHttp
) -> None:
    display = open_window(1920, 1080)
    display.page.route(
        "**/static/calls.js",
        lambda route: route.fulfill(body=NO_QUEUE, content_type="text/javascript"),
    )
    display.page.goto(f"{site.url}/display")
    expect(display.page.locator("body")).to_have_attribute("data-ready", "true")
    for _ in range(2):
        kiosk.issue("information")
    with pytest.raises(Swallowed):
        check_nothing_swallowed(display.page, call_at_once(staff))


def test_the_keyboard_alone_calls_and_finishes(
    open_window: OpenWindow, site: Site, kiosk: KioskHttp, staff: StaffHttp
) -> None:
    first, second = (kiosk.issue("information").json()["number"] for _ in range(2))
    console = open_console(open_window, site, staff)
    page = console.page
    current = page.locator("#current")
    expect(page.locator("#call")).to_be_focused()
    page.keyboard.press("Enter")
    expect(current).to_have_text(first)
    expect(page.locator("#finish")).to_be_focused()
    page.keyboard.press("Enter")
    expect(current).to_be_empty()
    page.keyboard.press("F2")
    expect(current).to_have_text(second)
    page.keyboard.press("F9")
    expect(current).to_be_empty()
    assert console.complaints == []


def test_an_empty_line_is_said_in_words_that_a_screen_reader_hears(
    open_window: OpenWindow, site: Site, staff: StaffHttp
) -> None:
    page = open_console(open_window, site, staff).page
    page.keyboard.press("F2")
    expect(page.get_by_role("status").filter(has_text="No hay nadie esperando")).to_be_visible()


def test_a_lost_reply_is_asked_for_again_with_the_same_key_and_calls_nobody_twice(
    open_window: OpenWindow, site: Site, kiosk: KioskHttp, staff: StaffHttp
) -> None:
    first = kiosk.issue("information").json()["number"]
    kiosk.issue("information")
    page = open_console(open_window, site, staff).page
    keys: list[str] = []

    def lose_first_reply(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/call-next", lose_first_reply)
    page.keyboard.press("F2")
    expect(page.locator("#message")).to_have_text(f"Llamó al turno {first}.")
    assert len(keys) == 2
    assert keys[0] == keys[1]
    expect(page.locator("#total")).to_have_text("1")


def test_the_board_says_whom_it_called_last_when_it_is_switched_on(
    open_window: OpenWindow, site: Site, kiosk: KioskHttp, staff: StaffHttp
) -> None:
    number = kiosk.issue("information").json()["number"]
    staff.call_next("V2")
    display = open_display(open_window, site)
    expect(display.page.locator("#newest-number")).to_have_text(number)
    expect(display.page.locator("#newest-class")).to_have_text("Regular")
    expect(display.page.locator("#recent li").first).to_contain_text(number)
