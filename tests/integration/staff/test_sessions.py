"""Sessions: how they begin, what keeps them alive, what ends them."""

import httpx
import pytest
from sqlalchemy import select

from queue_server.core import tables as core
from queue_server.staff import tables
from queue_server.staff.api import COOKIE
from queue_server.staff.model import Allowance, Role, digest
from queue_server.staff.services import sign_in_limits
from tests.integration.staff.conftest import PASSWORD, Office


def alive(browser: httpx.Client) -> bool:
    return browser.get("/api/v1/session").status_code == 200


def sign_in(browser: httpx.Client, name: str, password: str = PASSWORD) -> str:
    """Where the form led to; its status when it led nowhere."""
    answer = browser.post("/session", data={"name": name, "password": password})
    return answer.headers.get("location", str(answer.status_code))


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(office: Office) -> None:
    office.account("ana")
    for scheme, secure in (("http", False), ("https", True)):
        browser = office.browser(f"{scheme}://testserver")
        answer = browser.post("/session", data={"name": "ana", "password": PASSWORD})
        words = answer.headers["set-cookie"].lower()
        assert "httponly" in words
        assert "samesite=strict" in words
        assert "max-age=36000" in words
        assert ("secure" in words) is secure


def test_only_the_hash_of_the_cookie_is_kept(office: Office) -> None:
    browser = office.signed_in("ana")
    value = browser.cookies[COOKIE]
    kept = office.database.read(
        lambda uow: uow.connection.execute(select(tables.sessions.c.token_hash)).scalar_one()
    )
    assert kept == digest(value)
    assert value.encode() not in b"".join(
        each.read_bytes() for each in office.folder.glob("ventanilla.db*")
    )


def test_a_session_nobody_touches_ends_after_fifteen_minutes(office: Office) -> None:
    browser = office.signed_in("ana")
    office.clock.advance(minutes=14, seconds=59)
    assert alive(browser)
    office.clock.advance(seconds=1)
    refused = browser.get("/api/v1/session")
    assert (refused.status_code, refused.json()["reason"]) == (401, "idle")
    assert "15 minutos sin uso" in browser.get("/sign-in").text


def test_a_touch_keeps_it_alive_and_reading_does_not(office: Office) -> None:
    touched, reading = office.signed_in("ana"), office.signed_in("luis")
    for _ in range(4):
        office.clock.advance(minutes=5)
        assert touched.post("/session/touch").json()["idle_left_s"] == 900
        reading.get("/console")
        reading.get("/api/v1/console")
        reading.get("/api/v1/session")
    assert (alive(touched), alive(reading)) == (True, False)


def test_an_ended_session_is_not_brought_back_by_a_touch(office: Office) -> None:
    browser = office.signed_in("ana")
    office.clock.advance(minutes=15)
    assert browser.post("/session/touch").status_code == 401
    assert not alive(browser)


def test_ten_hours_are_the_most_however_often_it_is_touched(office: Office) -> None:
    browser = office.signed_in("ana")
    for _ in range(49):
        office.clock.advance(minutes=12)
        assert browser.post("/session/touch").status_code == 200
    office.clock.advance(minutes=12)
    assert browser.post("/session/touch").status_code == 401
    assert "10 horas" in browser.get("/sign-in").text


def test_wrong_words_and_unknown_names_are_told_the_same(office: Office) -> None:
    office.account("ana")
    for name, password in (("ana", "not this one"), ("nobody", PASSWORD), ("ana", "")):
        assert sign_in(office.browser(), name, password).startswith("/sign-in?wrong=1")
    assert sign_in(office.browser(), " ANA ") == "/"


def test_after_five_wrong_tries_one_waits_and_is_told_how_long(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = Allowance(2, sign_in_limits.PAIR.refill)  # each try costs an argon2id
    monkeypatch.setattr(sign_in_limits, "PAIR", few)
    office.account("ana")
    browser = office.browser()
    for _ in range(2):
        sign_in(browser, "ana", "not this one")
    answer = browser.post("/session", data={"name": "ana", "password": PASSWORD})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")
    assert "Espere 30 segundos" in answer.text
    assert "Content-Security-Policy" in answer.headers
    elsewhere = office.browser(address="192.0.2.9")
    assert sign_in(elsewhere, "ana") == "/"


def test_a_one_time_password_opens_only_the_page_that_replaces_it(office: Office) -> None:
    office.account("ana", one_time=True)
    browser, mine = office.browser(), "una frase propia"
    assert sign_in(browser, "ana") == "/"
    assert browser.get("/console").headers["location"] == "/password?after=%2Fconsole"
    assert browser.get("/api/v1/console").json()["title"] == "change_password"
    assert "de un solo uso" in browser.get("/password").text
    form = {"current": PASSWORD, "password": mine, "again": mine, "after": "/console"}
    assert browser.post("/password", data=form).headers["location"] == "/console"
    assert browser.get("/api/v1/console").status_code == 200
    assert sign_in(office.browser(), "ana") != "/"
    assert sign_in(office.browser(), "ana", mine) == "/"


def test_one_changes_ones_own_password_and_every_other_session_ends(office: Office) -> None:
    browser, other = office.signed_in("ana"), office.browser()
    sign_in(other, "ana")
    mine = "una frase propia"
    for fault, form in {
        "al menos 10": {"current": PASSWORD, "password": "corta", "again": "corta"},
        "no son iguales": {"current": PASSWORD, "password": mine, "again": mine + "!"},
        "distinta": {"current": PASSWORD, "password": PASSWORD, "again": PASSWORD},
        "actual no es correcta": {"current": "not this", "password": mine, "again": mine},
    }.items():
        assert fault in browser.post("/password", data=form).text
    browser.post("/password", data={"current": PASSWORD, "password": mine, "again": mine})
    assert (alive(browser), alive(other)) == (True, False)


def test_signing_out_ends_the_session_for_whoever_kept_the_cookie(office: Office) -> None:
    browser = office.signed_in("ana")
    value = browser.cookies[COOKIE]
    assert browser.post("/session/end").headers["location"] == "/sign-in"
    kept = office.browser()
    kept.cookies.set(COOKIE, value)
    assert not alive(kept)


def test_the_log_says_who_came_and_went_and_holds_no_secret(office: Office) -> None:
    browser = office.signed_in("ana")
    value = browser.cookies[COOKIE]
    browser.post("/session/end")
    rows = office.database.read(
        lambda uow: uow.connection.execute(
            select(core.events.c.kind, core.events.c.actor, core.events.c.body)
        ).all()
    )
    went = [(row.kind, row.actor) for row in rows if row.kind.startswith("session.")]
    assert went == [("session.opened", "counter:ana"), ("session.ended", "counter:ana")]
    written = str([row.body for row in rows])
    assert "Persona" not in written
    assert value not in written


def test_everybody_is_led_to_their_own_work(office: Office) -> None:
    homes = {
        role: office.signed_in(role, role).get("/").headers["location"]
        for role in (Role.COUNTER, Role.IT)
    }
    assert homes == {Role.COUNTER: "/console", Role.IT: "/monitor"}
    assert office.browser().get("/").headers["location"] == "/sign-in"


@pytest.mark.parametrize("after", ["https://example.com/", "//example.com", "/\\example.com"])
def test_signing_in_never_leads_to_another_site(office: Office, after: str) -> None:
    office.account("ana")
    form = {"name": "ana", "password": PASSWORD, "after": after}
    assert office.browser().post("/session", data=form).headers["location"] == "/"
