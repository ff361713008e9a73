"""The monitor: what is broken shows while one looks."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from playwright.sync_api import expect

from tests.browser.conftest import Window
from tests.support.site import Site, StaffHttp


def heartbeat(sequence: int, boot: str, paper: str, device: str) -> dict[str, Any]:
    printer = {
        "name": "printer",
        "kind": "receipt_printer",
        "model": "escpos",
        "device": device,
        "parts": {"paper": paper, "cover": "closed"},
        "action": None if device == "online" else "maintenance",
        "detail": "<b>the paper is out</b>",
    }
    return {
        "boot_id": boot,
        "sequence": sequence,
        "build": "0.1.0",
        "screen": "attract",
        "devices": [printer],
        "unsent": 0,
    }


def test_a_printer_that_runs_out_of_paper_shows_in_words_while_one_looks(
    open_window: Callable[..., Window], site: Site, staff: StaffHttp
) -> None:
    kiosk, boot = site.kiosk("M01"), str(uuid4())
    window = open_window()
    window.sign_in(staff, site.url)
    page = window.page
    page.goto(f"{site.url}/monitor")
    card = page.locator("[data-kiosk=M01]")
    expect(card).to_contain_text("Aún sin señal")

    kiosk.http.post("/api/v1/heartbeat", json=heartbeat(1, boot, "full", "online"))
    expect(card).to_contain_text("En línea")
    expect(card.locator("[data-device=printer]")).to_contain_text("online Funciona")

    kiosk.http.post("/api/v1/heartbeat", json=heartbeat(2, boot, "out", "offline"))
    printer = card.locator("[data-device=printer][data-verdict=broken]")
    expect(printer).to_contain_text("Averiado")
    expect(printer).to_contain_text("Papel: agotado")
    expect(page.locator("#troubles li").filter(has_text="M01")).to_contain_text("papel agotado")
    expect(page.locator("#summary")).to_contain_text("1 avería")
    expect(page.locator("#server")).to_contain_text("Responde")
    assert window.complaints == []
