"""IT asks for a kiosk's staff code where it looks already; whoever may not sees no button."""

import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from queue_server.core.tables import events
from tests.browser.conftest import Window
from tests.support.site import KioskHttp, Site, StaffHttp, running_site

OpenWindow = Callable[..., Window]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("codes")) as running:
        yield running


@pytest.fixture(scope="module")
def kiosk_here(office: Site) -> KioskHttp:
    return office.kiosk()


@pytest.fixture(scope="module")
def central_it(office: Site) -> StaffHttp:
    return office.staff("central", "it")


def monitor(open_window: OpenWindow, office: Site, who: StaffHttp) -> Page:
    window = open_window(1366, 900)
    window.sign_in(who, office.url)
    window.page.goto(f"{office.url}/monitor")
    expect(window.page.locator("body")).to_have_attribute("data-ready", "true")
    return window.page


def asked(page: Page, kiosk: str) -> str:
    """Ask for a code by keyboard alone; the six digits."""
    page.get_by_role("button", name=f"Pedir código para el quiosco {kiosk}").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("1")
    shown = page.locator("dialog .kiosk-code strong")
    expect(shown).to_have_text(re.compile(r"^\d{3} \d{3}$"))
    return shown.inner_text().replace(" ", "")


def opened(kiosk: KioskHttp, code: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {kiosk.token}", "Idempotency-Key": str(uuid4())}
    return kiosk.http.post("/api/v1/kiosk-codes/open", json={"code": code}, headers=headers)


def check_audited(office: Site, kind: str, actor: str) -> None:
    """The newest event of `kind` is `actor`'s. Raises AssertionError."""
    database = office.database()
    try:
        query = select(events.c.actor).where(events.c.kind == kind).order_by(events.c.id.desc())
        newest = database.read(lambda uow: uow.connection.execute(query.limit(1)).scalar())
    finally:
        database.close()
    assert newest == actor


def test_a_code_that_it_asks_for_opens_every_chore_and_stands_in_the_log(
    open_window: OpenWindow, office: Site, central_it: StaffHttp, kiosk_here: KioskHttp
) -> None:
    page = monitor(open_window, office, central_it)
    name = kiosk_here.http.get("/api/v1/kiosk-codes").status_code
    assert name in (401, 403), "a kiosk asks for no code"
    code = asked(page, "A01")
    check_audited(office, "kiosk_code.asked", "it:central")
    page.keyboard.press("Escape")
    button = page.get_by_role("button", name="Pedir código para el quiosco A01")
    expect(button).to_be_focused()
    page.wait_for_timeout(6000)  # the cards are made anew every five seconds
    expect(button).to_be_focused()
    answer = opened(kiosk_here, code)
    assert answer.status_code == 200, answer.text
    assert answer.json()["asked_by"] == "central"
    assert {"restart", "ports", "calibrate"} <= set(answer.json()["chores"])
    assert code not in page.content()


def test_an_auditor_sees_the_kiosks_and_no_button(
    open_window: OpenWindow, office: Site, kiosk_here: KioskHttp
) -> None:
    assert kiosk_here.token
    auditor = office.staff("ojo", "auditor")
    page = monitor(open_window, office, auditor)
    expect(page.locator("[data-kiosk=A01]")).to_be_visible()
    expect(page.locator(".card-code")).to_have_count(0)
    answer = auditor.http.post("/api/v1/kiosk-codes", json={"kiosk": "A01"})
    assert answer.status_code == 403


@pytest.mark.negative_control
def test_a_page_that_shows_everybody_the_button_is_refused_by_the_server(
    open_window: OpenWindow, office: Site, kiosk_here: KioskHttp
) -> None:
    assert kiosk_here.token

    def careless(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(
            response=answer, body=answer.text().replace('data-codes="false"', 'data-codes="true"')
        )

    window = open_window(1366, 900)
    window.sign_in(office.staff("vista", "auditor"), office.url)
    page = window.page
    page.route("**/monitor", careless)
    page.goto(f"{office.url}/monitor")
    page.get_by_role("button", name="Pedir código para el quiosco A01").click()
    page.get_by_role("button", name="Pedir un código nuevo").click()
    expect(page.locator("dialog .sheet-complaint")).not_to_be_empty()
    expect(page.locator("dialog .kiosk-code")).to_have_count(0)
    with pytest.raises(AssertionError):
        check_audited(office, "kiosk_code.asked", "auditor:vista")
