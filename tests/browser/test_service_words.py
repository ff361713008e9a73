"""The administrator gives a service its words in other languages, and says who read them."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Window
from tests.support.site import KioskHttp, Site, StaffHttp, running_site

OpenWindow = Callable[..., Window]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("words")) as running:
        yield running


@pytest.fixture(scope="module")
def chief(office: Site) -> StaffHttp:
    return office.staff("jefa", "administrator")


@pytest.fixture(scope="module")
def kiosk_here(office: Site) -> KioskHttp:
    return office.kiosk()


def in_quechua(kiosk: KioskHttp) -> str:
    services = kiosk.http.get("/api/v1/offer").json()["services"]
    return next(each["words"]["qu"]["name"] for each in services if each["code"] == "information")


def test_drafts_are_marked_until_ticked_and_reach_the_kiosk(
    open_window: OpenWindow, office: Site, chief: StaffHttp, kiosk_here: KioskHttp
) -> None:
    window = open_window(1366, 768)
    window.sign_in(chief, office.url)
    page = window.page
    page.goto(f"{office.url}/administration#services")
    row = page.locator("tr[data-code=information]")
    expect(row).to_contain_text("Sin revisar: inglés, quechua, aimara")
    page.get_by_role("button", name="Cambiar Información y otros trámites").click()
    quechua = page.get_by_role("group", name="En quechua · sin revisar")
    expect(quechua).to_be_visible()
    page.get_by_label("Cómo se llama en quechua").fill("Willakuy, huk trámitekunapas")
    page.get_by_label("Lo revisó una persona que habla quechua").check()
    page.get_by_role("button", name="Guardar servicio").click()
    expect(page.locator("#said")).to_contain_text("quedó guardado")
    expect(row).to_contain_text("Sin revisar: inglés, aimara")
    assert in_quechua(kiosk_here) == "Willakuy, huk trámitekunapas"
    page.get_by_role("button", name="Cambiar Información y otros trámites").click()
    expect(page.get_by_role("group", name="En quechua · revisado (jefa)")).to_be_visible()
    assert window.complaints == []


def test_retiring_a_service_keeps_its_words(
    open_window: OpenWindow, office: Site, chief: StaffHttp
) -> None:
    window = open_window(1366, 768)
    window.sign_in(chief, office.url)
    page = window.page
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{office.url}/administration#services")
    page.get_by_role("button", name="Cambiar Trámite por otra persona").click()
    page.get_by_role("button", name="Retirar").click()
    expect(page.locator("#said")).to_contain_text("quedó retirado")
    services = chief.http.get("/api/v1/admin/configuration").json()["services"]
    kept = next(each for each in services if each["code"] == "representative")
    assert kept["retired"]
    assert kept["words"]["en"]["name"] == "On behalf of somebody else"


@pytest.mark.negative_control
def test_a_page_that_does_not_say_what_is_unreviewed_is_caught(
    open_window: OpenWindow, office: Site, chief: StaffHttp
) -> None:
    window = open_window(1366, 768)
    window.sign_in(chief, office.url)
    page = window.page

    def silent(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("Sin revisar", "Listo"))

    page.route("**/static/administration_words.js", silent)
    page.goto(f"{office.url}/administration#services")
    row = page.locator("tr[data-code=conduct]")
    expect(row).to_be_visible()
    with pytest.raises(AssertionError):
        expect(row).to_contain_text("Sin revisar", timeout=500)
