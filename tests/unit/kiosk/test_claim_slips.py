"""A claim's code on paper: only for whoever may still be standing there."""

from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from devices.kinds.receipt_printer import PrintJob, PrintResult
from devices.status import Completion, DeviceState, DeviceStatus
from kiosk.claim_slips import STILL_THERE, ClaimSlips
from kiosk.flow.facts import Order, Owed, PrintState
from kiosk.flow.person import AttentionClass, Person
from kiosk.flow.states import At, HoldsClaim, PaidButRefused, ReadDocument, Welcome, Working
from kiosk.journal import Journal, load_key
from kiosk.journal.claims import Claim, ClaimReason, SlipState
from kiosk.order import Means

SOON, LATE = timedelta(minutes=1), STILL_THERE + timedelta(minutes=1)
SOMEBODY = ReadDocument(Person(uuid4(), AttentionClass.GENERAL))


class Paper:
    """A printer that prints at once."""

    def __init__(self) -> None:
        self.printed: list[str] = []

    def submit(self, command: object, deadline_s: float) -> "Future[PrintResult]":
        assert isinstance(command, PrintJob)
        self.printed.append(command.job_id)
        status = DeviceStatus(DeviceState.ONLINE)
        done: Future[PrintResult] = Future()
        done.set_result(PrintResult(command.job_id, Completion.SUCCESS, "printed", status))
        return done


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.db", load_key(tmp_path / "key"))


def owed(journal: Journal) -> Claim:
    """A claim for a payment that was begun just now."""
    application, payment = uuid4(), uuid4()
    journal.orders.counter(application)
    journal.orders.register(application, uuid4(), 3770)
    journal.orders.begin(application, Means.CASH, payment)
    reason = ClaimReason.CASH_NOT_RETURNED
    claim = Claim(uuid4(), "C-7KQ2-M9XT-9", application, payment, Means.CASH, 2000, reason, True)
    return journal.claims.make(claim)


def slip_of(journal: Journal, payment: UUID) -> SlipState:
    (claim,) = journal.claims.of_payment(payment)
    return claim.slip


def slips(
    journal: Journal,
    paper: Paper,
    *,
    at: At | None = None,
    after: timedelta = SOON,
    ready: bool = True,
) -> ClaimSlips:
    return ClaimSlips(
        journal, paper, lambda: ready, lambda: at or Welcome(), lambda: datetime.now(UTC) + after
    )


def test_it_is_printed_once(journal: Journal) -> None:
    claim, paper = owed(journal), Paper()
    printing = slips(journal, paper)
    printing.print_owed()
    printing.print_owed()
    assert (paper.printed, slip_of(journal, claim.payment)) == ([str(claim.id)], SlipState.PRINTED)


def test_long_after_nobody_stands_there_and_no_code_lies_about(journal: Journal) -> None:
    claim, paper = owed(journal), Paper()
    slips(journal, paper, after=LATE).print_owed()
    assert (paper.printed, slip_of(journal, claim.payment)) == ([], SlipState.NOT_PRINTED)


def test_a_clock_that_went_back_does_not_print_old_codes(journal: Journal) -> None:
    owed(journal)
    paper = Paper()
    slips(journal, paper, after=-LATE).print_owed()
    assert paper.printed == []


def test_somebody_at_the_screen_does_not_get_anothers_code(journal: Journal) -> None:
    claim, paper = owed(journal), Paper()
    slips(journal, paper, at=SOMEBODY).print_owed()
    assert (paper.printed, slip_of(journal, claim.payment)) == ([], SlipState.OWED)
    slips(journal, paper).print_owed()
    assert paper.printed == [str(claim.id)]


def test_its_owner_at_the_screen_gets_it_unless_the_receipt_has_it(journal: Journal) -> None:
    claim, paper = owed(journal), Paper()
    order = Order(claim.application, "A01-00001-X", 3770, None)
    told = replace(order, owed=(Owed(claim.code, claim.amount_centimos),))
    person, printed = SOMEBODY.person, PrintState.PRINTED
    for at in (Working(person, order), HoldsClaim(person, told, printed)):
        slips(journal, paper, at=at).print_owed()
        assert paper.printed == []
    slips(journal, paper, at=PaidButRefused(person, order, printed)).print_owed()
    assert paper.printed == [str(claim.id)]


def test_without_paper_it_waits_until_it_is_too_late(journal: Journal) -> None:
    claim, paper = owed(journal), Paper()
    slips(journal, paper, ready=False).print_owed()
    assert slip_of(journal, claim.payment) is SlipState.OWED
    slips(journal, paper, ready=False, after=LATE).print_owed()
    assert slip_of(journal, claim.payment) is SlipState.NOT_PRINTED


@pytest.mark.negative_control
def test_a_kiosk_that_never_finds_it_too_late_would_be_seen(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.claim_slips.STILL_THERE", timedelta(days=1))
    owed(journal)
    paper = Paper()
    slips(journal, paper, after=LATE).print_owed()
    assert paper.printed != []
