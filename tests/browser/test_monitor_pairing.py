"""Whoever may type a kiosk's code does it where they look already, over TLS, phone in hand."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.basics import Phones
from tests.support.site import Site, running_site
from tests.support.trust import Newcomer, another


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("pairing"), tls=True) as running:
        yield running


class LiveKiosk(Newcomer):
    """A kiosk that goes on by itself."""

    def __enter__(self) -> "LiveKiosk":
        self.wait_shown()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._live)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(10)
        self.close()

    def _live(self) -> None:
        while not self._over.wait(0.05):
            self.keeper.look()
            self.client.offer()


@pytest.fixture
def opened(browser: Browser, office: Site) -> Iterator[Phones]:
    """The monitor at 360 px; its console must stay silent."""
    with Phones(browser, f"{office.url}/monitor") as phones:
        yield phones


def test_a_kiosk_is_let_in_at_the_page_and_shut_out_again(
    office: Site, opened: Phones, tmp_path: Path
) -> None:
    it = office.staff("soporte", "it")
    with LiveKiosk(tmp_path, office.url, code="K41") as kiosk:
        page = opened(it)
        row = page.locator('#pairings li[data-kiosk="K41"]')
        expect(row).to_contain_text("Pide desde 127.0.0.1")
        code = row.get_by_label("Código que muestra K41")
        code.fill(another(kiosk.digits))
        code.press("Enter")
        expect(row).to_contain_text("Quedan 4 intentos")
        code.fill(f"{kiosk.digits[:4]} {kiosk.digits[4:]}")  # as the screen shows it
        code.press("Enter")
        expect(row).to_have_attribute("data-state", "paired")
        expect(row).to_contain_text("quedó autorizado")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.on("dialog", lambda asked: asked.accept())
        page.get_by_text("Retirar la autorización de un quiosco").click()
        page.get_by_role("button", name="Retirar la autorización de K41").click()
        expect(page.locator("#pairings-note")).to_contain_text("quedó fuera")
        expect(row.last).to_have_attribute("data-state", "waiting", timeout=15_000)


def test_a_kiosk_that_takes_anothers_place_is_announced(
    office: Site, opened: Phones, tmp_path: Path
) -> None:
    admin = office.staff("jefa", "administrator")
    with LiveKiosk(tmp_path / "first", office.url, code="K42") as first:
        page = opened(admin)
        row = page.locator('#pairings li[data-kiosk="K42"]')
        row.get_by_label("Código que muestra K42").fill(first.digits)
        row.get_by_role("button", name="Autorizar").click()
        expect(row).to_have_attribute("data-state", "paired")
    with LiveKiosk(tmp_path / "second", office.url, code="K42"):
        warned = page.locator('#pairings li[data-kiosk="K42"][data-state="waiting"] .pairing-known')
        expect(warned).to_contain_text("Ya hay un quiosco K42 autorizado")


def test_who_may_not_let_kiosks_in_does_not_see_how(office: Site, opened: Phones) -> None:
    page = opened(office.staff("ana", "counter"))
    expect(page.get_by_role("heading", name="Equipos del módulo")).to_be_visible()
    assert page.locator("#pairing").count() == 0
