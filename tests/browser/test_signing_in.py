"""The way in: no page without a session, and back to the page that was wanted."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from queue_server.staff import tables
from queue_server.staff.model import SessionTimes
from tests.browser.conftest import Window
from tests.support.second_factor import App
from tests.support.site import KioskHttp, Site, StaffHttp

OpenWindow = Callable[..., Window]


def test_a_signed_out_person_signs_in_by_keyboard_and_arrives_where_they_wanted(
    open_window: OpenWindow, site: Site, staff: StaffHttp
) -> None:
    window = open_window()
    page = window.page
    page.goto(f"{site.url}/console?counter=V2")
    expect(page.get_by_label("Usuario")).to_be_focused()
    for password, lands in (("not this one", "**/sign-in?wrong=1**"), (staff.password, "**=V2")):
        page.keyboard.type("ana")
        page.keyboard.press("Tab")
        page.keyboard.type(password)
        page.keyboard.press("Enter")
        page.wait_for_url(lands)
        if "wrong" in lands:
            expect(page.get_by_role("alert")).to_contain_text("no son correctos")
    expect(page.locator("#counter-name")).to_have_text("Ventanilla 2")
    assert window.complaints == []


def test_the_counter_is_chosen_once_and_remembered(
    open_window: OpenWindow, site: Site, staff: StaffHttp
) -> None:
    window = open_window()
    window.sign_in(staff, site.url)
    window.page.goto(f"{site.url}/")
    window.page.get_by_role("button", name="Ventanilla 2").click()
    expect(window.page.locator("#counter-name")).to_have_text("Ventanilla 2")
    window.page.goto(f"{site.url}/console")
    expect(window.page.locator("#counter-name")).to_have_text("Ventanilla 2")


def test_signing_out_ends_the_session(open_window: OpenWindow, site: Site) -> None:
    person = site.staff("carmen")
    window = open_window()
    window.sign_in(person, site.url)
    window.page.goto(f"{site.url}/monitor")
    window.page.get_by_role("button", name="Salir").click()
    window.page.wait_for_url("**/sign-in")
    assert person.http.get("/api/v1/monitor").status_code == 401


@pytest.mark.parametrize("path", ["/sign-in", "/display"])
def test_every_page_forbids_inline_code_and_foreign_frames(site: Site, path: str) -> None:
    policy = httpx.get(f"{site.url}{path}", trust_env=False).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_what_stands_in_the_address_is_text_on_the_form(
    open_window: OpenWindow, site: Site
) -> None:
    window = open_window()
    window.page.goto(f'{site.url}/sign-in?after="><script>alert(1)</script>')
    assert window.page.locator("script").count() == 0
    assert window.page.locator("input[name=after]").input_value().startswith('">')


def leave_untouched(site: Site, account: str, left: timedelta) -> None:
    """Make it so that nobody touched anything in this account's sessions for a long time."""
    touched = datetime.now(UTC) + left - SessionTimes.IDLE_LIMIT
    sessions = tables.sessions
    database = site.database()
    database.run(
        lambda uow: uow.connection.execute(
            update(sessions).where(sessions.c.account == account).values(active_at=touched)
        )
    )
    database.close()


def type_in(page: Page, name: str, password: str) -> None:
    page.get_by_label("Usuario").fill(name)
    page.get_by_label("Contraseña").fill(password)
    page.keyboard.press("Enter")


def test_the_form_names_the_site(open_window: OpenWindow, site: Site) -> None:
    page = open_window().page
    page.goto(f"{site.url}/sign-in")
    expect(page.locator(".entrance-head")).to_contain_text("Módulo")
    expect(page.get_by_role("heading", name="Ingreso del personal")).to_be_visible()


def test_a_touch_takes_the_warning_away_and_keeps_the_session(
    open_window: OpenWindow, site: Site
) -> None:
    person, window = site.staff("julia"), open_window()
    leave_untouched(site, "julia", timedelta(seconds=50))
    window.sign_in(person, site.url)
    page = window.page
    page.goto(f"{site.url}/monitor")
    warning = page.get_by_role("alert")
    expect(warning).to_contain_text("se cerrará en un minuto por falta de uso")
    with page.expect_response("**/session/touch") as touched:
        page.keyboard.press("Shift")
    assert touched.value.json()["idle_left_s"] == 900
    expect(warning).to_be_hidden()
    assert window.complaints == []


def test_a_page_left_alone_signs_out_and_says_why(open_window: OpenWindow, site: Site) -> None:
    person, window = site.staff("pilar"), open_window()
    leave_untouched(site, "pilar", timedelta(seconds=2))
    window.sign_in(person, site.url)
    window.page.goto(f"{site.url}/monitor")
    window.page.wait_for_url("**/sign-in?after=%2Fmonitor")
    expect(window.page.get_by_role("status")).to_contain_text("15 minutos sin uso")
    type_in(window.page, "pilar", person.password)
    window.page.wait_for_url("**/monitor")


@pytest.mark.usefixtures("empty_queue")
def test_after_signing_in_again_the_open_turn_is_there(
    open_window: OpenWindow, site: Site, kiosk: KioskHttp
) -> None:
    person, window = site.staff("lucia"), open_window()
    person.http.post(
        "/api/v1/counters/V2/open",
        json={"take_over": True},
        headers={"Idempotency-Key": str(uuid4())},
    )
    kiosk.issue("information")
    number = person.call_next("V2").json()["number"]
    window.sign_in(person, site.url)
    page = window.page
    page.goto(f"{site.url}/console?counter=V2")
    expect(page.locator("#current")).to_have_text(number)
    leave_untouched(site, "lucia", timedelta(seconds=-1))
    page.reload()
    type_in(page, "lucia", person.password)
    expect(page.locator("#current")).to_have_text(number)


def test_the_first_administrator_comes_in_with_the_code_by_keyboard(
    open_window: OpenWindow, site: Site
) -> None:
    window, code = open_window(), site.command("admin-code")
    page = window.page
    page.goto(f"{site.url}/sign-in")
    page.get_by_role("link", name="Crear la primera cuenta").click()
    expect(page.get_by_label("Código")).to_be_focused()
    for words in (code.lower(), "Rosa Quispe", "rosa", "una frase larga", "una frase larga"):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/enrol?**")
    secret = page.locator("#secret").text_content() or ""
    page.keyboard.type(App(secret).code())
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Ya los guardé").press("Enter")
    expect(page.get_by_role("link", name="rosa")).to_be_visible()
    assert window.complaints == []


def test_a_page_for_another_role_says_so_and_offers_the_way_out(
    open_window: OpenWindow, site: Site
) -> None:
    window = open_window()
    window.sign_in(site.staff("tomas", "it"), site.url)
    window.page.goto(f"{site.url}/console")
    expect(window.page.get_by_role("heading")).to_have_text("Esta página no es para su cuenta")
    window.page.get_by_role("button", name="Ingresar con otra cuenta").click()
    window.page.wait_for_url("**/sign-in")
