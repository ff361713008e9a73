"""The second factor: asked for where it must be, and no code opens anything twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from queue_server.core import tables as core
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.staff import model, tables
from queue_server.staff.model import Proof, Role
from queue_server.staff.services import accounts, second_factor, sign_in
from tests.integration.staff.conftest import OPERATOR, SITE, Office, after_password, enrol_by_form
from tests.support.second_factor import App
from tests.support.site import Site

ACCOUNTS = "/api/v1/admin/accounts"


def _reset_password(uow: UnitOfWork, actor: Actor, name: str) -> None:
    accounts.reset_password(uow, actor, name, "another hash")


def alive(browser: httpx.Client) -> bool:
    return browser.get("/api/v1/session").status_code == 200


def type_code(browser: httpx.Client, code: str, after: str = "/") -> str:
    """Where the code led; the status when it led nowhere."""
    answer = browser.post("/sign-in/code", data={"code": code, "after": after})
    return answer.headers.get("location", str(answer.status_code))


def kinds(office: Office) -> list[str]:
    """The kinds of all events, in order."""
    rows = office.database.read(
        lambda uow: uow.connection.execute(
            select(core.events.c.kind).order_by(core.events.c.id)
        ).scalars()
    )
    return list(rows)


def check_password_alone_opens_nothing(office: Office) -> None:
    """Raise AssertionError if an administrator's password alone opened anything."""
    office.enrolled("jefa")
    browser = office.browser()
    assert after_password(browser, "jefa") == "/sign-in/code?after=%2F"
    assert not alive(browser)
    for path in ("/administration", "/account", "/account/prove", "/password", "/sessions"):
        assert browser.get(path).headers.get("location", "").startswith("/sign-in?after="), path
    assert browser.get(ACCOUNTS).status_code == 401
    assert browser.get("/api/v1/feed").status_code == 401


def test_the_password_alone_opens_nothing_to_an_administrator(office: Office) -> None:
    check_password_alone_opens_nothing(office)


@pytest.mark.negative_control
def test_a_server_content_with_the_password_is_caught(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "needs_code", lambda _: False)
    monkeypatch.setattr(second_factor, "is_enrolled", lambda *_: False)
    with pytest.raises(AssertionError):
        check_password_alone_opens_nothing(office)


def test_the_half_session_is_no_session_under_another_name(office: Office) -> None:
    office.enrolled("jefa")
    browser, other = office.browser(), office.browser()
    after_password(browser, "jefa")
    other.cookies.set("ventanilla_session", browser.cookies["ventanilla_sign_in"])
    assert not alive(other)


def test_the_code_opens_the_session_and_leads_where_one_wanted(office: Office) -> None:
    app, _ = office.enrolled("jefa")
    browser = office.browser()
    after_password(browser, "jefa")
    assert "jefa" in browser.get("/sign-in/code").text
    assert type_code(browser, app.code(office.clock.at), "/reports") == "/reports"
    assert alive(browser)
    assert browser.get(ACCOUNTS).status_code == 200
    assert "ventanilla_sign_in" not in browser.cookies
    assert kinds(office)[-2:] == ["second_factor.enrolled", "session.opened"]


@pytest.mark.parametrize("after", ["https://example.com/", "//example.com", "/\\example.com"])
def test_the_code_never_leads_to_another_site(office: Office, after: str) -> None:
    app, _ = office.enrolled("jefa")
    browser = office.browser()
    after_password(browser, "jefa")
    assert type_code(browser, app.code(office.clock.at), after) == "/"


def check_no_code_is_taken_twice(office: Office) -> None:
    """Raise AssertionError if a code that was seen over a shoulder opened a second session."""
    app, _ = office.enrolled("jefa")
    code, first, second = app.code(office.clock.at), office.browser(), office.browser()
    after_password(first, "jefa")
    after_password(second, "jefa")
    assert type_code(first, code) == "/"
    assert type_code(second, code) == "422"
    office.clock.advance(seconds=30)
    assert type_code(second, code) == "422", "it is still within the window"
    assert type_code(second, app.code(office.clock.at)) == "/"


