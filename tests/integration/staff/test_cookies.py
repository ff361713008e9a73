"""What cookies are called and how they are set, with TLS and on the plain loopback profile."""

from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest

from queue_server.staff.api import cookies
from queue_server.staff.api.cookies import BROWSER, DISPLAY, HALF_SESSION, SESSION
from queue_server.staff.model import Role
from tests.integration.staff.conftest import PASSWORD, Office, after_password, enrol_by_form
from tests.support.site import running_site

TLS = "https://testserver"
ALL = (SESSION, HALF_SESSION, BROWSER, DISPLAY)


def set_cookies(answer: httpx.Response) -> dict[str, dict[str, str]]:
    """The cookies an answer sets: their attributes by name."""
    found = {}
    for line in answer.headers.get_list("set-cookie"):
        for name, morsel in SimpleCookie(line).items():
            found[name] = {key: str(value) for key, value in morsel.items() if value}
    return found


def every_cookie(office: Office, base_url: str) -> dict[str, dict[str, str]]:
    """Everything the server ever hands out, on the way of an administrator and of a display."""
    office.account("jefa", Role.ADMINISTRATOR)
    browser = office.browser(base_url)
    found = set_cookies(browser.post("/session", data={"name": "jefa", "password": PASSWORD}))
    found |= set_cookies(enrol_by_form(office, browser))
    return found | set_cookies(office.browser(base_url).post("/api/v1/displays/request"))


def check_host_cookies(office: Office) -> None:
    """Raise AssertionError unless over TLS every cookie is bound to this host (RFC 6265bis)."""
    found = every_cookie(office, TLS)
    assert set(found) == {"__Host-session", "__Host-sign-in", "__Host-browser", "__Host-display"}
    for attributes in found.values():
        assert attributes["secure"] == attributes["httponly"] == "True"
        assert (attributes["samesite"], attributes["path"]) == ("strict", "/")
        assert "domain" not in attributes


def test_over_tls_every_cookie_is_bound_to_this_host(office: Office) -> None:
    check_host_cookies(office)


@pytest.mark.negative_control
def test_a_cookie_without_the_prefix_is_caught(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cookies, "_over_tls", lambda _: False)
    with pytest.raises(AssertionError):
        check_host_cookies(office)


def test_the_plain_profile_has_plain_names_and_everything_else(office: Office) -> None:
    found = every_cookie(office, "http://testserver")
    assert set(found) == {each.plain for each in ALL}
    for attributes in found.values():
        assert attributes["httponly"] == "True"
        assert attributes["samesite"] == "strict"
        assert "secure" not in attributes


def test_over_tls_a_plain_name_that_somebody_planted_counts_for_nothing(office: Office) -> None:
    office.account("ana")
    browser = office.browser()
    after_password(browser, "ana")
    value = browser.cookies["ventanilla_session"]
    victim = office.browser(TLS)
    victim.cookies.set("ventanilla_session", value)
    assert victim.get("/api/v1/session").status_code == 401
    victim.cookies.set("__Host-session", value)
    assert victim.get("/api/v1/session").status_code == 200


def test_signing_out_takes_the_cookie_back_under_its_name(office: Office) -> None:
    office.account("ana")
    browser = office.browser(TLS)
    after_password(browser, "ana")
    gone = set_cookies(browser.post("/session/end"))
    assert gone["__Host-session"]["max-age"] == "0"
    assert gone["__Host-session"]["secure"] == "True"


def test_each_lasts_as_long_as_what_it_stands_for() -> None:
    assert SESSION.lasts == timedelta(hours=10)
    assert HALF_SESSION.lasts == timedelta(minutes=5)


def test_a_real_browser_session_over_real_tls_has_the_bound_names(tmp_path: Path) -> None:
    with running_site(tmp_path, tls=True) as site:
        person = site.staff("jefa", "administrator")
        assert {"__Host-session", "__Host-browser"} <= set(person.http.cookies)
        assert person.http.get("/api/v1/session").json()["name"] == "jefa"
        plain = httpx.Client(base_url=site.url, verify=site.verify, trust_env=False)
        plain.cookies.set("ventanilla_session", person.http.cookies["__Host-session"])
        assert plain.get("/api/v1/session").status_code == 401
