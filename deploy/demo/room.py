"""Everybody's browser: console, display, phone, office and monitor, clicked and photographed."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate
from playwright.sync_api import Browser, Page, expect, sync_playwright

from deploy.demo.board import Board
from deploy.demo.counter import Counter
from deploy.demo.office import Office, make_app_known
from deploy.demo.phone import Phone
from deploy.demo.place import Place

CHROMIUM = "/usr/bin/chromium"
# A list of our own replaces Playwright's, so most of it is Playwright's. The first four are ours:
# each would start one more process for every window, and half the work of a window was theirs.
SWITCHED_OFF = (
    "SpareRendererForSitePerProcess",
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",  # as a display's browser is started
    f"--disable-features={','.join(SWITCHED_OFF)}",
)
DEADLINE_MS = 15_000


class Room:
    """The pages of one site, each in the browser of whoever looks at it."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._url, self._browser = url, browser
        self.board = Board(_window(browser, 1920, 1080))
        self.counter = Counter(_window(browser, 1366, 820))
        self.office = Office(_window(browser, 1366, 900), url)
        self.monitor = _window(browser, 1366, 900)
        self.central = _window(browser, 1366, 900)
        self.phone = self.another_phone()

    def another_phone(self) -> Phone:
        """The telephone of one more person."""
        return Phone(_window(self._browser, 390, 844, telephone=True))

    def open(self, place: Place, counter: str) -> None:
        """Sign everybody in; the display signs itself in, later."""
        self.board.page.goto(f"{self._url}/display")
        _sign_in(
            self.counter.page, f"{self._url}/console?counter={counter}", place.staff, place.run
        )
        _sign_in(self.office.page, f"{self._url}/administration", place.administrator, place.run)
        _sign_in(self.monitor, f"{self._url}/monitor", place.it, place.run)
        _sign_in(self.central, f"{place.hub_url}/country", place.central, place.run)

    def pictures(self, folder: Path) -> list[Path]:
        """A PNG of each page that tells of a call, as it is now."""
        pages = {
            "console": self.counter.page,
            "display": self.board.page,
            "phone": self.phone.page,
            "monitor": self.monitor,
        }
        return [picture(page, folder, name) for name, page in pages.items()]


def picture(page: Page, folder: Path, name: str) -> Path:
    """A PNG of `page` as it is now."""
    path = folder / f"{name}.png"
    page.screenshot(path=path)
    return path


@contextmanager
def open_room(place: Place) -> Iterator[Room]:
    """Chromium with a window each, that believes the site's authority; closed with the block."""
    expect.set_options(timeout=DEADLINE_MS)
    pins = ",".join(_pin(each) for each in (place.authority, place.hub_authority))
    flags = [*FLAGS, f"--ignore-certificate-errors-spki-list={pins}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        try:
            yield Room(browser, place.url)
        finally:
            browser.close()


def _pin(authority: Path) -> str:
    """Chromium's name for an authority's key: SHA-256 of its SubjectPublicKeyInfo, in base 64.

    At an office the certificate is put among the system's; a demo leaves the machine as it was.
    """
    key = load_pem_x509_certificate(authority.read_bytes()).public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b64encode(sha256(spki).digest()).decode()


def _window(browser: Browser, width: int, height: int, *, telephone: bool = False) -> Page:
    """A window with cookies of its own."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="es-PE",
        timezone_id="America/Lima",
        is_mobile=telephone,
        has_touch=telephone,
        device_scale_factor=2 if telephone else 1,
    )
    context.set_default_timeout(DEADLINE_MS)
    return context.new_page()


def _sign_in(page: Page, address: str, person: tuple[str, str], folder: Path) -> None:
    """By password; who needs a second factor enrols one, and `folder` keeps the recovery codes."""
    page.goto(address)
    page.locator('input[name="name"]').fill(person[0])
    page.locator('input[name="password"]').fill(person[1])
    page.locator('form button[type="submit"]').first.click()
    page.wait_for_url(lambda found: "/sign-in?" not in found, timeout=DEADLINE_MS)
    if "/sign-in/enrol" in page.url:
        make_app_known(page, folder / f"{person[0]}.codes")
        page.wait_for_url(lambda found: "/sign-in" not in found, timeout=DEADLINE_MS)
