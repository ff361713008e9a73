"""Sessions that somebody else planted, kept or outlived: none of them opens anything."""

from collections.abc import Callable

import httpx
import pytest

from queue_server.staff.api import sign_in
from queue_server.staff.model import Role
from queue_server.staff.services import accounts, sessions
from tests.integration.staff.conftest import PASSWORD, Office, after_password

COOKIE = "ventanilla_session"


def alive(browser: httpx.Client) -> bool:
    return browser.get("/api/v1/session").status_code == 200


def check_planted_session_is_not_adopted(office: Office) -> None:
    """Raise AssertionError if signing in gave life to a value known before."""
    office.account("ana")
    victim, attacker = office.browser(), office.browser()
    planted = "A" * 43
    for browser in (victim, attacker):
        browser.cookies.set(COOKIE, planted, domain="testserver.local", path="/")
    victim.post("/session", data={"name": "ana", "password": PASSWORD})
    values = {each.value for each in victim.cookies.jar if each.name == COOKIE}
    assert len(values - {planted}) == 1, "no value of its own"
    assert not alive(attacker)


def test_a_cookie_planted_before_signing_in_is_not_adopted(office: Office) -> None:
    check_planted_session_is_not_adopted(office)


@pytest.mark.negative_control
def test_a_server_that_adopts_the_cookie_it_finds_is_caught(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions.secrets, "token_urlsafe", lambda _: "A" * 43)
    monkeypatch.setattr(sign_in.sessions, "close_session", lambda *_: None)
    with pytest.raises(AssertionError):
        check_planted_session_is_not_adopted(office)


def test_signing_in_again_ends_the_session_the_browser_held(office: Office) -> None:
    office.account("ana")
    browser = office.browser()
    after_password(browser, "ana")
    kept = office.browser()
    kept.cookies.set(COOKIE, browser.cookies[COOKIE])
    assert alive(kept)
    after_password(browser, "ana")
    assert (alive(browser), alive(kept)) == (True, False)


# How a session ends by an order of somebody, and what a server is like that misses it.
def _sign_out(_: Office, browser: httpx.Client) -> None:
    browser.post("/session/end")


def _disable(office: Office, _: httpx.Client) -> None:
    _chief(office).post("/api/v1/admin/accounts/ana/disable").raise_for_status()


def _new_role(office: Office, _: httpx.Client) -> None:
    body = {"role": "supervisor"}
    _chief(office).post("/api/v1/admin/accounts/ana/change", json=body).raise_for_status()


def _reset(office: Office, _: httpx.Client) -> None:
    _chief(office).post("/api/v1/admin/accounts/ana/reset-password").raise_for_status()


def _kill(office: Office, _: httpx.Client) -> None:
    chief = _chief(office)
    found = chief.get("/api/v1/admin/accounts/ana/sessions").json()[0]["id"]
    assert chief.post(f"/sessions/ana/{found}/end").headers["location"] == "/sessions"


def _own_password_elsewhere(office: Office, _: httpx.Client) -> None:
    other, mine = office.browser(), "una frase propia"
    after_password(other, "ana")
    form = {"current": PASSWORD, "password": mine, "again": mine}
    assert other.post("/password", data=form).status_code == 303
    assert alive(other)


def _chief(office: Office) -> httpx.Client:
    return office.signed_in("jefa", Role.ADMINISTRATOR)


ENDINGS: list[Callable[[Office, httpx.Client], None]] = [
    _sign_out,
    _disable,
    _new_role,
    _reset,
    _kill,
    _own_password_elsewhere,
]


def check_kept_cookie_is_refused_after(
    office: Office, ending: Callable[[Office, httpx.Client], None]
) -> None:
    """Raise AssertionError if whoever kept a copy of the cookie were still let in."""
    ana = office.signed_in("ana")
    kept = office.browser()
    kept.cookies.set(COOKIE, ana.cookies[COOKIE])
    assert alive(kept)
    ending(office, ana)
    assert kept.get("/api/v1/session").json()["title"] == "signed_out"
    assert kept.post("/session/touch").status_code == 401


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_next_request_after_an_ending_is_refused(
    office: Office, ending: Callable[[Office, httpx.Client], None]
) -> None:
    check_kept_cookie_is_refused_after(office, ending)


@pytest.mark.negative_control
@pytest.mark.parametrize("ending", [_sign_out, _new_role, _reset, _kill, _own_password_elsewhere])
def test_a_server_that_only_forgets_the_cookie_is_caught(
    office: Office,
    monkeypatch: pytest.MonkeyPatch,
    ending: Callable[[Office, httpx.Client], None],
) -> None:
    monkeypatch.setattr(accounts, "end_sessions", lambda *_: None)
    monkeypatch.setattr(sessions, "end_session", lambda *_: None)
    with pytest.raises((AssertionError, KeyError)):
        check_kept_cookie_is_refused_after(office, ending)


@pytest.mark.negative_control
def test_a_server_that_does_not_look_at_the_account_is_caught(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "disable_account", lambda *_: None)
    with pytest.raises((AssertionError, KeyError)):
        check_kept_cookie_is_refused_after(office, _disable)
