"""The way in: no page without a session, and back to the page that was wanted."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Window
from tests.support.site import Site, StaffHttp

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
