"""A code for the staff menu of one kiosk: good once, for ten minutes, at that kiosk, for a role."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select, update

from queue_server.core.tables import events
from queue_server.staff import tables
from queue_server.staff.model import Chore, Role
from queue_server.staff.services import credentials, kiosk_codes
from tests.integration.staff.conftest import OPERATOR, Office

ASK, OPEN, NOTE = "/api/v1/kiosk-codes", "/api/v1/kiosk-codes/open", "/api/v1/kiosk-chores"


class Kiosk:
    """One kiosk of the office, as its server hears it."""

    def __init__(self, office: Office, code: str) -> None:
        self._http = office.browser()
        self._token = office.database.run(
            lambda uow: credentials.create_credential(uow, OPERATOR, Role.KIOSK, code)
        )

    def send(self, path: str, body: dict[str, Any], key: str = "") -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token}", "Idempotency-Key": key or str(uuid4())}
        return self._http.post(path, json=body, headers=headers)

    def type(self, code: str, key: str = "") -> httpx.Response:
        return self.send(OPEN, {"code": code}, key)


@pytest.fixture
def kiosk(office: Office) -> Kiosk:
    return Kiosk(office, "A01")


@pytest.fixture
def boss(office: Office) -> httpx.Client:
    return office.signed_in("jefe", Role.SUPERVISOR)


def ask(who: httpx.Client, kiosk: str = "A01") -> str:
    answer = who.post(ASK, json={"kiosk": kiosk})
    assert answer.status_code == 201, answer.text
    return answer.json()["code"]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def kinds(office: Office) -> list[str]:
    log = select(events.c.kind).where(events.c.kind.like("kiosk_c%")).order_by(events.c.id)
    return office.database.read(lambda uow: list(uow.connection.execute(log).scalars()))


def test_a_code_opens_the_menu_once_and_the_log_says_whose_it_was(
    office: Office, kiosk: Kiosk, boss: httpx.Client
) -> None:
    code, key = ask(boss), str(uuid4())
    opened = kiosk.type(code, key)
    assert opened.json() == {"asked_by": "jefe", "chores": [str(each) for each in Chore]}
    assert kiosk.type(code, key).json() == opened.json(), "a lost answer is told again"
    assert kiosk.type(code).json()["title"] == "wrong_code", "a code is good once"
    done = {"visit": key, "chore": "paper", "outcome": "done"}
    assert kiosk.send(NOTE, done).status_code == 201
    assert kinds(office) == [
        "kiosk_code.asked",
        "kiosk_code.opened",
        "kiosk_code.refused",
        "kiosk_chore.done",
    ]
    last = select(events.c.body, events.c.actor).order_by(events.c.id.desc()).limit(1)
    row = office.database.read(lambda uow: uow.connection.execute(last).one())
    assert (row.body, row.actor) == ({"chore": "paper", "by": "jefe"}, "kiosk:A01")


def test_a_counter_is_good_for_everyday_chores_only(office: Office, kiosk: Kiosk) -> None:
    ana, key = office.signed_in("ana", Role.COUNTER), str(uuid4())
    assert kiosk.type(ask(ana), key).json()["chores"] == ["paper", "self_test", "service"]
    refused = kiosk.send(NOTE, {"visit": key, "chore": "ports", "outcome": "done"})
    assert refused.json()["title"] == "not_allowed"


@pytest.mark.parametrize("role", [Role.CASHIER, Role.AUDITOR])
def test_who_has_no_business_at_a_kiosk_gets_no_code(office: Office, role: Role) -> None:
    assert office.signed_in("otra", role).post(ASK, json={"kiosk": "A01"}).status_code == 403


def test_a_code_is_good_at_its_own_kiosk_only(
    office: Office, kiosk: Kiosk, boss: httpx.Client
) -> None:
    other, code = Kiosk(office, "B02"), ask(boss)
    assert boss.get(ASK).json() == {"kiosks": ["A01", "B02"]}
    assert other.type(code).status_code == 404
    assert kiosk.type(code).status_code == 200
    assert boss.post(ASK, json={"kiosk": "Z99"}).json()["title"] == "unknown_kiosk"


def test_a_code_is_void_after_ten_minutes_and_after_the_next_one(
    office: Office, kiosk: Kiosk, boss: httpx.Client
) -> None:
    first, second = ask(boss), ask(boss)
    if first != second:
        assert kiosk.type(first).status_code == 404
    office.clock.advance(minutes=10)
    assert kiosk.type(second).status_code == 404
    assert kiosk.type(ask(boss)).status_code == 200


def guess_out(kiosk: Kiosk, code: str) -> None:
    for _ in range(kiosk_codes.MAX_WRONG_TRIES):
        assert kiosk.type(wrong(code)).json()["title"] == "wrong_code"


def test_five_wrong_tries_block_the_kiosk_for_ten_minutes(
    office: Office, kiosk: Kiosk, boss: httpx.Client
) -> None:
    code = ask(boss)
    guess_out(kiosk, code)
    assert kiosk.type(code).json()["title"] == "kiosk_blocked"
    assert boss.post(ASK, json={"kiosk": "A01"}).status_code == 409, "a new code would lift it"
    office.clock.advance(minutes=10)
    assert kiosk.type(code).status_code == 404, "the code went with the fifth try"
    assert kiosk.type(ask(boss)).status_code == 200


def test_a_passer_by_cannot_block_a_kiosk_that_has_no_code(
    kiosk: Kiosk, boss: httpx.Client
) -> None:
    for _ in range(8):
        assert kiosk.type("123456").json()["title"] == "wrong_code"
    assert kiosk.type(ask(boss)).status_code == 200


def test_neither_database_nor_log_holds_the_code(
    office: Office, kiosk: Kiosk, boss: httpx.Client
) -> None:
    code = ask(boss)
    kiosk.type(wrong(code))
    written = b"".join(each.read_bytes() for each in sorted(office.folder.glob("*.db*")))
    assert code.encode() not in written
    assert wrong(code).encode() not in written


def test_a_visit_is_of_the_kiosk_that_opened_it(
    office: Office, kiosk: Kiosk, boss: httpx.Client
) -> None:
    key = str(uuid4())
    kiosk.type(ask(boss), key)
    done = {"visit": key, "chore": "paper", "outcome": "done"}
    assert Kiosk(office, "B02").send(NOTE, done).json()["title"] == "unknown_visit"
    assert kiosk.send(NOTE, {**done, "visit": str(uuid4())}).json()["title"] == "unknown_visit"


@pytest.mark.negative_control
def test_a_kiosk_that_forgets_its_wrong_tries_is_caught(
    office: Office, kiosk: Kiosk, boss: httpx.Client
) -> None:
    """The broken variant raises on a wrong code instead of answering: the count rolls back."""
    code = ask(boss)
    for _ in range(kiosk_codes.MAX_WRONG_TRIES):
        kiosk.type(wrong(code))
        forget = update(tables.kiosk_codes).values(wrong_tries=0)
        office.database.run(lambda uow, forget=forget: uow.connection.execute(forget))
    with pytest.raises(AssertionError):
        assert kiosk.type(code).status_code == 429
