"""The page "Cajas" in real windows: two people, by hand and by keyboard."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from queue_server.staff.api import COOKIE
from tests.browser.basics import faults_of, sideways_px
from tests.browser.conftest import CHROMIUM, SWITCHES
from tests.integration.cash_boxes.boxes import BILLS, Room
from tests.support.centre import eventually
from tests.support.site import Site, StaffHttp

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing: install Debian's package `chromium`")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(SWITCHES))
        yield launched
        launched.close()


def window(browser: "Browser", site: Site, person: StaffHttp) -> Page:
    """The page of `person`, read and drawn."""
    context = browser.new_context(
        viewport={"width": 1366, "height": 768}, locale="es-PE", color_scheme="light"
    )
    cookie = person.http.cookies[COOKIE]
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": site.url}])
    page = context.new_page()
    page.goto(f"{site.url}/boxes")
    expect(page.locator("body")).to_have_attribute("data-ready", "true", timeout=10_000)
    return page


def shot(page: Page, name: str, folder: Path | None) -> None:
    if folder is not None:
        page.screenshot(path=folder / f"{name}.png", full_page=True)


def empty_by_hand(
    room: Room, site: Site, browser: "Browser", shots: Path | None = None
) -> tuple[Page, Page]:
    """A cashier asks and counts, a supervisor confirms, and explains what differs."""
    expect.set_options(timeout=15_000)
    room.insert(20, 10)
    eventually(lambda: room.box(BILLS)["amount_centimos"] == 3000)
    rosa, boss = window(browser, site, room.rosa), window(browser, site, room.boss)
    kiosk = rosa.locator(f'[data-kiosk="{room.code}"]')
    expect(kiosk.locator('[data-box="bills"]')).to_contain_text("S/ 30.00")
    shot(rosa, "kiosks", shots)
    kiosk.get_by_role("button", name="Vaciar caja").click()
    shot(rosa, "ask", shots)
    rosa.get_by_label("Monedas: sacar la caja").uncheck()
    rosa.get_by_role("button", name="Pedir").click()
    expect(kiosk.locator('[data-box="bills"]')).to_contain_text("Por contar")
    expect(rosa.get_by_role("button", name=f"Confirmar: quiosco {room.code}")).to_have_count(0)
    asked = next(each for each in room.page()["emptyings"] if each["state"] == "asked")
    mine = boss.locator(f'[data-emptying="{asked["id"]}"]')
    mine.get_by_role("button", name="Confirmar").click()
    boss.keyboard.press("1")
    expect(mine).to_contain_text("Cajas fuera: el quiosco no recibe efectivo")
    expect(mine).to_contain_text("copia 2 impresa")
    mine.get_by_role("button", name="Caja puesta").click()
    expect(mine).to_contain_text("Falta contar")
    rosa.get_by_role("button", name=f"Ingresar conteo: quiosco {room.code}").click()
    rosa.get_by_label("S/ 20.00, piezas").fill("2")
    expect(rosa.locator("dialog")).not_to_contain_text("30.00")
    shot(rosa, "count", shots)
    rosa.keyboard.press("Enter")
    mine.get_by_role("button", name="Confirmar conteo").click()
    shot(boss, "confirm", shots)
    boss.keyboard.press("1")
    expect(mine).to_contain_text("Sobran S/ 10.00: un supervisor debe explicarlo")
    expect(boss.locator("#alarms")).to_contain_text("1 diferencia por explicar")
    shot(boss, "differs", shots)
    mine.get_by_role("button", name="Explicar").click()
    expect(boss.locator("dialog .differs").first).to_be_visible()
    shot(boss, "explain", shots)
    boss.keyboard.press("7")
    expect(boss.locator("#past").locator(mine)).to_contain_text("sobra y no se sabe por qué")
    shot(boss, "after", shots)
    return rosa, boss


def test_two_people_empty_a_kiosk_count_it_and_explain_what_differs_on_the_page(
    room: Room, site: Site, browser: "Browser"
) -> None:
    rosa, boss = empty_by_hand(room, site, browser)
    for page in (rosa, boss):
        assert sideways_px(page) == 0
        assert [each for each in faults_of(page) if not each.startswith("2.5.5")] == []
        page.context.close()
