"""Debian's Chromium against a real server process: one browser, one site, a fresh queue each."""

import contextlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4
from weakref import WeakSet

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from deploy.demo.room import FLAGS
from queue_server.staff.api import COOKIE
from tests.browser.console import Console, open_console, sit
from tests.support.applied import Register
from tests.support.site import KioskHttp, Site, StaffHttp, running_site

CHROMIUM = Path("/usr/bin/chromium")
SWITCHES = FLAGS  # as in the demo
DEADLINE_MS = 20_000
expect.set_options(timeout=DEADLINE_MS)

# Writes down, inside the page, when it was clicked and which calls became the newest, and when.
WITNESS = """
window.witness = { clickedAt: 0, shown: [] };
document.addEventListener("click", () => { window.witness.clickedAt = Date.now(); }, true);
document.addEventListener("DOMContentLoaded", () => {
  const newest = document.getElementById("newest");
  if (newest) new MutationObserver(() => {
    window.witness.shown.push({ number: newest.dataset.number, at: Date.now() });
  }).observe(newest, { attributeFilter: ["data-number"] });
});
"""


# What a page says of itself, for the report of a test that failed.
SAYS = """() => {
  const text = (each) => each.innerText.replace(/\\s+/g, " ").trim();
  const desk = document.getElementById("desk");
  const held = document.activeElement;
  return {
    desk: desk && { ...desk.dataset, busy: desk.getAttribute("aria-busy"), hidden: desk.hidden },
    ready: document.body.dataset.ready,
    title: document.title,
    focus: held && `${held.tagName.toLowerCase()}#${held.id} ${text(held).slice(0, 40)}`,
    message: [...document.querySelectorAll("#message, #connection, [role=alert]")].map(text),
    sheets: [...document.querySelectorAll("dialog[open]")].map(text),
  };
}"""


@dataclass(eq=False)
class Window:
    """One browser window of its own session. `complaints`: what its console complained about."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def sign_in(self, person: StaffHttp, url: str) -> None:
        """Carry `person`'s session, as if they had signed in here."""
        cookie = person.http.cookies[COOKIE]
        self.context.add_cookies([{"name": COOKIE, "value": cookie, "url": url}])

    def says(self) -> str:
        """The page's own words about itself, and what it complained about."""
        said: object = "it is closed"
        with contextlib.suppress(PlaywrightError):
            if not self.page.is_closed():
                said = self.page.evaluate(SAYS)
        return f"{self.page.url}\n  {said}\n  complaints: {self.complaints}"


_WINDOWS: WeakSet[Window] = WeakSet()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: "pytest.CallInfo[None]"
) -> Generator[None, Any, Any]:
    """A failed test shows what the page said at that moment, of every window that is open."""
    report = yield
    if report.failed and call.when != "teardown":
        for window in list(_WINDOWS):
            report.sections.append((f"The page, {item.name}", window.says()))
    return report


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing: install Debian's package `chromium`")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(SWITCHES))
        yield launched
        launched.close()


def _window(browser: Browser, width: int, height: int) -> Window:
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="es-PE", color_scheme="light"
    )
    context.add_init_script(WITNESS)
    context.set_default_timeout(DEADLINE_MS)
    window = Window(context, context.new_page())
    _WINDOWS.add(window)
    window.page.on(
        "console",
        lambda said: (
            window.complaints.append(said.text) if said.type in ("error", "warning") else None
        ),
    )
    window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
    return window


@pytest.fixture
def open_window(browser: Browser) -> Iterator[Callable[..., Window]]:
    """Opens windows of a given size; all are closed after the test."""
    contexts: list[BrowserContext] = []

    def open_one(width: int = 1440, height: int = 900) -> Window:
        window = _window(browser, width, height)
        contexts.append(window.context)
        return window

    yield open_one
    for context in contexts:
        context.close()
    _WINDOWS.difference_update([each for each in _WINDOWS if each.context in contexts])


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.fixture(scope="package")
def kiosk(site: Site) -> KioskHttp:
    return site.kiosk()


@pytest.fixture(scope="package")
def staff(site: Site) -> StaffHttp:
    return site.staff()


@pytest.fixture(scope="package")
def luis(site: Site) -> StaffHttp:
    """A second person at the counters."""
    return site.staff("luis")


@pytest.fixture(scope="package")
def boss(site: Site) -> StaffHttp:
    return site.staff("beatriz", role="supervisor")


@pytest.fixture(scope="package")
def register(site: Site) -> Iterator[Register]:
    """Puts applications into the site's database."""
    database = site.database()
    yield Register(database, "B01")
    database.close()


@pytest.fixture(scope="package")
def anas_console(browser: Browser, site: Site, staff: StaffHttp) -> Iterator[Console]:
    """One window with the console of V1 for all tests that leave it where it is."""
    window = _window(browser, 1366, 768)
    window.context.add_init_script("window.print = () => {};")  # no paper here
    yield open_console(lambda **_: window, site, staff)
    window.context.close()


@pytest.fixture
def reset_console(anas_console: Console, staff: StaffHttp, boss: StaffHttp) -> Console:
    """Ana's window at V1. Ana just opened it, nobody waits and every other counter is closed; the
    page may not know yet."""
    close_day(boss)
    sit(staff)
    anas_console.page.unroute_all()
    if anas_console.sheet.is_visible():  # of a test that failed
        anas_console.press("Escape")
    anas_console.window.complaints.clear()
    return anas_console


@pytest.fixture
def console(reset_console: Console, staff: StaffHttp) -> Console:
    """As `reset_console`, and the page knows and listens."""
    reset_console.knows(staff)
    reset_console.stands("free")
    reset_console.listens()
    return reset_console


@pytest.fixture(scope="module")
def left_empty(boss: StaffHttp) -> Iterator[None]:
    """The module's tests leave nobody waiting and no counter open."""
    yield
    close_day(boss)


@pytest.fixture
def empty_day(boss: StaffHttp) -> Iterator[None]:
    """Nobody waits, nobody is served and every counter is closed: before the test and after it."""
    close_day(boss)
    yield
    close_day(boss)


def close_day(boss: StaffHttp) -> None:
    """Close the day as a supervisor does."""
    headers = {"Idempotency-Key": str(uuid4())}
    boss.http.post("/api/v1/day/close", headers=headers).raise_for_status()


@pytest.fixture
def empty_queue(site: Site, staff: StaffHttp) -> None:
    """Serve whoever is left, so that a test begins with nobody waiting."""
    for counter in ("V1", "V2"):
        while (answer := staff.call_next(counter)).status_code != 404:
            body = answer.json()
            staff.finish(body["ticket"] if answer.status_code == 409 else body["ticket_id"])
