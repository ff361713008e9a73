"""IT tells a kiosk what to do where they look already; others see how it went, and no button."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.basics import Phones
from tests.support.ordering import Orders, configured, let_in, switched_on
from tests.support.site import Site, StaffHttp, running_site
from tests.support.trust import Administrator

CODE = "K41"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("ordered")
    with running_site(folder, command="jobs web", tls=True) as running:
        admin = Administrator(running, running.staff("jefa", "administrator"))
        kiosk = folder / "kiosk"
        let_in(running, admin, kiosk, CODE)
        with switched_on(configured(running, kiosk, CODE)):
            yield running


@pytest.fixture(scope="module")
def rosa(office: Site) -> StaffHttp:
    return office.staff("rosa", "it")


@pytest.fixture
def opened(browser: Browser, office: Site) -> Iterator[Phones]:
    """The monitor on a telephone; its console must stay silent."""
    with Phones(browser, f"{office.url}/monitor") as phones:
        yield phones


def sheet(page: Page) -> None:
    page.get_by_role("button", name=f"Dar una orden al quiosco {CODE}").click()
    expect(page.locator("dialog[open]")).to_be_visible()


def newest(page: Page, kind: str, state: str) -> None:
    shown = page.locator(f"[data-kiosk={CODE}] .action-newest .action")
    expect(shown).to_have_attribute("data-kind", kind)
    expect(shown).to_have_attribute("data-state", state, timeout=15_000)


def test_an_order_is_given_and_seen_to_its_end(opened: Phones, rosa: StaffHttp) -> None:
    page = opened(rosa)
    sheet(page)
    page.get_by_role("button", name="Cerrar por limpieza").click()
    newest(page, "out_of_service", "done")
    expect(page.locator(f"[data-kiosk={CODE}] .actions")).to_contain_text("rosa")
    sheet(page)
    page.locator("dialog .option", has_text="Abrir").first.click()
    newest(page, "in_service", "done")
    expect(page.get_by_role("button", name=f"Dar una orden al quiosco {CODE}")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_bundle_is_asked_for_and_downloaded(
    opened: Phones, rosa: StaffHttp, tmp_path: Path
) -> None:
    page = opened(rosa)
    sheet(page)
    page.get_by_role("button", name="Pedir un diagnóstico").click()
    newest(page, "diagnostics", "done")
    with page.expect_download() as taken:
        page.get_by_role("link", name="Descargar el diagnóstico").first.click()
    assert taken.value.suggested_filename.startswith(f"diagnostico-{CODE}-")


def test_what_cannot_be_is_said_inside_the_sheet(opened: Phones, rosa: StaffHttp) -> None:
    page = opened(rosa)
    sheet(page)
    page.get_by_role("button", name="Cambiar la configuración…").click()
    page.locator("dialog select").select_option("speech.words_per_minute")
    page.locator("dialog input").fill("rápido")
    page.keyboard.press("Enter")
    expect(page.locator("dialog .sheet-complaint")).to_contain_text("número entero")
    page.locator("dialog input").fill("999")
    page.keyboard.press("Enter")
    expect(page.locator("dialog .sheet-complaint")).to_contain_text("de 80 a 300")
    opened.forgive("422")


def test_others_see_how_it_went_and_no_button(
    opened: Phones, office: Site, rosa: StaffHttp
) -> None:
    orders = Orders(rosa.http)
    orders.until(orders.ordered(CODE, "in_service"))
    page = opened(office.staff("sonia", "supervisor"))
    newest(page, "in_service", "done")
    expect(page.get_by_role("button", name=f"Dar una orden al quiosco {CODE}")).to_have_count(0)
    expect(page.get_by_role("link", name="Descargar el diagnóstico")).to_have_count(0)
