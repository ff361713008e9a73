"""What the tests of the console share: its page, and people who act elsewhere."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
from playwright.sync_api import Locator, Page, expect

from tests.support.site import KioskHttp, Site, StaffHttp

if TYPE_CHECKING:
    from tests.browser.conftest import Window

OpenWindow = Callable[..., "Window"]
DOCUMENT = {"type": "01", "number": "40100001"}


class Console:
    """One window with the console of one counter in it."""

    def __init__(self, window: "Window") -> None:
        self.window = window
        self.page: Page = window.page
        self.desk = self.page.locator("#desk")
        self.current = self.page.locator("#current")
        self.message = self.page.locator("#message")
        self.primary = self.page.locator("#primary")
        self.sheet = self.page.locator("dialog[open]")

    def press(self, *keys: str) -> None:
        """Press one key after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def settles(self) -> None:
        """Wait until nothing is under way."""
        expect(self.desk).to_have_attribute("aria-busy", "false")
        expect(self.page.locator("dialog[open][aria-busy]")).to_have_count(0)

    def knows(self, person: StaffHttp) -> None:
        """Wait until the page has seen everything that happened."""
        newest = person.http.get("/api/v1/console").json()["event_id"]
        self.page.wait_for_function(
            "(id) => document.getElementById('desk').dataset.event === id", arg=str(newest)
        )

    def stands(self, mode: str) -> None:
        """Wait until the counter is `mode` and nothing is under way."""
        expect(self.desk).to_have_attribute("data-mode", mode)
        expect(self.desk).to_have_attribute("aria-busy", "false")

    def listens(self) -> None:
        """Wait until a letter pressed now is an order: connected, idle, no sheet in the way."""
        expect(self.desk).to_have_attribute("data-letters", "true")
        expect(self.page.locator("#connection")).not_to_contain_text("Sin conexión")
        expect(self.sheet).to_have_count(0)
        self.settles()

    def row(self, number: str) -> Locator:
        """The row of a waiting ticket."""
        return self.page.locator(f"#line [data-ticket='{number}']")


def open_console(
    open_window: OpenWindow, site: Site, person: StaffHttp, counter: str = "V1", **size: int
) -> Console:
    """The console of `counter`, signed in as `person` and ready; nobody has opened the counter."""
    window = open_window(**(size or {"width": 1366, "height": 768}))
    window.sign_in(person, site.url)
    console = Console(window)
    console.page.goto(f"{site.url}/console?counter={counter}")
    expect(console.page.locator("body")).to_have_attribute("data-ready", "true")
    return console


def post(who: StaffHttp | KioskHttp, path: str, body: Any = None) -> dict[str, Any]:
    """The answer of an order that is granted."""
    answer = ask(who, path, body)
    assert answer.is_success, answer.text
    return answer.json()


def ask(who: StaffHttp | KioskHttp, path: str, body: Any = None) -> httpx.Response:
    """Whatever the server answers an order."""
    headers = {"Idempotency-Key": str(uuid4())}
    return who.http.post(f"/api/v1/{path}", headers=headers, json=body)


def sit(person: StaffHttp, counter: str = "V1") -> None:
    """`person` opens `counter`."""
    post(person, f"counters/{counter}/open", {"take_over": True})
