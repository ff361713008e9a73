"""Administration of accounts: one-time passwords, roles, shutting out, the last administrator."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select

from queue_server.core import tables as core
from queue_server.staff.model import PEOPLE, Role
from queue_server.staff.services import accounts
from tests.integration.staff.conftest import OPERATOR, PASSWORD, Office
from tests.support.site import Site

ACCOUNTS = "/api/v1/admin/accounts"


@pytest.fixture
def chief(office: Office) -> httpx.Client:
    return office.signed_in("jefa", Role.ADMINISTRATOR)


def order(browser: httpx.Client, name: str, verb: str, **body: str) -> httpx.Response:
    return browser.post(f"{ACCOUNTS}/{name}/{verb}", json=body or None)


def alive(browser: httpx.Client) -> bool:
    return browser.get("/api/v1/session").status_code == 200


def newest_event(office: Office) -> tuple[str, dict[str, Any]]:
    row = office.database.read(
        lambda uow: uow.connection.execute(
            select(core.events.c.kind, core.events.c.body).order_by(core.events.c.id.desc())
        ).first()
    )
    assert row is not None
    return row.kind, row.body


def test_a_new_account_gets_a_password_that_is_shown_once(
    office: Office, chief: httpx.Client
) -> None:
    body = {"name": "ana", "full_name": "Ana Torres", "role": "counter"}
    made = chief.post(ACCOUNTS, json=body)
    assert made.status_code == 201
    password = made.json()["password"]
    assert newest_event(office) == ("account.created", {"account": "ana", "role": "counter"})
    browser = office.browser()
    browser.post("/session", data={"name": "ana", "password": password})
    assert browser.get("/console").headers["location"].startswith("/password")
    listed = chief.get(ACCOUNTS)
    assert password not in listed.text
    assert {each["name"]: each["one_time"] for each in listed.json()} == {
        "ana": True,
        "jefa": False,
    }
    again = chief.post(ACCOUNTS, json=body)
    assert (again.status_code, again.json()["title"]) == (409, "account_exists")


@pytest.mark.parametrize(
    "body",
    [
        {"name": "Ana María", "full_name": "x", "role": "counter"},
        {"name": "ana", "full_name": "", "role": "counter"},
        {"name": "ana", "full_name": "x", "role": "kiosk"},
        {"name": "ana", "full_name": "x", "role": "counter", "password": "mine"},
    ],
)
def test_other_shapes_of_an_account_are_refused(chief: httpx.Client, body: dict[str, str]) -> None:
    assert chief.post(ACCOUNTS, json=body).status_code == 422


def test_another_role_ends_the_sessions_that_were_opened_with_the_old_one(
    office: Office, chief: httpx.Client
) -> None:
    ana = office.signed_in("ana")
    assert order(chief, "ana", "change", full_name="Ana T.").json()["full_name"] == "Ana T."
    assert newest_event(office) == ("account.changed", {"account": "ana", "what": "shown name"})
    assert alive(ana)
    assert order(chief, "ana", "change", role="supervisor").json()["role"] == "supervisor"
    assert newest_event(office)[1] == {"account": "ana", "what": "role", "role": "supervisor"}
    assert not alive(ana)


def test_a_disabled_account_is_out_at_once_and_comes_back_only_when_enabled(
    office: Office, chief: httpx.Client
) -> None:
    ana = office.signed_in("ana")
    for _ in range(2):
        assert order(chief, "ana", "disable").json()["disabled"] is True
    assert newest_event(office) == ("account.disabled", {"account": "ana"})
    assert not alive(ana)
    form = {"name": "ana", "password": PASSWORD}
    assert "wrong" in office.browser().post("/session", data=form).headers["location"]
    order(chief, "ana", "enable")
    assert not alive(ana)
    assert office.browser().post("/session", data=form).headers["location"] == "/"


def test_a_reset_password_replaces_the_old_one_and_ends_its_sessions(
    office: Office, chief: httpx.Client
) -> None:
    ana = office.signed_in("ana")
    password = order(chief, "ana", "reset-password").json()["password"]
    assert not alive(ana)
    for attempt, led in ((PASSWORD, "/sign-in?wrong=1&after=%2F"), (password, "/")):
        form = {"name": "ana", "password": attempt}
        assert office.browser().post("/session", data=form).headers["location"] == led


def test_one_session_is_ended_from_afar_and_the_others_stay(
    office: Office, chief: httpx.Client
) -> None:
    office.signed_in("ana")
    ana = office.signed_in("ana")  # the account was made anew: this is its only session
    sessions = chief.get(f"{ACCOUNTS}/ana/sessions").json()
    assert len(sessions) == 1
    ended = order(chief, "ana", f"sessions/{sessions[0]['id']}/end")
    assert ended.status_code == 204
    assert not alive(ana)
    assert newest_event(office)[0] == "session.ended"
    assert order(chief, "ana", f"sessions/{sessions[0]['id']}/end").status_code == 404
    assert alive(chief)


def check_last_administrator_stays(office: Office, chief: httpx.Client) -> None:
    """Raise AssertionError if the only administrator could be lost."""
    for answer in (
        order(chief, "jefa", "disable"),
        order(chief, "jefa", "change", role="counter"),
    ):
        assert answer.status_code == 409
        assert answer.json()["title"] == "last_administrator"
    assert office.database.read(lambda uow: accounts.has_administrator(uow, "PRUEBA"))


def test_the_last_administrator_can_be_neither_shut_out_nor_demoted(
    office: Office, chief: httpx.Client
) -> None:
    check_last_administrator_stays(office, chief)
    office.account("otra", Role.ADMINISTRATOR)
    assert order(chief, "otra", "disable").status_code == 200
    check_last_administrator_stays(office, chief)  # a disabled one does not count
    order(chief, "otra", "enable")
    assert order(chief, "jefa", "change", role="counter").status_code == 200


@pytest.mark.negative_control
def test_an_administration_without_that_care_is_caught(
    office: Office, chief: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "_keep_an_administrator", lambda *_: None)
    with pytest.raises(AssertionError):
        check_last_administrator_stays(office, chief)


@pytest.mark.parametrize("verb", ["change", "disable", "enable", "reset-password"])
def test_an_account_that_does_not_exist_is_said_so(chief: httpx.Client, verb: str) -> None:
    body = {"role": "it"} if verb == "change" else {}
    assert order(chief, "nadie", verb, **body).json()["title"] == "unknown_account"


def test_the_command_line_prints_only_the_password_for_every_role(office: Office) -> None:
    site = Site(office.folder)
    for role in PEOPLE:
        assert len(site.command("add-staff", f"x-{role}", "--role", role).split()) == 1
    site.command("add-staff", "ana", "--full-name", "Ana Torres")
    found = office.database.read(lambda uow: accounts.account(uow, OPERATOR.site, "ana"))
    assert (found.role, found.full_name, found.one_time) == (Role.COUNTER, "Ana Torres", False)
