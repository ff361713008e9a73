"""“Por resolver” and the page to follow a claim, asked of the real server."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from queue_server.payments.model.claim_code import shown_code
from queue_server.turns.api.guesses import MISSES_AT_ONCE
from tests.support.applied import Applied, Register
from tests.support.owed import new_code
from tests.support.site import KioskHttp, Site, StaffHttp, running_site

ROSA = "40100061"
FEE = 3770
LONG_AGO = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("resolve")) as running:
        yield running


@pytest.fixture(scope="module")
def register(site: Site) -> Iterator[Register]:
    database = site.database()
    yield Register(database)
    database.close()


@pytest.fixture(scope="module")
def kiosk(site: Site) -> KioskHttp:
    return site.kiosk()


@pytest.fixture(scope="module")
def cashier(site: Site) -> StaffHttp:
    return site.staff("rosa", "cashier")


@pytest.fixture(scope="module")
def boss(site: Site) -> StaffHttp:
    return site.staff("beatriz", "supervisor")


def post(who: KioskHttp | StaffHttp, path: str, body: Any = None) -> httpx.Response:
    headers = {"Idempotency-Key": str(uuid4())}
    return who.http.post(f"/api/v1/{path}", json=body, headers=headers)


def granted(who: KioskHttp | StaffHttp, path: str, body: Any = None) -> dict[str, Any]:
    answer = post(who, path, body)
    assert answer.is_success, answer.text
    return answer.json()


def claim(kiosk: KioskHttp, applied: Applied | None = None, **changes: Any) -> str:
    """A claim its kiosk printed; its code."""
    code = new_code()
    body = {
        "id": str(uuid4()),
        "code": shown_code(code),
        "application": applied and applied.id,
        "payment_id": str(uuid4()),
        "means": "card",
        "amount_centimos": FEE,
        "reason": "not_registered",
        "proven": True,
        "made_at": LONG_AGO,
        **changes,
    }
    granted(kiosk, "claims", body)
    return code


def doubt(kiosk: KioskHttp, applied: Applied) -> str:
    payment = str(uuid4())
    body = {
        "payment_id": payment,
        "application": applied.id,
        "means": "card",
        "amount_centimos": FEE,
        "since": LONG_AGO,
        "why": "no_reply",
    }
    granted(kiosk, "doubts", body)
    return payment


def item(who: StaffHttp, **wanted: Any) -> dict[str, Any] | None:
    """The first thing on the list that is as wanted."""
    items = who.http.get("/api/v1/resolve").json()["items"]
    return next((each for each in items if wanted.items() <= each.items()), None)


def redeemed(who: StaffHttp, code: str, **changes: Any) -> httpx.Response:
    body = {
        "code": shown_code(code).lower(),
        "counter": "V1",
        "given": "cash",
        "document_shown": True,
    }
    return post(who, "claims/redeem", {**body, **changes})


def test_a_claim_is_found_by_its_code_and_shows_whom_to_ask_for_which_document(
    kiosk: KioskHttp, cashier: StaffHttp, register: Register
) -> None:
    applied = register.apply(ROSA, "registered")
    code = claim(kiosk, applied)
    found = granted(cashier, "claims/find", {"code": code.lower()})
    assert (found["number"], found["masked"], found["kiosk"]) == (applied.number, "*****061", "A01")
    assert redeemed(cashier, code).json()["amount_centimos"] == FEE
    again = redeemed(cashier, code)
    assert (again.status_code, again.json()["title"]) == (409, "claim_redeemed")
    assert granted(cashier, "claims/find", {"code": code})["given_by"] == "rosa"


def test_who_only_calls_turns_gives_no_money(kiosk: KioskHttp, site: Site) -> None:
    ana, code = site.staff("ana"), claim(kiosk)
    assert redeemed(ana, code).status_code == 403
    assert ana.http.get("/api/v1/resolve").status_code == 403
    assert ana.http.get("/resolve").status_code == 403


def test_who_guesses_codes_must_wait_and_a_right_one_is_forgiven(
    kiosk: KioskHttp, site: Site
) -> None:
    pilar = site.staff("pilar", "cashier")
    kinds = [post(pilar, "claims/find", {"code": new_code()}).json()["title"] for _ in range(6)]
    assert kinds == ["unknown_claim"] * 5 + ["too_many_tries"]
    other = site.staff("carla", "cashier")
    assert redeemed(other, claim(kiosk), document_shown=False).status_code == 422


def test_the_list_says_what_may_be_done_and_who_did_what_last(
    kiosk: KioskHttp, cashier: StaffHttp, boss: StaffHttp, register: Register
) -> None:
    applied = register.apply("40100062", "registered")
    payment = doubt(kiosk, applied)
    mine = {"sort": "doubt", "id": payment}
    shown = item(boss, **mine)
    assert shown is not None
    assert (shown["number"], shown["masked"], shown["now"]) == (applied.number, "*****062", True)
    assert shown["may"] == ["note", "settle"]
    assert shown["last"]["who"] == "kiosk:A01"
    granted(cashier, f"doubts/{payment}/note", {"finding": "person_waits"})
    shown = item(cashier, **mine)
    assert shown is not None
    assert (shown["finding"], shown["may"]) == ("person_waits", ["note"])
    assert shown["last"]["who"] == "cashier:rosa"
    word = {"ended": "charged", "proof": "terminal_journal"}
    assert post(cashier, f"doubts/{payment}/staff-settled", word).status_code == 403
    granted(boss, f"doubts/{payment}/staff-settled", word)
    code = granted(boss, f"doubts/{payment}/claim")["code"]
    assert granted(cashier, "claims/find", {"code": code})["number"] == applied.number
    assert item(boss, **mine) is None


def test_an_errand_without_a_way_out_ends_with_its_money_owed(
    kiosk: KioskHttp, boss: StaffHttp, register: Register
) -> None:
    paid = register_and_pay(kiosk, register)
    errand = register.park("request", paid.id, "code_0099")
    shown = item(boss, sort="errand", id=str(errand))
    assert shown is not None
    assert shown["may"] == ["take_up", "give_back"]
    granted(boss, f"errands/{errand}/give-back")
    assert post(boss, f"errands/{errand}/give-back").status_code == 404
    body = kiosk.http.get(f"/api/v1/applications/{paid.id}").json()
    assert (body["state"], body["return_state"]) == ("refused", "owed")
    assert item(boss, sort="errand", id=str(errand)) is None
    owed = item(boss, sort="return", number=paid.number)
    assert owed is not None
    assert (owed["reason"], owed["may"]) == ("kiosk_silent", ["claim"])


def test_a_repeated_word_lets_no_kiosk_begin_what_a_claim_stands_for(
    kiosk: KioskHttp, boss: StaffHttp, register: Register
) -> None:
    paid = register_and_pay(kiosk, register)
    granted(boss, f"errands/{register.park('request', paid.id, 'code_0099')}/give-back")
    owed = item(boss, sort="return", number=paid.number)
    assert owed is not None
    path, key = f"/api/v1/returns/{owed['id']}", {"Idempotency-Key": str(uuid4())}
    begins = [kiosk.http.post(path, json={"result": "under_way"}, headers=key) for _ in range(2)]
    assert [each.status_code for each in begins] == [200, 200]
    assert post(boss, f"returns/{owed['id']}/claim", {}).json()["title"] == "proof_needed"
    granted(boss, f"returns/{owed['id']}/claim", {"proof": "terminal_journal"})
    again = kiosk.http.post(path, json={"result": "under_way"}, headers=key)
    assert (again.status_code, again.json()["title"]) == (409, "return_claimed")


def test_a_letter_that_does_not_leave_owes_no_money(boss: StaffHttp, register: Register) -> None:
    issued = register.apply("40100064")
    errand = register.park("mail", register.letter(issued), "mail server")
    answer = post(boss, f"errands/{errand}/give-back")
    assert (answer.status_code, answer.json()["title"]) == (409, "nothing_paid")


def register_and_pay(kiosk: KioskHttp, register: Register) -> Applied:
    applied, payment = register.apply("40100063", "registered"), str(uuid4())
    body = {
        "payment_id": payment,
        "amount_centimos": FEE,
        "terminal_id": "T-1",
        "authorisation_code": "123456",
        "rrn": payment[-12:],
        "stan": "1",
        "masked_last4": "4242",
        "scheme": "PRUEBA",
        "paid_at": datetime.now(UTC).isoformat(),
    }
    granted(kiosk, f"applications/{applied.id}/card", body)
    return applied


def test_the_supervisors_board_counts_them(
    kiosk: KioskHttp, boss: StaffHttp, register: Register
) -> None:
    before = boss.http.get("/api/v1/overview").json()["leaving"]
    doubt(kiosk, register.apply("40100065", "registered"))
    claim(kiosk)
    after = boss.http.get("/api/v1/overview").json()["leaving"]
    assert after["unresolved"] == before["unresolved"] + 1
    assert after["claims"] == before["claims"] + 1


# --- whoever holds the slip -----------------------------------------------------------------------
def followed(site: Site, typed: str) -> httpx.Response:
    return httpx.post(f"{site.url}/seguimiento", data={"number": typed}, trust_env=False)


def test_whoever_holds_the_slip_follows_it_by_its_code_alone(
    site: Site, kiosk: KioskHttp, cashier: StaffHttp
) -> None:
    code = claim(kiosk, proven=False, amount_centimos=1230)
    page = followed(site, shown_code(code).lower().replace("-", " "))
    assert page.status_code == 200
    assert shown_code(code) in page.text
    assert "Estamos comprobando si se le cobró" in page.text
    assert "S/ 12.30" in page.text
    open_ = claim(kiosk)
    assert "Le debemos S/ 37.70" in followed(site, open_).text
    granted(cashier, "claims/redeem", {
        "code": open_, "counter": "V1", "given": "cash", "document_shown": True,
    })  # fmt: skip
    page = followed(site, open_)
    assert "Ya se pagaron S/ 37.70" in page.text
    assert "en Ventanilla 1" in page.text
    assert "rosa" not in page.text


def test_a_code_nobody_has_is_not_found_and_who_tries_many_must_wait(site: Site) -> None:
    answers = (followed(site, new_code()).status_code for _ in range(3 * MISSES_AT_ONCE))
    assert next(answers) == 404
    assert 429 in answers, "a miss is forgiven every few seconds: only the first wait is certain"
