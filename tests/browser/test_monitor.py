"""The monitor: what is broken shows while one looks, in words and shapes, also on a phone."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from devices.status import DeviceState
from queue_server.core.unit_of_work import Actor
from queue_server.fleet.adapters.alerts_file import load
from queue_server.fleet.model.alert_engine import Change, Changed
from queue_server.fleet.services import alerts
from tests.browser.basics import faults_of, sideways_px
from tests.browser.conftest import Window
from tests.support.site import Site, StaffHttp

SOON_MS = 4500  # a page that is not told looks after five seconds; how soon: `make bench-fleet`
BY_LENGTH = re.compile("2.5.5")


def device(name: str, kind: str, state: str = "online", **parts: str) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "model": "escpos",
        "device": state,
        "parts": parts,
        "action": None if state == "online" else "maintenance",
        "detail": "<b>markup of a stranger</b>",
    }


def heartbeat(sequence: int, boot: str, *devices: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {
        "boot_id": boot,
        "session": boot,
        "sequence": sequence,
        "build": "0.1.0",
        "screen": "Welcome",
        "devices": list(devices),
        "unsent": 0,
        "journeys": [{"journey": "certificate", "obstacle": ""}],
    }
    return {**body, **more}


def printer(paper: str, state: str = "online") -> dict[str, Any]:
    return device("printer", "receipt_printer", state, paper=paper, cover="closed")


@pytest.fixture
def monitor(
    open_window: Callable[..., Window], site: Site, staff: StaffHttp
) -> Callable[..., Window]:
    def look(width: int = 1280, path: str = "/monitor", person: StaffHttp = staff) -> Window:
        window = open_window(width, 900)
        window.sign_in(person, site.url)
        window.page.goto(f"{site.url}{path}")
        expect(window.page.locator("body[data-ready=true]")).to_be_visible()
        return window

    return look


def test_a_printer_that_runs_out_of_paper_shows_in_words_while_one_looks(
    monitor: Callable[..., Window], site: Site
) -> None:
    kiosk, boot = site.kiosk("M01"), str(uuid4())
    window = monitor()
    page = window.page
    card = page.locator("[data-kiosk=M01]")
    expect(card).to_contain_text("Aún sin señal")

    kiosk.http.post("/api/v1/heartbeat", json=heartbeat(1, boot, printer("full")))
    expect(card).to_contain_text("En línea")
    expect(card.locator("[data-device=printer]")).to_contain_text("online Funciona")
    expect(card.locator(".all-devices summary")).to_have_text("Su único dispositivo, bien")

    kiosk.http.post("/api/v1/heartbeat", json=heartbeat(2, boot, printer("out", "offline")))
    broken = card.locator("[data-device=printer][data-verdict=broken]")
    expect(broken).to_contain_text("Averiado", timeout=SOON_MS)
    expect(broken).to_contain_text("Papel: agotado")
    expect(card.locator("[data-spot=printer]")).to_contain_text("sin papel")
    expect(page.locator("#troubles li").filter(has_text="M01")).to_contain_text("papel agotado")
    expect(page.locator("#summary")).to_contain_text("avería")
    expect(page.locator("#server")).to_contain_text("Responde")
    assert window.complaints == []


def test_every_state_of_a_device_has_its_shape_and_its_words(
    monitor: Callable[..., Window], site: Site
) -> None:
    kiosk, boot = site.kiosk("M02"), str(uuid4())
    states = [device(f"d-{each}", "card_terminal", str(each)) for each in DeviceState]
    kiosk.http.post("/api/v1/heartbeat", json=heartbeat(1, boot, *states))
    window = monitor()
    card = window.page.locator("[data-kiosk=M02]")
    for state in DeviceState:
        expect(card.locator(f"[data-device=d-{state}] code")).to_have_text(str(state))
        spot = card.locator(f"[data-spot=d-{state}]")
        expect(spot.locator(".spot-word")).not_to_have_text(str(state))
        expect(spot.locator(".spot-sign")).to_have_text(re.compile(r"^[✓!✕?]$"))
    words = card.locator(".spot-word").all_text_contents()
    assert len(set(words)) == len(DeviceState), "no two states read alike"
    assert window.complaints == []


def test_one_sentence_says_whether_people_can_be_served_where_not_and_why(
    monitor: Callable[..., Window], site: Site
) -> None:
    kiosk, boot = site.kiosk("M03"), str(uuid4())
    cannot = [
        {"journey": "certificate", "obstacle": "backend_away"},
        {"journey": "turn:information", "obstacle": "", "name": "Informes"},
    ]
    kiosk.http.post("/api/v1/heartbeat", json=heartbeat(1, boot, journeys=cannot))
    page = monitor().page
    expect(page.locator("#glance")).to_contain_text("Se atiende con límites")
    row = page.locator("#journeys [data-journey=certificate]")
    expect(row.locator(".journey-why")).to_contain_text("M03")
    expect(row.locator(".journey-why")).to_contain_text("la central no responde")
    card = page.locator("[data-kiosk=M03]")
    expect(card.locator("[data-journey=certificate]")).to_contain_text("la central no responde")
    expect(card.locator("[data-journey='turn:information']")).to_have_attribute("data-can", "true")


def test_supplies_vitals_and_notes_are_told_and_markup_stays_text(
    monitor: Callable[..., Window], site: Site
) -> None:
    kiosk, boot = site.kiosk("M04"), str(uuid4())
    paper = {"device": "printer", "name": "paper", "unit": "prints", "count": 40, "capacity": 900}
    more = {
        "supplies": [paper],
        "vitals": {"temperature_c": 61.4, "disk_free_mb": 2048, "clock_offset_ms": 90000},
        "notes": ["14:02 <img src=x onerror=alert(1)>"],
        "build": "0.0.9",
    }
    kiosk.http.post("/api/v1/heartbeat", json=heartbeat(1, boot, printer("full"), **more))
    window = monitor()
    card = window.page.locator("[data-kiosk=M04]")
    expect(card.locator("[data-supply=paper]")).to_contain_text("40 de 900 impresiones")
    expect(card.locator("[data-supply=paper]")).to_contain_text("aún no se sabe")
    card.locator("details[data-key=machine] summary").click()
    expect(card).to_contain_text("61 °C")
    expect(card).to_contain_text("adelantado 90 s")
    expect(card.locator(".notes")).to_contain_text("<img src=x")
    expect(card.locator("img, b")).to_have_count(0)
    assert window.complaints == []


def test_a_search_leaves_what_was_asked_for(monitor: Callable[..., Window], site: Site) -> None:
    for name in ("M05", "M06"):
        site.kiosk(name)
    page = monitor().page
    page.locator("#search").fill("m05")
    expect(page.locator("[data-kiosk]")).to_have_count(1)
    expect(page.locator("[data-kiosk=M05]")).to_be_visible()
    page.locator("#search").fill("no hay tal cosa")
    expect(page.locator("#kiosks-note")).to_have_text("Ningún quiosco coincide con la búsqueda.")


@pytest.mark.parametrize("path", ["/monitor", "/alerts"])
def test_on_a_phone_nothing_has_to_be_pushed_sideways(
    monitor: Callable[..., Window], site: Site, path: str
) -> None:
    kiosk, boot = site.kiosk("M07"), str(uuid4())
    devices = [device(f"hopper{each}", "cash_dispenser", "offline") for each in (10, 100, 500)]
    kiosk.http.post("/api/v1/heartbeat", json=heartbeat(1, boot, printer("low"), *devices))
    page = monitor(360, path).page
    assert sideways_px(page) == 0
    assert _own_faults(page) == []


def _own_faults(page: Page) -> list[str]:
    """But for the sizes of what stands in every page's head."""
    return [each for each in faults_of(page) if not BY_LENGTH.match(each)]


def test_an_alert_is_taken_in_hand_by_one_person(
    monitor: Callable[..., Window], site: Site
) -> None:
    rosa = site.staff("rosa-it", role="it")
    window = monitor(path="/alerts", person=rosa)
    page = window.page
    database = site.database()
    changed = [Changed(("device_down", "M01/printer"), Change.OPENED, "impresora: apagado", 1)]
    actor = Actor("PRUEBA", "job", "alerts")
    database.run(lambda uow: alerts.write(uow, actor, load(), changed))
    database.close()
    row = page.locator("[data-alert=device_down]")
    expect(row).to_contain_text("Dispositivo averiado", timeout=SOON_MS)
    expect(row).to_contain_text("M01, printer")
    row.get_by_role("button").click()
    expect(row).to_contain_text("la atiende rosa-it")
    expect(row.get_by_role("button")).to_have_count(0)
    page.locator("[name=kiosk]").fill("m01")
    page.locator("[name=reason]").fill("Cambio de impresora")
    page.get_by_role("button", name="Poner en mantenimiento").click()
    expect(page.locator("[data-maintenance=M01]")).to_contain_text("Cambio de impresora")
    assert window.complaints == []
