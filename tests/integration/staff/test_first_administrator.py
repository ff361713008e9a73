"""No default account: a code the server prints opens the site to its first administrator."""

import httpx
import pytest

from queue_server.staff.model import Role
from queue_server.staff.services import first_administrator
from tests.integration.staff.conftest import OPERATOR, PASSWORD, SITE, Office, enrol_by_form
from tests.support.site import Site

FORM = {"name": "Jefa", "full_name": "Rosa Quispe", "password": PASSWORD, "again": PASSWORD}


def new_code(office: Office) -> str:
    return office.database.run(lambda uow: first_administrator.new_code(uow, OPERATOR))


def send(browser: httpx.Client, code: str, **changes: str) -> httpx.Response:
    return browser.post("/first-administrator", data={**FORM, "code": code, **changes})


def test_init_prints_the_code_on_a_line_of_its_own(office: Office) -> None:
    site = Site(office.folder)
    said = site.command("init").splitlines()
    assert len(said) == 3
    assert "/first-administrator" in said[1]
    assert send(office.browser(), said[2].lower()).headers["location"].startswith("/sign-in/enrol")
    assert len(site.command("init").splitlines()) == 1, "there is an administrator now"
    with pytest.raises(AssertionError, match="Ya hay una cuenta de administración"):
        site.command("admin-code")


def test_a_new_code_makes_the_earlier_one_void(office: Office) -> None:
    site = Site(office.folder)
    first, second = site.command("admin-code"), site.command("admin-code")
    assert send(office.browser(), first).status_code == 403
    assert send(office.browser(), second).status_code == 303


def test_the_code_makes_one_administrator_signs_in_and_is_used_up(office: Office) -> None:
    code, browser = new_code(office), office.browser()
    assert "/first-administrator" in browser.get("/sign-in").text
    assert "Primera cuenta" in browser.get("/first-administrator").text
    assert send(browser, code).headers["location"] == "/sign-in/enrol?after=%2F"
    assert enrol_by_form(office, browser).status_code == 200
    session = browser.get("/api/v1/session").json()
    assert (session["name"], session["full_name"], session["role"]) == (
        "jefa",
        "Rosa Quispe",
        "administrator",
    )
    again = send(office.browser(), code, name="otra")
    assert again.headers["location"] == "/sign-in", "the page is gone"
    assert office.browser().get("/first-administrator").status_code == 303


def test_five_wrong_tries_spoil_the_code(office: Office) -> None:
    code, browser = new_code(office), office.browser()
    for _ in range(4):
        assert "no es correcto" in send(browser, "0000-0000-0000-0000").text
    assert "ya no sirve" in send(browser, "0000-0000-0000-0000").text
    refused = send(browser, code)
    assert refused.status_code == 403
    assert "admin-code" in refused.text
    assert "no-store" in refused.headers["cache-control"]


def test_the_code_lasts_a_day(office: Office) -> None:
    code = new_code(office)
    office.clock.advance(hours=24)
    assert send(office.browser(), code).status_code == 403


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "corta", "again": "corta"}, "al menos 10"),
        ({"again": PASSWORD + "!"}, "no son iguales"),
        ({"full_name": " "}, "Escriba su nombre"),
        ({"name": "dos palabras"}, "letras minúsculas"),
    ],
)
def test_a_form_filled_in_wrong_costs_no_try_and_keeps_what_was_typed(
    office: Office, changes: dict[str, str], words: str
) -> None:
    code, browser = new_code(office), office.browser()
    refused = send(browser, code, **changes)
    assert refused.status_code == 422
    assert words in refused.text
    assert code in refused.text
    assert PASSWORD not in refused.text
    assert send(browser, code).status_code == 303


def test_a_name_that_is_taken_is_no_way_into_that_account(office: Office) -> None:
    office.account("jefa", Role.COUNTER)
    refused = send(office.browser(), new_code(office))
    assert refused.status_code == 409
    assert "elija otro" in refused.text


def test_only_the_hash_of_the_code_is_kept(office: Office) -> None:
    code = new_code(office)
    written = b"".join(each.read_bytes() for each in office.folder.glob("ventanilla.db*"))
    assert code.encode() not in written
    assert code.replace("-", "").encode() not in written
    assert (
        office.database.read(lambda uow: first_administrator.check_code(uow, SITE, code))
        is first_administrator.CodeVerdict.RIGHT
    )
