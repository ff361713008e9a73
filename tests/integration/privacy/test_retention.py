"""Every limit: what is past it goes, what is not stays, and there is evidence of what went."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, literal, select, update

from queue_server.config import Retention as Settings
from queue_server.core.problem import Problem
from queue_server.core.tables import events
from queue_server.fleet import tables as fleet
from queue_server.fleet.pairing.tables import pairings
from queue_server.issuance import tables as issuance
from queue_server.payments import tables as money
from queue_server.payments.services import forgetting
from queue_server.privacy import service
from queue_server.privacy.duties import DUTIES, Duty
from queue_server.privacy.model import VISIT_DOCUMENTS, Rule
from queue_server.retention import Retention, other_retention, rules_kept
from queue_server.staff import tables as staff
from queue_server.staff.model import Role
from queue_server.staff.services.accounts import NewAccount, put_account
from tests.integration.privacy.conftest import Room
from tests.integration.privacy.people import expired_charge, owed_claim, redeem, refused_voucher
from tests.support.applied import Register
from tests.support.site import OPERATOR

RULES = {
    each.name: each for each in rules_kept(Settings()) if each.name and each.name != VISIT_DOCUMENTS
}
# Rows that are older or younger than a limit by this are on one side of it.
MARGIN = timedelta(minutes=1)
Make = Callable[[Room, Register], None]


def account(room: Room) -> dict[str, str]:
    new = NewAccount("ana", "Ana", Role.COUNTER, "a hash", one_time=False)
    name = staff.accounts.c.name
    if not room.rows(select(name).where(name == "ana")):
        room.database.run(lambda uow: put_account(uow, OPERATOR, new))
    return {"site": "PRUEBA", "account": "ana"}


def a_session(room: Room, _: Register) -> None:
    now = room.clock.now()
    row = {**account(room), "token_hash": uuid4().bytes * 2, "id": uuid4().hex[:16]}
    room.do(insert(staff.sessions), {**row, "opened_at": now, "active_at": now})


def a_half_session(room: Room, _: Register) -> None:
    row = {**account(room), "token_hash": uuid4().bytes * 2, "wrong_tries": 0}
    room.do(insert(staff.half_sessions), {**row, "expires_at": room.clock.now()})


def a_browser(room: Room, _: Register) -> None:
    row = {**account(room), "browser_hash": uuid4().bytes * 2, "last_at": room.clock.now()}
    room.do(insert(staff.known_browsers), row)


def a_try(room: Room, _: Register) -> None:
    now = room.clock.now()
    row = {"site": "PRUEBA", "bucket": uuid4().bytes * 2, "whole_at": now, "last_at": now}
    room.do(insert(staff.sign_in_tries), row)


def a_pairing(room: Room, _: Register) -> None:
    now = room.clock.now()
    row = {
        "id": uuid4().hex, "site": "PRUEBA", "kiosk": "A01", "address": "192.0.2.1",
        "device_key": bytes(32), "message": bytes(33), "state": "closed", "wrong_tries": 0,
        "created_at": now, "expires_at": now,
    }  # fmt: skip
    room.do(insert(pairings), row)


def an_alert(room: Room, _: Register) -> None:
    now, id_ = room.clock.now(), str(uuid4())
    row = {
        "id": id_, "site": "PRUEBA", "rule": "disk", "subject": id_, "severity": "warning",
        "unstable": False, "detail": "", "changes": 1, "opened_at": now, "resolved_at": now,
        "acknowledged_by": "ana", "acknowledged_at": now,
    }  # fmt: skip
    room.do(insert(fleet.alerts), row)


def a_state(room: Room, _: Register) -> None:
    now = room.clock.now()
    row = {
        "site": "PRUEBA", "kiosk": "A01", "subject": "device", "name": uuid4().hex, "state": "x",
        "verdict": "fine", "why": "", "since": now, "until": now,
    }  # fmt: skip
    room.do(insert(fleet.state_spans), row)


def a_claim(room: Room, _: Register) -> None:
    redeem(room.database, owed_claim(room.database))


def a_voucher(room: Room, register: Register) -> None:
    refused_voucher(room.database, register, register.apply("40100061", "registered"), "40100061")


def a_charge(room: Room, register: Register) -> None:
    expired_charge(room.database, register.apply("40100061", "registered"), "00020101")


def an_application(_: Room, register: Register) -> None:
    register.apply("40100061", "issued")


def count(table: Any, *where: Any) -> Any:
    return select(func.count()).select_from(table).where(*where)


# How a row comes to be, and how many still hold what the rule is about.
CASES: dict[str, tuple[Make, Any]] = {
    "applications": (
        an_application,
        count(issuance.applications, issuance.applications.c.erased_at.is_(None)),
    ),
    "vouchers": (a_voucher, count(money.vouchers, money.vouchers.c.erased_at.is_(None))),
    "wallet charges": (
        a_charge, count(money.wallet_charges, money.wallet_charges.c.payload.is_not(None)),
    ),
    "claims": (a_claim, count(money.claims, money.claims.c.erased_at.is_(None))),
    "sessions": (a_session, count(staff.sessions)),
    "half sessions": (a_half_session, count(staff.half_sessions)),
    "known browsers": (a_browser, count(staff.known_browsers)),
    "sign-in tries": (a_try, count(staff.sign_in_tries)),
    "pairings": (a_pairing, count(pairings)),
    "alerts": (an_alert, count(fleet.alerts)),
    "machine history": (a_state, count(fleet.state_spans)),
}  # fmt: skip


def until_done(retention: Retention) -> None:
    while retention.turn():
        pass


def test_every_rule_is_tried() -> None:
    assert set(CASES) == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.name)
def test_exactly_what_is_past_its_limit_goes_and_it_is_written_down(room: Room, rule: Rule) -> None:
    make, left = CASES[rule.name]
    register, kept = Register(room.database), Retention(room.database, [rule])
    assert rule.limit is not None

    def holding() -> int:
        return room.rows(left)[0][0]

    make(room, register)
    make(room, register)
    room.clock.at += 2 * MARGIN
    make(room, register)
    room.clock.at += rule.limit - 3 * MARGIN
    until_done(kept)
    assert holding() == 3, "a minute before its time nothing goes"
    assert room.database.read(lambda uow: service.runs(uow, "PRUEBA")) == []
    room.clock.at += 2 * MARGIN
    until_done(kept)
    assert holding() == 1, "the two whose time is over, and not the one whose time comes"
    (run,) = room.database.read(lambda uow: service.runs(uow, "PRUEBA"))
    assert (run.rule, run.at, run.deleted) == (rule.name, room.clock.now(), 2)
    said = select(events.c.actor, events.c.body).where(events.c.kind == "person_data.deleted")
    ((actor, body),) = room.rows(said)
    assert (actor, body["rule"], body["deleted"]) == ("jobs:retention", rule.name, 2)
    until_done(kept)
    assert len(room.database.read(lambda uow: service.runs(uow, "PRUEBA"))) == 1, (
        "no run for nothing"
    )


def erased(room: Room) -> int:
    gone = issuance.applications.c.erased_at
    return room.rows(count(issuance.applications, gone.is_not(None)))[0][0]


def owing(room: Room) -> str:
    """An application that is settled but for a claim that nobody has brought; the code."""
    register = Register(room.database)
    return owed_claim(room.database, register.apply("40100061", "refused"))


def test_nothing_goes_while_money_is_open(room: Room) -> None:
    code = owing(room)
    everything = other_retention(room.database, Settings())
    room.clock.pass_by(days=4000)
    until_done(everything)
    assert erased(room) == 0
    redeem(room.database, code)
    until_done(everything)
    assert erased(room) == 1
    room.clock.pass_by(days=1828)
    until_done(everything)
    left = room.rows(count(money.claims, money.claims.c.erased_at.is_(None)))
    assert left[0][0] == 0


@pytest.mark.negative_control
def test_a_rule_that_does_not_ask_for_open_money_erases_who_is_owed(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = select(literal("")).where(literal(1) == 0)
    for where in ("issuance.services.erasing", "payments.services.forgetting"):
        monkeypatch.setattr(f"queue_server.{where}.with_open_money", lambda _site: nobody)
    owing(room)
    room.clock.pass_by(days=4000)
    until_done(other_retention(room.database, Settings()))
    assert erased(room) == 1
    assert forgetting.with_open_money("PRUEBA") is nobody


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_is_under_way_never_goes(room: Room) -> None:
    register = Register(room.database)
    for state in ("accepted", "under_review"):
        register.apply("40100061", state)
    room.clock.pass_by(days=4000)
    until_done(other_retention(room.database, Settings()))
    assert erased(room) == 0


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_may_still_be_paid_stays_for_a_week_however_short_the_limit(room: Room) -> None:
    Register(room.database).apply("40100061", "registered")
    short = other_retention(room.database, Settings(application_days=1))
    room.clock.pass_by(days=6)
    until_done(short)
    assert erased(room) == 0
    room.clock.pass_by(days=2)
    until_done(short)
    assert erased(room) == 1


@pytest.mark.parametrize("kind", ["sqlite"])
def test_many_go_a_few_at_a_time(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    for where in ("issuance.services.erasing", "payments.services.forgetting"):
        monkeypatch.setattr(f"queue_server.{where}.AT_ONCE", 2)
    register = Register(room.database)
    for _ in range(5):
        a_claim(room, register)
        an_application(room, register)
    room.clock.pass_by(days=4000)
    retention = other_retention(room.database, Settings())
    while retention.turn():
        room.clock.pass_by(seconds=1)
    assert erased(room) == 5
    deleted = [each.deleted for each in room.database.read(lambda uow: service.runs(uow, "PRUEBA"))]
    assert max(deleted) == 2
    assert sum(deleted) == 10


@pytest.mark.parametrize("kind", ["sqlite"])
def test_what_is_to_be_kept_is_kept(room: Room) -> None:
    Register(room.database).apply("40100061", "issued")
    room.clock.pass_by(days=4000)
    until_done(other_retention(room.database, Settings(application_days="keep")))
    assert erased(room) == 0
    until_done(other_retention(room.database, Settings(application_days=4001)))
    assert erased(room) == 0
    until_done(other_retention(room.database, Settings(application_days=3999)))
    assert erased(room) == 1


def test_an_erased_application_keeps_its_number_amount_and_state(room: Room) -> None:
    Register(room.database).apply("40100061", "issued")
    table = issuance.applications
    books = select(table.c.number, table.c.amount_centimos, table.c.state, table.c.registered_at)
    before = room.rows(books)
    room.clock.pass_by(days=121)
    until_done(other_retention(room.database, Settings()))
    assert room.rows(books) == before
    kept = select(issuance.certificates.c.pdf, issuance.certificates.c.link)
    assert room.rows(kept) == [(None, None)]


@pytest.mark.parametrize("kind", ["sqlite"])
def test_one_rule_that_cannot_be_kept_now_does_not_stop_the_others(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> int:
        raise Problem(503, "busy", "…")

    others = {**DUTIES, "applications": Duty(DUTIES["applications"].due, busy)}
    monkeypatch.setattr(service, "DUTIES", others)
    Register(room.database).apply("40100061", "issued")
    a_try(room, Register(room.database))
    room.clock.pass_by(days=200)
    until_done(other_retention(room.database, Settings()))
    assert erased(room) == 0
    assert room.rows(count(staff.sign_in_tries))[0][0] == 0


@pytest.mark.parametrize("kind", ["sqlite"])
def test_the_time_runs_from_the_end_and_not_from_the_registration(room: Room) -> None:
    register = Register(room.database)
    register.apply("40100061", "issued")
    table = issuance.applications
    long_ago = room.clock.now() - timedelta(days=500)
    room.do(update(table).values(registered_at=long_ago))
    until_done(other_retention(room.database, Settings()))
    assert erased(room) == 0
    room.do(update(table).values(changed_at=long_ago))
    until_done(other_retention(room.database, Settings()))
    assert erased(room) == 1
