"""The waiting room in Chromium: console, display and monitor, clicked and photographed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DEADLINE_MS = 15_000


class Room:
    """Three pages of one site: what staff, the waiting people and central IT look at."""

    def __init__(self, url: str, console: Page, display: Page, monitor: Page) -> None:
        self.url = url
        self.console = console
        self.display = display
        self.monitor = monitor

    def open(self, staff: tuple[str, str], it: tuple[str, str], counter: str) -> None:
        """Sign both people in and open every page."""
        self.display.goto(f"{self.url}/display")
        _sign_in(self.console, f"{self.url}/console?counter={counter}", staff)
        _sign_in(self.monitor, f"{self.url}/monitor", it)

    def call_next(self, number: str) -> float:
        """Click "Llamar al siguiente"; milliseconds until the display has painted `number`."""
        newest = self.display.locator(f'[data-number="{number}"][data-painted-at]')
        clicked = self.console.evaluate("Date.now()")
        self.console.get_by_role("button", name="Llamar al siguiente").click()
        newest.wait_for(timeout=DEADLINE_MS)
        painted = float(newest.get_attribute("data-painted-at") or 0)
        expect(self.console.get_by_role("button", name="Terminar")).to_be_enabled()
        return painted - clicked

    def finish(self) -> None:
        """Click "Terminar"."""
        self.console.get_by_role("button", name="Terminar").click()
        expect(self.console.get_by_role("button", name="Llamar al siguiente")).to_be_enabled()

    def wait_for_kiosk(self, code: str) -> None:
        """Until the monitor shows kiosk `code` (reloads: discovery and heartbeat take a moment)."""
        ends = time.monotonic() + DEADLINE_MS / 1000
        while time.monotonic() < ends:
            if self.monitor.get_by_text(code, exact=False).count():
                return
            self.monitor.wait_for_timeout(200)
        raise TimeoutError(f"the monitor does not show kiosk {code}")

    def pictures(self, folder: Path) -> list[Path]:
        """A PNG of each page as it is now."""
        pages = {"console": self.console, "display": self.display, "monitor": self.monitor}
        for name, page in pages.items():
            page.screenshot(path=folder / f"{name}.png")
        return [folder / f"{name}.png" for name in pages]


@contextmanager
def open_room(url: str) -> Iterator[Room]:
    """Chromium with a page each; closed with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        tv = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="es-PE")
        desk = browser.new_context(viewport={"width": 1366, "height": 820}, locale="es-PE")
        office = browser.new_context(viewport={"width": 1366, "height": 900}, locale="es-PE")
        try:
            yield Room(url, desk.new_page(), tv.new_page(), office.new_page())
        finally:
            browser.close()


def _sign_in(page: Page, address: str, person: tuple[str, str]) -> None:
    page.goto(address)
    page.locator('input[name="name"]').fill(person[0])
    page.locator('input[name="password"]').fill(person[1])
    page.locator('form button[type="submit"]').first.click()
    page.wait_for_url(lambda found: "/sign-in" not in found, timeout=DEADLINE_MS)
