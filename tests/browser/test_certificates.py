"""Issuance on the staff's pages: a certificate printed at a window, and what came to a stop."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Response, expect

from queue_server.core import outbox
from tests.browser.conftest import Window
from tests.browser.console import DOCUMENT, Console, post
from tests.support.applied import Register
from tests.support.site import KioskHttp, Site, StaffHttp

pytestmark = pytest.mark.usefixtures("left_empty")
OpenWindow = Callable[..., Window]


def printed(console: Console, *keys: str) -> Response:
    """The answer that `keys` opened in a window of its own, which is closed again."""
    context = console.window.context
    answer = "response", lambda each: "/file?grant=" in each.url
    with context.expect_page() as opened, context.expect_event(*answer) as answered:
        console.press(*keys)
    opened.value.close()
    console.settles()
    return answered.value


def serve(kiosk: KioskHttp, staff: StaffHttp, console: Console) -> None:
    kiosk.issue("information", document=DOCUMENT)
    post(staff, "counters/V1/call-next")
    console.knows(staff)


def test_a_certificate_is_printed_by_two_keys_and_a_second_time_only_on_purpose(
    console: Console, register: Register, kiosk: KioskHttp, staff: StaffHttp
) -> None:
    marta = register.apply(DOCUMENT["number"])
    serve(kiosk, staff, console)
    expect(console.page.locator(".application").first).to_contain_text("Certificado emitido")
    answer = printed(console, "k", "1")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    expect(console.message).to_contain_text(f"Certificado {marta.number}: imprímalo")
    console.press("k", "1")
    expect(console.sheet).to_contain_text("en Ventanilla 1, por ana.")
    expect(console.sheet.get_by_role("button", name="No, volver")).to_be_focused()
    assert printed(console, "1").status == 200
    assert [each for each in console.window.complaints if "409" not in each] == []


def test_document_and_number_typed_at_the_window_print_it_too(
    console: Console, register: Register
) -> None:
    rosa = register.apply("40100051")
    console.press("k")
    console.sheet.get_by_label("Número de documento").focus()
    console.page.keyboard.type("40100051")
    console.press("Tab")
    console.page.keyboard.type(rosa.number.replace("-", " ").lower()[:-1] + "?")
    console.press("Enter")
    expect(console.sheet).to_contain_text("tiene la forma A01-00001-X")
    console.press("Backspace")
    console.page.keyboard.type(rosa.number[-1].lower())
    assert printed(console, "Enter").status == 200


def test_the_state_of_an_application_changes_before_the_eyes_of_whom_it_concerns(
    console: Console, register: Register, kiosk: KioskHttp, staff: StaffHttp
) -> None:
    ines = register.apply("40100052", "under_review")
    kiosk.issue("review", document={"type": "01", "number": "40100052"})
    console.press("k", "1")
    expect(console.sheet).to_contain_text(f"{ines.number}: llamar R-")
    console.press("1")
    console.stands("called")
    shown = console.page.locator(".application")
    expect(shown).to_have_text(f"{ines.number} En revisión por la central")
    register.issue(ines)
    expect(shown).to_have_text(f"{ines.number} Certificado emitido")


def test_what_came_to_a_stop_is_taken_up_by_its_supervisor(
    open_window: OpenWindow, site: Site, boss: StaffHttp, register: Register
) -> None:
    window = open_window(1366, 768)
    window.sign_in(boss, site.url)
    page = window.page
    page.goto(f"{site.url}/supervisor")
    expect(page.locator("#stopped")).to_have_text("nada está detenido")
    rosa = register.apply("40100053", "accepted")
    register.park("request", rosa.id, "contradiction")
    row = page.locator(".errand")
    expect(row).to_contain_text(f"Pedir el certificado a la central · solicitud {rosa.number}")
    expect(row).to_contain_text("se contradice; consulte con ella (contradiction)")
    row.get_by_role("button", name="Intentar otra vez").press("Enter")
    expect(page.locator("#message")).to_have_text("Se intenta otra vez; si falla, vuelve aquí.")
    expect(row).to_have_count(0)
    errand = register.database.run(outbox.claim)
    assert errand is not None
    assert errand.subject == rosa.id
    assert window.complaints == []
