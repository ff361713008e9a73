"""The supervisor's view: all counters and lines, moved and watched while they change."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from queue_server.turns import tables
from tests.browser.conftest import Window
from tests.browser.console import ask, post, sit
from tests.support.site import KioskHttp, Site, StaffHttp

pytestmark = pytest.mark.usefixtures("empty_day")
OpenWindow = Callable[..., Window]


@pytest.fixture
def window(open_window: OpenWindow, site: Site, boss: StaffHttp) -> Window:
    opened = open_window(1366, 768)
    opened.sign_in(boss, site.url)
    opened.page.goto(f"{site.url}/supervisor")
    expect(opened.page.locator("body")).to_have_attribute("data-ready", "true")
    return opened


@pytest.fixture
def page(window: Window) -> Page:
    return window.page


def place(page: Page, counter: str):
    return page.locator(f".place[data-counter={counter}]")


def test_a_counter_is_moved_between_services_by_two_presses_and_calls_accordingly(
    page: Page, window: Window, kiosk: KioskHttp, staff: StaffHttp, boss: StaffHttp
) -> None:
    sit(staff, "V2")
    kiosk.issue("conduct")
    assert ask(staff, "counters/V2/call-next").status_code == 404
    card = place(page, "V2")
    expect(card).to_contain_text("Abierta · ana")
    for name in ("Certificado de conducta", "Información"):
        card.get_by_role("checkbox", name=name).focus()
        page.keyboard.press("Space")
        expect(page.locator("#message")).to_have_text("Ventanilla 2: servicios cambiados.")
        expect(page.locator("#overview")).to_have_attribute("aria-busy", "false")
    assert post(staff, "counters/V2/call-next")["service"] == "conduct"
    expect(card.locator(".place-ticket")).to_contain_text("C-")
    card.get_by_role("combobox", name="Certificado de conducta").select_option("3")
    expect(page.locator("#overview")).to_have_attribute("aria-busy", "false")
    served = {each["counter"]: each["services"] for each in overview(boss)["counters"]}
    assert served["V2"] == {"certificate": 1, "review": 1, "representative": 1, "conduct": 3}
    body = {"services": [{"service": each} for each in ("certificate", "review", "information")]}
    post(boss, "counters/V2/services", body)
    assert window.complaints == []


def test_a_wait_beyond_the_limit_alarms_in_colour_shape_and_words_and_comes_first(
    page: Page, site: Site, kiosk: KioskHttp
) -> None:
    late = kiosk.issue("release").json()["ticket_id"]
    kiosk.issue("information")
    first = page.locator("#lines li").first
    expect(page.locator("#lines [data-service=information]")).to_contain_text("menos de 1 min")
    age(site, late, timedelta(minutes=31))
    kiosk.issue("information")
    expect(first).to_have_attribute("data-service", "release")
    expect(first).to_contain_text("▲ Alarma: 31 min")
    expect(first).to_have_attribute("data-late", "true")
    expect(first).to_contain_text("▲ Ninguna ventanilla abierta la atiende")
    expect(page.locator("#totals [data-late=true]")).to_contain_text("1")


def test_people_who_did_not_come_are_counted(
    page: Page, kiosk: KioskHttp, staff: StaffHttp
) -> None:
    ticket = {"ticket_id": kiosk.issue("information").json()["ticket_id"]}
    sit(staff)
    before = int(page.locator("#totals dd").nth(4).inner_text())
    for _ in range(2):
        post(staff, "counters/V1/call", ticket)
        post(staff, f"tickets/{ticket['ticket_id']}/no-show")
    expect(page.locator("#totals dd").nth(4)).to_have_text(str(before + 1))


def test_closing_the_day_says_first_how_many_wait(
    page: Page, kiosk: KioskHttp, staff: StaffHttp, boss: StaffHttp
) -> None:
    for _ in range(3):
        kiosk.issue("information")
    sit(staff)
    post(staff, "counters/V1/call-next")
    expect(place(page, "V1").locator(".place-ticket")).to_contain_text("I-")
    page.get_by_role("button", name="Cerrar el día").press("Enter")
    sheet = page.locator("dialog[open]")
    expect(sheet).to_contain_text("Aún esperan 2 personas")
    expect(sheet).to_contain_text("1 turno abierto termina")
    expect(sheet.get_by_role("button", name="No, volver")).to_be_focused()
    page.keyboard.press("Escape")
    assert overview(boss)["totals"]["waiting"] == 2
    page.get_by_role("button", name="Cerrar el día").press("Enter")
    page.keyboard.press("1")
    expect(page.locator("#message")).to_contain_text("Día cerrado: 1 terminados, 2 vencidos")
    expect(place(page, "V1")).to_contain_text("Cerrada")


def test_the_view_is_for_supervisors_only(
    open_window: OpenWindow, site: Site, staff: StaffHttp
) -> None:
    window = open_window()
    window.sign_in(staff, site.url)
    window.page.goto(f"{site.url}/supervisor")
    expect(window.page.locator("body")).to_contain_text("no tiene permiso")


def overview(boss: StaffHttp):
    return boss.http.get("/api/v1/overview").json()


def age(site: Site, ticket_id: str, by: timedelta) -> None:
    """As if the ticket had arrived so much earlier."""
    tickets = tables.tickets
    database = site.database()
    database.run(
        lambda uow: uow.connection.execute(
            update(tickets)
            .where(tickets.c.id == ticket_id)
            .values(arrived_at=uow.now - by, due_at=uow.now - by)
        )
    )
    database.close()
