"""What gives or takes power asks again who one is, when the last code is fifteen minutes old."""

import httpx
import pytest

from queue_server.staff.api import access
from queue_server.staff.model import Role
from queue_server.staff.services import sessions
from queue_server.web.openapi import application
from queue_server.web.roles import route_access
from tests.integration.staff.conftest import PASSWORD, Office, after_password
from tests.support.second_factor import App

ACCOUNTS = "/api/v1/admin/accounts"
PROVE = "/api/v1/session/prove"
BODY = {"name": "ana", "full_name": "Ana Torres", "role": "counter"}


def chief(office: Office) -> tuple[httpx.Client, App]:
    """An administrator who signed in an hour ago and has touched the page ever since."""
    app, _ = office.enrolled("jefa")
    browser = office.browser()
    after_password(browser, "jefa")
    browser.post("/sign-in/code", data={"code": app.code(office.clock.at)})
    for _ in range(5):
        office.clock.advance(minutes=12)
        assert browser.post("/session/touch").status_code == 200
    return browser, app


def check_power_needs_a_fresh_code(office: Office) -> None:
    """Raise AssertionError if an hour-old code were enough to make an account."""
    browser, app = chief(office)
    refused = browser.post(ACCOUNTS, json=BODY)
    assert (refused.status_code, refused.json().get("title")) == (403, "prove_again")
    assert refused.json()["by"] == "code"
    assert browser.get(ACCOUNTS).status_code == 200, "looking needs none"
    assert browser.post(PROVE, json={"proof": app.code(office.clock.at)}).status_code == 204
    assert browser.post(ACCOUNTS, json=BODY).status_code == 201
    office.clock.advance(minutes=14, seconds=59)
    assert browser.post(f"{ACCOUNTS}/ana/disable").status_code == 200
    office.clock.advance(seconds=1)
    browser.post("/session/touch")
    assert browser.post(f"{ACCOUNTS}/ana/enable").status_code in (401, 403)


def test_power_needs_a_fresh_code(office: Office) -> None:
    check_power_needs_a_fresh_code(office)


@pytest.mark.negative_control
def test_a_server_that_never_asks_again_is_caught(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "FRESH_FOR", sessions.timedelta(hours=10))
    with pytest.raises(AssertionError):
        check_power_needs_a_fresh_code(office)


def test_the_code_that_signed_in_does_not_prove_anything_again(office: Office) -> None:
    app, _ = office.enrolled("jefa")
    browser = office.browser()
    after_password(browser, "jefa")
    code = app.code(office.clock.at)
    browser.post("/sign-in/code", data={"code": code})
    assert browser.post(PROVE, json={"proof": code}).json()["title"] == "wrong_proof"


def test_the_fifth_wrong_proof_ends_the_session(office: Office) -> None:
    browser, _ = chief(office)
    for _ in range(4):
        assert browser.post(PROVE, json={"proof": "000000"}).status_code == 422
    assert browser.get("/api/v1/session").status_code == 200
    browser.post(PROVE, json={"proof": "000000"})
    assert browser.get("/api/v1/session").status_code == 401


def test_without_a_second_factor_it_is_the_password_again(office: Office) -> None:
    ana = office.signed_in("ana")
    office.clock.advance(minutes=14)
    ana.post("/session/touch")
    office.clock.advance(minutes=1)
    asked = ana.get("/account/second-factor")
    assert asked.headers["location"] == "/account/prove?after=%2Faccount%2Fsecond-factor"
    form = ana.get("/account/prove?after=/account/second-factor").text
    assert "Su contraseña" in form
    wrong = ana.post("/account/prove", data={"proof": "no"})
    assert (wrong.status_code, "No es correcto" in wrong.text) == (422, True)
    led = ana.post("/account/prove", data={"proof": PASSWORD, "after": "/account/second-factor"})
    assert led.headers["location"] == "/account/second-factor"
    assert ana.get("/account/second-factor").status_code == 200
    outside = ana.post("/account/prove", data={"proof": PASSWORD, "after": "//example.com"})
    assert outside.headers["location"] == "/"


def test_every_change_of_an_account_asks_for_it(office: Office) -> None:
    """Read off the router: whoever adds a route of this kind cannot forget it."""
    changes = {
        (each.method, each.path)
        for each in route_access(application())
        if each.path.startswith(ACCOUNTS) and each.method != "GET" and "sessions" not in each.path
    }
    assert len(changes) >= 6
    browser, _ = chief(office)
    for method, path in sorted(changes):
        body = BODY if path == ACCOUNTS else {"role": "it"}
        answer = browser.request(method, path.replace("{name}", "jefa"), json=body)
        assert answer.json()["title"] == "prove_again", path


def test_the_dependency_is_one_that_other_slices_can_use() -> None:
    wanted = access.FreshlyProven((Role.IT,))
    assert wanted.roles == (Role.IT,)
    assert wanted.fresh
