"""The console hands out the code that opens a kiosk's staff menu, once, and it opens it."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.console import Console
from tests.support.site import KioskHttp

pytestmark = pytest.mark.usefixtures("left_empty")


def test_a_code_asked_for_at_the_console_opens_the_kiosks_menu(
    console: Console, kiosk: KioskHttp
) -> None:
    console.press("s")
    sheet = console.page.locator("dialog.sheet")
    expect(sheet).to_contain_text("Código para el equipo")
    sheet.get_by_role("button", name=re.compile("^. ?Quiosco|Quiosco")).first.click()
    shown = sheet.locator(".kiosk-code strong")
    expect(shown).to_have_text(re.compile(r"^\d{3} \d{3}$"))
    expect(sheet.locator(".kiosk-code p")).to_contain_text("sirve una sola vez")
    code = shown.inner_text().replace(" ", "")
    opened = kiosk.http.post(
        "/api/v1/kiosk-codes/open",
        json={"code": code},
        headers={"Authorization": f"Bearer {kiosk.token}", "Idempotency-Key": str(uuid4())},
    )
    assert opened.status_code == 200, opened.text
    assert "paper" in opened.json()["chores"]
    console.press("Escape")
    expect(sheet).to_have_count(0)
