"""What does not move is seen: parked for a person if it is final, in the metric while it waits."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
from sqlalchemy import select

from queue_server.core import outbox
from queue_server.core.problem import Problem
from queue_server.core.tables import outbox as rows
from queue_server.issuance.model import (
    IssuanceBackend,
    Issued,
    NotKnown,
    PdfVerifier,
    Refusal,
    TryLater,
    UnderReview,
    Unknown,
)
from queue_server.issuance.services import settle
from queue_server.issuance.services.at_the_centre import CentreErrands
from queue_server.issuance.services.errands import Finish
from queue_server.issuance.services.relay import PARK_AFTER, Relay
from queue_server.issuance.services.vouchers import settled as voucher_settled
from queue_server.payments.model.vouchers import Applied
from tests.support.office import FEE, NOON, Office
from tests.support.site import Site

AN_HOUR_S = 3700.0


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(Site(tmp_path / "site"))
    yield made
    made.close()


class Centre:
    """Answers the same every time, until it is told to answer otherwise."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers

    def fetch(self, _: str) -> Any:
        return self.answers["fetch"]

    def inquire(self, _: Any) -> Any:
        return self.answers["inquire"]

    def request(self, *_: Any) -> Any:
        return self.answers["request"]


def relay_to(office: Office, centre: Centre) -> Relay:
    backend, verifier = cast("IssuanceBackend", centre), cast("PdfVerifier", None)
    return Relay(office.database, CentreErrands(office.database, backend, verifier, 7).carriers())


def turns(office: Office, centre: Centre, count: int) -> Any:
    """The newest errand after so many tries, an hour apart."""
    relay = relay_to(office, centre)
    for _ in range(count):
        relay.turn(oldest_first=True)
        office.clock.pass_by(seconds=AN_HOUR_S)
    return office.rows(select(rows).order_by(rows.c.id.desc()))[0]


def paid(office: Office) -> None:
    office.pay_by_card(office.register())


def test_a_certificate_the_centre_does_not_know_is_parked(office: Office) -> None:
    paid(office)
    centre = Centre(request=Issued("CAJ-1", "AAAA"), fetch=TryLater("code_0050"))
    errand = turns(office, centre, PARK_AFTER + 2)
    assert (errand.kind, errand.state) == ("fetch", "parked")


def test_a_request_that_the_centre_calls_wrong_is_parked(office: Office) -> None:
    paid(office)
    errand = turns(office, Centre(request=Unknown("client_fault"), inquire=NotKnown()), PARK_AFTER)
    assert errand.state == "parked"


def test_one_odd_reply_in_ten_good_ones_parks_no_review(office: Office) -> None:
    paid(office)
    centre = Centre(request=UnderReview(), inquire=UnderReview())
    turns(office, centre, 1)
    for number in range(60):
        odd = Unknown("incomplete") if number % 10 == 9 else UnderReview()
        centre.answers["inquire"] = odd
        turns(office, centre, 1)
    assert turns(office, centre, 0).state == "waiting"


@pytest.mark.parametrize("reason", ["quota", "backend"])
def test_what_is_put_off_again_and_again_is_old(office: Office, reason: str) -> None:
    paid(office)
    turns(office, Centre(request=TryLater(reason), inquire=TryLater(reason)), 5)
    relay_to(office, Centre(request=TryLater(reason), inquire=TryLater(reason))).turn()
    backlog = office.database.read(lambda uow: outbox.backlog(uow, "PRUEBA"))
    assert backlog.waiting == 1
    assert backlog.oldest is not None
    assert (office.clock.now() - backlog.oldest).total_seconds() >= 5 * AN_HOUR_S


def test_a_review_that_is_followed_waits_for_nothing(office: Office) -> None:
    paid(office)
    relay_to(office, Centre(request=UnderReview())).turn()
    assert office.database.read(lambda uow: outbox.backlog(uow, "PRUEBA")).waiting == 0


@pytest.mark.negative_control
def test_by_the_time_of_the_next_try_nothing_would_ever_be_old(office: Office) -> None:
    paid(office)
    relay_to(office, Centre(request=TryLater("quota"))).turn()
    (errand,) = office.rows(select(rows))
    assert errand.not_before > office.clock.now() >= errand.due_at


def test_a_busy_database_is_not_the_errands_fault(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_: Any) -> Any:
        raise Problem(503, "busy", "El sistema está ocupado.")

    paid(office)
    relay = relay_to(office, Centre(inquire=NotKnown()))
    for _ in range(PARK_AFTER + 1):
        with monkeypatch.context() as during:
            during.setattr(office.database, "read", busy)
            relay.turn()
        office.clock.pass_by(seconds=AN_HOUR_S)
    (errand,) = office.rows(select(rows))
    assert (errand.state, errand.stumbles) == ("waiting", 0)


def test_a_refused_application_gives_its_voucher_back(office: Office) -> None:
    first = office.register()
    voucher = office.errand(office.present(first, "000123"))
    office.database.run(lambda uow: voucher_settled(uow, voucher, Applied("BN-1", FEE, NOON)))
    request = office.errand(str(first))
    office.database.run(lambda uow: settle.refused(uow, request, Refusal.DATA_MISMATCH))
    assert office.standing(first) == "returned"
    second = office.register()
    again = office.errand(office.present(second, "000123"))
    office.database.run(lambda uow: voucher_settled(uow, again, Applied("BN-1", FEE, NOON)))
    assert office.standing(second) == "applied"


def test_a_mail_server_that_hangs_keeps_nobody_at_a_kiosk_waiting(office: Office) -> None:
    hanging, done = threading.Event(), threading.Event()

    def hang(errand: Any) -> Finish:
        hanging.wait(20)
        return lambda uow: outbox.done(uow, errand)

    def carry(errand: Any) -> Finish:
        done.set()
        return lambda uow: outbox.done(uow, errand)

    database = office.database
    postman = Relay(database, {"mail": hang}, only=("mail",))
    relay = Relay(database, {"request": carry}, without=("mail",))
    for _ in range(8):
        database.run(lambda uow: outbox.post(uow, "PRUEBA", "mail", str(uuid4()), live=False))
    threads = [threading.Thread(daemon=True, target=postman.turn) for _ in range(2)]
    for thread in threads:
        thread.start()
    database.run(lambda uow: outbox.post(uow, "PRUEBA", "request", str(uuid4())))
    assert relay.turn(oldest_first=True)
    assert done.is_set()
    hanging.set()
    for thread in threads:
        thread.join(20)
