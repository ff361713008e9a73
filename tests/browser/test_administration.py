"""An administrator configures the site in the browser; kiosks follow at once."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, Route, expect

from queue_server.turns.model.hours import WEEKDAYS
from tests.browser.conftest import Window
from tests.browser.routes import route_open_page
from tests.support.site import KioskHttp, Site, StaffHttp, running_site

OpenWindow = Callable[..., Window]
# What the browser itself writes when a request is refused, as some here are meant to be.
REFUSED = "Failed to load resource"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of its own: what is configured here must not reach other tests."""
    with running_site(tmp_path_factory.mktemp("office")) as running:
        yield running


@pytest.fixture(scope="module")
def chief(office: Site) -> StaffHttp:
    return office.staff("jefa", "administrator")


@pytest.fixture(scope="module")
def kiosk_here(office: Site) -> KioskHttp:
    return office.kiosk()


def open_page(open_window: OpenWindow, office: Site, chief: StaffHttp, section: str) -> Window:
    window = open_window(1366, 768)
    window.sign_in(chief, office.url)
    window.page.goto(f"{office.url}/administration#{section}")
    expect(window.page.locator("body")).to_have_attribute("data-ready", "true")
    expect(window.page.locator("#section h2").first).to_be_visible()
    return window


def offered(kiosk: KioskHttp) -> list[str]:
    return [each["name"] for each in kiosk.http.get("/api/v1/offer").json()["services"]]


def put(chief: StaffHttp, path: str, **body: Any) -> None:
    seen = chief.http.get("/api/v1/admin/configuration").json()["version"]
    answer = chief.http.put(
        f"/api/v1/admin/{path}",
        json={**body, "version": seen},
        headers={"Idempotency-Key": str(uuid4())},
    )
    assert answer.is_success, answer.text


def expect_said(page: Page, words: str) -> None:
    expect(page.locator("#said")).to_contain_text(words)


def test_a_new_service_is_typed_corrected_and_offered_at_once_by_keyboard_alone(
    open_window: OpenWindow, office: Site, chief: StaffHttp, kiosk_here: KioskHttp
) -> None:
    window = open_page(open_window, office, chief, "services")
    page = window.page
    page.get_by_role("button", name="Agregar servicio").press("Enter")
    expect(page.get_by_label("Nombre")).to_be_focused()
    page.keyboard.type("Permisos de visita")
    page.keyboard.press("Tab")
    page.keyboard.type("j")
    page.keyboard.press("Enter")
    code = page.get_by_label("Código")
    expect(code).to_be_focused()
    expect(code).to_have_attribute("aria-invalid", "true")
    page.keyboard.type("visits")
    page.keyboard.press("Enter")
    letter = page.get_by_label("Letra del turno")
    expect(letter).to_be_focused()
    expect(page.get_by_role("alert").filter(has_text="La letra J ya es de")).to_be_visible()
    page.keyboard.press("Control+a")
    page.keyboard.type("v")
    page.keyboard.press("Enter")
    expect_said(page, "«Permisos de visita» quedó guardado")
    assert "Permisos de visita" in offered(kiosk_here)
    assert [each for each in window.complaints if REFUSED not in each] == []


def test_hours_close_the_site_for_kiosks_from_the_moment_they_are_saved(
    open_window: OpenWindow, office: Site, chief: StaffHttp, kiosk_here: KioskHttp
) -> None:
    page = open_page(open_window, office, chief, "hours").page
    today = datetime.now(UTC).astimezone(ZoneInfo("America/Lima")).weekday()
    other = WEEKDAYS[(today + 3) % 7]
    page.get_by_label("Abierto siempre").uncheck()
    page.get_by_role("button", name="Guardar el horario").click()
    expect(page.get_by_role("alert").filter(has_text="al menos un horario")).to_be_visible()
    page.get_by_role("button", name=f"Abrir este día: {other}").click()
    expect(page.locator(".week rect.week-open")).to_have_count(1)
    page.get_by_role("button", name="Guardar el horario").click()
    expect_said(page, "vale desde ahora")
    assert kiosk_here.issue().json()["title"] == "site_closed"
    page.get_by_label("Abierto siempre").check()
    page.get_by_role("button", name="Guardar el horario").click()
    expect(page.locator(".week rect.week-open")).to_have_count(7)
    expect(page.locator("form[data-dirty=true]")).to_have_count(0)
    assert kiosk_here.issue().status_code == 201


