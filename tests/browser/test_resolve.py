"""“Por resolver”: a claim paid by keyboard, a doubt decided, an errand ended, in real windows."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from queue_server.core import outbox
from queue_server.payments.model.claim_code import shown_code
from tests.browser.basics import faults_of, sideways_px
from tests.browser.conftest import Window
from tests.browser.console import post
from tests.support.applied import Applied, Register
from tests.support.owed import new_code
from tests.support.site import KioskHttp, Site, StaffHttp

OpenWindow = Callable[..., Window]
LONG_AGO = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()


@pytest.fixture(scope="module")
def rosa(site: Site) -> StaffHttp:
    return site.staff("rosa.caja", role="cashier")


def opened(open_window: OpenWindow, site: Site, person: StaffHttp) -> Window:
    window = open_window(1366, 768)
    window.sign_in(person, site.url)
    window.page.goto(f"{site.url}/resolve")
    expect(window.page.locator("body")).to_have_attribute("data-ready", "true")
    return window


def claim(kiosk: KioskHttp, applied: Applied | None = None, **changes: Any) -> str:
    code = new_code()
    body = {
        "id": str(uuid4()),
        "code": shown_code(code),
        "application": applied and applied.id,
        "payment_id": str(uuid4()),
        "means": "card",
        "amount_centimos": 3770,
        "reason": "not_registered",
        "proven": True,
        "made_at": LONG_AGO,
    }
    post(kiosk, "claims", {**body, **changes})
    return code


def looked_up(page: Page, code: str) -> Locator:
    """The claim of a code typed by keyboard alone."""
    page.keyboard.press("b")
    page.keyboard.type(code.lower())
    page.keyboard.press("Enter")
    return page.locator("dialog[open]")


def test_a_claim_is_paid_by_keyboard_and_the_other_window_is_told_who_did(
    open_window: OpenWindow,
    site: Site,
    kiosk: KioskHttp,
    rosa: StaffHttp,
    boss: StaffHttp,
    register: Register,
) -> None:
    applied = register.apply("40100071", "registered")
    code = claim(kiosk, applied)
    first, second = opened(open_window, site, rosa), opened(open_window, site, boss)
    sheets = [looked_up(each.page, code) for each in (first, second)]
    for sheet in sheets:
        expect(sheet).to_contain_text("S/ 37.70")
        expect(sheet).to_contain_text(applied.number)
        expect(sheet).to_contain_text("DNI *****071")
    page = first.page
    expect(sheets[0].locator("select").first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(sheets[0]).to_contain_text("Pida el documento de la persona")
    sheets[0].get_by_label("Vi el documento").press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("#message")).to_have_text("Entregado: S/ 37.70. El reclamo quedó pagado.")
    sheets[1].get_by_label("Vi el documento").press("Space")
    second.page.keyboard.press("Enter")
    expect(sheets[1]).to_contain_text("por rosa.caja.")
    assert [each for each in second.complaints if "409" not in each] == []


def test_a_supervisor_decides_a_doubt_and_makes_a_claim_of_it(
    open_window: OpenWindow, site: Site, kiosk: KioskHttp, boss: StaffHttp, register: Register
) -> None:
    window = opened(open_window, site, boss)
    page = window.page
    applied = register.apply("40100072", "registered")
    body = {
        "payment_id": str(uuid4()),
        "application": applied.id,
        "means": "card",
        "amount_centimos": 3770,
        "since": LONG_AGO,
        "why": "no_reply",
    }
    post(kiosk, "doubts", body)
    row = page.locator("#now .matter").filter(has_text=applied.number)
    expect(row).to_contain_text("No se sabe si se cobró")
    expect(row).to_contain_text(re.compile(r"Desde hace \d+ min"))
    row.get_by_role("button", name="Anotar").press("Enter")
    page.keyboard.press("4")
    expect(row).to_contain_text("anotado: la persona espera aquí")
    expect(row).to_contain_text("Lo último: se anotó, beatriz")
    row.get_by_role("button", name="Decidir").press("Enter")
    expect(page.locator("dialog[open]")).to_contain_text("Se cobró, lo muestra")
    page.keyboard.press("1")
    expect(page.locator("#message")).to_have_text("Quedó como cobrado.")
    made = post(boss, f"doubts/{body['payment_id']}/claim")
    waiting = page.locator("#later .matter").filter(has_text=applied.number)
    expect(waiting).to_contain_text("Reclamo: se cobró y la solicitud no quedó registrada")
    waiting.get_by_role("button", name="Mostrar código").press("Enter")
    page.keyboard.press("1")
    expect(page.locator(".claim-code")).to_have_text(made["code"])
    assert window.complaints == []
    assert sideways_px(page) == 0


def test_an_errand_without_a_way_out_is_ended_and_the_board_counts_what_is_owed(
    open_window: OpenWindow, site: Site, kiosk: KioskHttp, boss: StaffHttp, register: Register
) -> None:
    applied = register.apply("40100073", "registered")
    payment = str(uuid4())
    card = {
        "payment_id": payment,
        "amount_centimos": 3770,
        "terminal_id": "T-1",
        "authorisation_code": "123456",
        "rrn": payment[-12:],
        "stan": "1",
        "masked_last4": "4242",
        "scheme": "PRUEBA",
        "paid_at": datetime.now(UTC).isoformat(),
    }
    post(kiosk, f"applications/{applied.id}/card", card)
    register.park("request", applied.id, "code_0099")
    window = opened(open_window, site, boss)
    page = window.page
    row = page.locator("#now .matter").filter(has_text=applied.number)
    row.get_by_role("button", name="Sin salida: devolver").press("Enter")
    expect(page.locator("dialog[open]").get_by_role("button", name="No, volver")).to_be_focused()
    page.keyboard.press("1")
    expect(page.locator("#message")).to_have_text("La solicitud terminó; lo pagado se devuelve.")
    expect(row).to_contain_text("Se debe devolver un pago S/ 37.70")
    expect(row).to_contain_text("Lo último: no se admitió, beatriz")
    page.goto(f"{site.url}/supervisor")
    expect(page.locator("#money-link")).to_contain_text("por resolver")
    assert window.complaints == []
    leave_no_errand(register)


def leave_no_errand(register: Register) -> None:
    """Other tests claim what they left themselves."""
    while (errand := register.database.run(outbox.claim)) is not None:
        register.database.run(lambda uow, each=errand: outbox.done(uow, each))


def test_whoever_holds_a_slip_follows_it_on_a_phone(
    open_window: OpenWindow, site: Site, kiosk: KioskHttp
) -> None:
    code = claim(kiosk, means="cash", reason="change_not_given", amount_centimos=230)
    page = open_window(390, 844).page
    page.goto(f"{site.url}/seguimiento")
    page.get_by_label("Número de solicitud o de reclamo").fill(shown_code(code))
    with page.expect_navigation():  # its style is there too
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Le debemos S/ 2.30")).to_be_visible()
    assert faults_of(page) == []
    assert sideways_px(page) == 0