def test_a_code_that_was_used_is_not_taken_again(office: Office) -> None:
    check_no_code_is_taken_twice(office)


@pytest.mark.negative_control
def test_a_server_that_forgets_the_last_step_is_caught(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = model.matching_step
    monkeypatch.setattr(
        second_factor, "matching_step", lambda secret, typed, now, _: real(secret, typed, now, 0)
    )
    monkeypatch.setattr(second_factor, "_use_step", lambda *_: True)
    with pytest.raises(AssertionError):
        check_no_code_is_taken_twice(office)


def test_two_who_send_the_same_code_at_once_are_one(office: Office) -> None:
    app, _ = office.enrolled("jefa")
    halves = [office.database.run(lambda uow: _half(uow)) for _ in range(8)]
    code = app.code(office.clock.at)

    def send(value: str) -> Any:
        return office.database.run(lambda uow: sign_in.after_code(uow, value, code, _NOWHERE))

    with ThreadPoolExecutor(8) as threads:
        steps = list(threads.map(send, halves))
    assert [each.next for each in steps if each is not None] == [sign_in.Next.IN]


def test_five_wrong_codes_end_the_half_session(office: Office) -> None:
    app, _ = office.enrolled("jefa")
    browser = office.browser()
    after_password(browser, "jefa")
    for _ in range(4):
        assert type_code(browser, "000000") == "422"
    assert type_code(browser, "000000").startswith("/sign-in?over=1")
    assert type_code(browser, app.code(office.clock.at)).startswith("/sign-in?over=1")
    assert "cinco códigos equivocados" in browser.get("/sign-in?over=1").text
    assert not alive(browser)


def test_a_half_session_lasts_five_minutes(office: Office) -> None:
    app, _ = office.enrolled("jefa")
    browser = office.browser()
    after_password(browser, "jefa")
    office.clock.advance(minutes=5)
    assert type_code(browser, app.code(office.clock.at)).startswith("/sign-in?over=1")


@pytest.mark.parametrize("order", [accounts.disable_account, _reset_password])
def test_what_ends_sessions_ends_a_sign_in_that_waits_for_its_code(
    office: Office, order: Callable[[UnitOfWork, Actor, str], None]
) -> None:
    app, _ = office.enrolled("jefa")
    office.account("otra", Role.ADMINISTRATOR)
    browser = office.browser()
    after_password(browser, "jefa")
    office.database.run(lambda uow: order(uow, OPERATOR, "jefa"))
    assert type_code(browser, app.code(office.clock.at)).startswith("/sign-in?over=1")


def test_whoever_has_a_one_time_password_enrols_first_and_then_chooses_their_own(
    office: Office,
) -> None:
    office.account("jefa", Role.ADMINISTRATOR, one_time=True)
    browser = office.browser()
    assert after_password(browser, "jefa") == "/sign-in/enrol?after=%2F"
    assert enrol_by_form(office, browser).status_code == 200
    assert browser.get("/administration").headers["location"].startswith("/password?")
    assert browser.get(ACCOUNTS).json()["title"] == "change_password"


def test_who_must_have_one_enrols_at_the_first_sign_in(office: Office) -> None:
    office.account("soporte", Role.IT)
    browser = office.browser()
    assert after_password(browser, "soporte") == "/sign-in/enrol?after=%2F"
    page = browser.get("/sign-in/enrol")
    assert "<svg" in page.text
    assert browser.get("/sign-in/enrol").text == page.text, "a reload offers the same secret"
    assert "no-store" in page.headers["cache-control"]
    wrong = browser.post("/sign-in/enrol", data={"code": "000000"})
    assert (wrong.status_code, "no es correcto" in wrong.text) == (422, True)
    assert not alive(browser)
    done = enrol_by_form(office, browser)
    codes = set(_codes(done.text))
    assert len(codes) == 10
    assert alive(browser)
    again = office.browser()
    assert after_password(again, "soporte") == "/sign-in/code?after=%2F"
    assert again.get("/sign-in/enrol").headers["location"].startswith("/sign-in/code")
    assert again.post("/sign-in/enrol", data={"code": "000000"}).status_code == 303
    kept = b"".join(each.read_bytes() for each in office.folder.glob("ventanilla.db*"))
    assert not [each for each in codes if each.replace("-", "").encode() in kept]


def test_an_offer_that_is_too_old_is_made_anew(office: Office) -> None:
    office.account("soporte", Role.IT)
    browser = office.browser()
    after_password(browser, "soporte")
    first = browser.get("/sign-in/enrol").text
    office.clock.advance(minutes=15)
    after_password(browser, "soporte")
    assert browser.get("/sign-in/enrol").text != first


def test_the_secret_is_sealed_and_belongs_to_its_column(office: Office) -> None:
    app, _ = office.enrolled("jefa")
    row = office.database.read(
        lambda uow: uow.connection.execute(select(tables.second_factors)).one()
    )
    assert app.secret.encode() not in bytes(row.secret)
    vault = office.database.vault
    assert vault.open_text("second_factors.secret", row.secret) == app.secret


def test_a_recovery_code_opens_once_however_it_is_typed(office: Office) -> None:
    _, codes = office.enrolled("jefa")
    typed = f" {codes[3].lower().replace('-', ' ')} "
    first, second = office.browser(), office.browser()
    after_password(first, "jefa")
    after_password(second, "jefa")
    assert type_code(first, typed) == "/"
    assert type_code(second, typed) == "422"
    assert type_code(second, codes[4]) == "/"
    left = office.database.read(
        lambda uow: uow.connection.execute(
            select(func.count()).select_from(tables.recovery_codes)
        ).scalar_one()
    )
    assert left == 8
    opened = office.database.read(
        lambda uow: uow.connection.execute(
            select(core.events.c.body).where(core.events.c.kind == "session.opened")
        ).scalars()
    )
    assert {each["proof"] for each in opened} == {Proof.RECOVERY_CODE}


def test_everybody_else_may_have_one_and_give_it_up(office: Office) -> None:
    ana, other = office.signed_in("ana"), office.browser()
    after_password(other, "ana")
    assert alive(other)
    page = ana.get("/account/second-factor").text
    secret = page.partition('id="secret">')[2].partition("<")[0]
    done = ana.post("/account/second-factor", data={"code": App(secret).code(office.clock.at)})
    assert len(set(_codes(done.text))) == 10
    assert (alive(ana), alive(other)) == (True, False)
    assert "Activa" in ana.get("/account").text
    assert after_password(office.browser(), "ana") == "/sign-in/code?after=%2F"
    assert ana.post("/account/second-factor/remove").headers["location"] == "/account"
    assert after_password(office.browser(), "ana") == "/"


def test_who_must_have_one_cannot_give_it_up_but_may_change_telephones(office: Office) -> None:
    app, _ = office.enrolled("jefa")
    jefa = office.browser()
    after_password(jefa, "jefa")
    type_code(jefa, app.code(office.clock.at))
    assert "puede cambiar de teléfono" in jefa.post("/account/second-factor/remove").text
    page = jefa.get("/account/second-factor").text
    fresh = App(page.partition('id="secret">')[2].partition("<")[0])
    office.clock.advance(seconds=60)
    in_the_middle = office.browser()
    after_password(in_the_middle, "jefa")
    assert type_code(in_the_middle, app.code(office.clock.at)) == "/", "the old one is good so long"
    assert jefa.post(
        "/account/second-factor", data={"code": fresh.code(office.clock.at)}
    ).is_success
    office.clock.advance(seconds=60)
    last = office.browser()
    after_password(last, "jefa")
    assert type_code(last, app.code(office.clock.at)) == "422"
    assert type_code(last, fresh.code(office.clock.at)) == "/"


def test_new_recovery_codes_make_the_earlier_ones_void(office: Office) -> None:
    app, old = office.enrolled("jefa")
    jefa = office.browser()
    after_password(jefa, "jefa")
    type_code(jefa, app.code(office.clock.at))
    new = _codes(jefa.post("/account/recovery-codes").text)
    browser = office.browser()
    after_password(browser, "jefa")
    assert type_code(browser, old[0]) == "422"
    assert type_code(browser, new[0]) == "/"


def test_an_administrator_resets_what_another_person_lost(office: Office) -> None:
    app, _ = office.enrolled("soporte", Role.IT)
    it = office.browser()
    after_password(it, "soporte")
    type_code(it, app.code(office.clock.at))
    chief = office.signed_in("jefa", Role.ADMINISTRATOR)
    listed = {each["name"]: each["second_factor"] for each in chief.get(ACCOUNTS).json()}
    assert listed == {"jefa": False, "soporte": True}
    answer = chief.post(f"{ACCOUNTS}/soporte/reset-second-factor")
    assert (answer.status_code, answer.json()["second_factor"]) == (200, False)
    assert kinds(office)[-1] == "second_factor.reset"
    assert not alive(it)
    assert after_password(office.browser(), "soporte") == "/sign-in/enrol?after=%2F"
    own = chief.post(f"{ACCOUNTS}/jefa/reset-second-factor")
    assert own.json()["title"] == "own_second_factor"
    again = chief.post(f"{ACCOUNTS}/soporte/reset-second-factor")
    assert again.json()["title"] == "not_enrolled"


def test_the_last_administrator_comes_back_by_the_servers_command_line(office: Office) -> None:
    office.enrolled("jefa")
    site = Site(office.folder)
    code = site.command("admin-code", "--account", "jefa")
    browser = office.browser()
    after_password(browser, "jefa")
    assert type_code(browser, code.lower()) == "/sign-in/enrol?after=%2F"
    assert not alive(browser), "the code stands for the telephone, it signs nobody in"
    assert enrol_by_form(office, browser).status_code == 200
    assert alive(browser)
    other = office.browser()
    after_password(other, "jefa")
    assert type_code(other, code) == "422", "it was used up"
    office.account("ana")
    with pytest.raises(AssertionError, match="no es una cuenta de administración"):
        site.command("admin-code", "--account", "ana")


def test_that_code_is_no_way_to_make_a_first_administrator(office: Office) -> None:
    office.enrolled("jefa")
    code = Site(office.folder).command("admin-code", "--account", "jefa")
    office.database.run(_disable_all)
    form = {
        "name": "x",
        "full_name": "X",
        "password": "una frase propia",
        "again": "una frase propia",
    }
    refused = office.browser().post("/first-administrator", data={**form, "code": code})
    assert refused.status_code == 403


def test_a_session_from_before_the_second_factor_is_over(office: Office) -> None:
    ana = office.signed_in("ana")
    office.database.run(lambda uow: _promote(uow))
    assert not alive(ana)


def _codes(page: str) -> list[str]:
    return [each.partition("</code>")[0] for each in page.split("<li><code>")[1:]]


_NOWHERE = sign_in.Where()


def _half(uow: Any) -> str:
    return sign_in._begin_half(uow, SITE, "jefa")  # pyright: ignore[reportPrivateUsage]


def _disable_all(uow: Any) -> None:
    uow.connection.execute(tables.accounts.update().values(disabled_at=uow.now))


def _promote(uow: Any) -> None:
    """As a row written by an older release: the role without the proof."""
    uow.connection.execute(tables.accounts.update().values(role="administrator"))