def test_whoever_saves_second_is_told_sees_the_difference_and_loses_nothing(
    open_window: OpenWindow, office: Site, chief: StaffHttp
) -> None:
    page = open_page(open_window, office, chief, "counters").page
    page.get_by_role("button", name="Cambiar Ventanilla 2").click()
    name = page.get_by_label("Nombre en pantallas")
    name.fill("Ventanilla B")
    put(chief, "counters/V2", name="Ventanilla dos", services={"information": 1})
    expect(page.get_by_text("Otra persona cambió la configuración.").first).to_be_visible()
    page.get_by_role("button", name="Guardar ventanilla").click()
    expect(page.get_by_text("Otra persona escribió: Ventanilla dos")).to_be_visible()
    expect(name).to_have_value("Ventanilla B")
    page.get_by_role("button", name="Guardar ventanilla").click()
    expect_said(page, "«Ventanilla B» quedó guardada")


def test_what_is_typed_is_not_lost_without_a_question(
    open_window: OpenWindow, office: Site, chief: StaffHttp
) -> None:
    page = open_page(open_window, office, chief, "site").page
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_label("Nombre del módulo").fill("Otro nombre")
    page.get_by_role("link", name="Feriados").click()
    expect(page.get_by_label("Nombre del módulo")).to_have_value("Otro nombre")
    assert asked == ["Hay cambios sin guardar. ¿Salir y perderlos?"]


def test_holidays_are_proposed_chosen_and_listed(
    open_window: OpenWindow, office: Site, chief: StaffHttp
) -> None:
    page = open_page(open_window, office, chief, "holidays").page
    page.get_by_label("Año").fill("2031")
    page.get_by_role("button", name="Proponer los feriados").click()
    page.get_by_label("Batalla de Junín").uncheck()
    page.get_by_role("button", name="Agregar los elegidos").click()
    expect_said(page, "15 feriados")
    expect(page.locator("tr[data-day='2031-04-11']")).to_contain_text("Viernes Santo")
    expect(page.locator("tr[data-day='2031-08-06']")).to_have_count(0)


def test_a_new_person_gets_a_password_that_is_shown_once(
    open_window: OpenWindow, office: Site, chief: StaffHttp
) -> None:
    page = open_page(open_window, office, chief, "people").page
    page.get_by_label("Nombre y apellido").fill("Luz Mamani")
    page.get_by_label("Usuario").fill("luz.mamani")
    page.get_by_role("button", name="Crear la cuenta").click()
    password = page.locator(".once code").inner_text()
    assert len(password) >= 8
    page.get_by_role("button", name="Ya la anoté").click()
    page.reload()
    expect(page.locator("tr[data-name='luz.mamani']")).to_be_visible()
    assert password not in page.content()


def test_a_display_is_admitted_by_its_code_and_shut_out(
    open_window: OpenWindow, office: Site, chief: StaffHttp
) -> None:
    board = open_window(1280, 720)
    code = board.context.request.post(
        f"{office.url}/api/v1/displays/request", headers={"Origin": office.url}
    ).json()["code"]
    page = open_page(open_window, office, chief, "displays").page
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_label("Código que muestra").fill(code)
    page.get_by_label("Nombre").fill("sala-1")
    page.get_by_role("button", name="Admitir").click()
    page.get_by_role("button", name="Quitar la pantalla sala-1").click()
    expect_said(page, "quedó quitada")


def test_the_page_is_for_administrators_only(open_window: OpenWindow, office: Site) -> None:
    window = open_window()
    window.sign_in(office.staff("ana"), office.url)
    answer = window.page.goto(f"{office.url}/administration")
    assert answer is not None
    assert answer.status == 403


class Overwritten(AssertionError):
    """What somebody else saved meanwhile is gone without a word."""


def check_not_overwritten(page: Page, chief: StaffHttp) -> None:
    """Saving over V1, which is called "Ventanilla uno" by now. Raises Overwritten."""
    with page.expect_response("**/api/v1/admin/counters/V1"):
        page.get_by_role("button", name="Guardar ventanilla").click()
    counters = chief.http.get("/api/v1/admin/configuration").json()["counters"]
    if not any(each["name"] == "Ventanilla uno" for each in counters):
        raise Overwritten


@pytest.mark.negative_control
def test_a_page_that_reads_the_version_just_before_it_saves_overwrites_and_is_caught(
    open_window: OpenWindow, office: Site, chief: StaffHttp
) -> None:
    page = open_page(open_window, office, chief, "counters").page

    def newest_version(route: Route) -> None:
        seen = chief.http.get("/api/v1/admin/configuration").json()["version"]
        route.continue_(post_data={**(route.request.post_data_json or {}), "version": seen})

    route_open_page(page, "**/api/v1/admin/counters/V1", newest_version)
    page.get_by_role("button", name="Cambiar Ventanilla 1").click()
    page.get_by_label("Nombre en pantallas").fill("Ventanilla A")
    put(chief, "counters/V1", name="Ventanilla uno", services={"information": 1})
    with pytest.raises(Overwritten):
        check_not_overwritten(page, chief)
