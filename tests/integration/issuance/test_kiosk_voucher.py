"""Paid at the bank, typed at a whole kiosk: a certificate, a paper that it waits, or why not."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import pytest

from deploy.demo.people import Visitor
from kiosk.flow.facts import VoucherProblem
from kiosk.flow.states import CertificateReady, GiveDay, GiveSequence, PaymentWaits, Welcome
from kiosk.flow.touches import GaveDay, GaveSequence, UseVoucher
from kiosk.flow.world import Part
from tests.integration.issuance.test_vouchers import paid_at_bank
from tests.support.applicant import somebody, to_the_amount
from tests.support.card import booked
from tests.support.issuing import PAID_ON
from tests.support.kiosk import Bench, switched_on

if TYPE_CHECKING:
    from tests.integration.issuance.conftest import World


@pytest.fixture(scope="module")
def bench(world: "World", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with switched_on(Bench(tmp_path_factory.mktemp("kiosk"), world.site, "K04")) as ready:
        yield ready


@pytest.fixture(autouse=True)
def open_kiosk(bench: Bench) -> Iterator[None]:
    needed = (Part.READER, Part.PRINTER, Part.TERMINAL)
    bench.until(
        lambda state: (
            isinstance(state.at, Welcome)
            and state.world.backend
            and all(state.world.usable(part) for part in needed)
        )
    )
    yield
    bench.leave()
    assert booked(bench.terminal) == [], "no card was asked for"


def present(bench: Bench, visitor: Visitor, sequence: str) -> None:
    to_the_amount(bench, visitor)
    bench.post(UseVoucher())
    bench.until_at(GiveSequence)
    bench.post(GaveSequence(sequence))
    bench.until_at(GiveDay)
    bench.post(GaveDay(date.fromisoformat(PAID_ON)))


def of(visitor: Visitor) -> dict[str, str]:
    return {"type": "01", "number": visitor.number}


def test_a_payment_that_shows_is_a_certificate_and_its_paper_says_how_it_was_paid(
    world: "World", bench: Bench
) -> None:
    person = somebody(20)
    present(bench, person, paid_at_bank(world, of(person)))
    bench.until_printed(CertificateReady)
    assert "Pagado en el banco: S/ 37.70" in bench.slips()[-1]


def test_a_payment_that_does_not_show_yet_is_kept_and_said_so(world: "World", bench: Bench) -> None:
    person = somebody(21)
    present(bench, person, paid_at_bank(world, of(person), visible_after_s=3600))
    at = bench.until_printed(PaymentWaits)
    slip = bench.slips()[-1]
    assert "TODAVÍA NO SE VE" in slip
    assert at.order.number in slip
    assert world.desk.state(str(at.order.application))["payment"] == "not_visible"


def test_a_payment_nobody_made_is_said_and_may_be_typed_again(world: "World", bench: Bench) -> None:
    person = somebody(22)
    present(bench, person, "999999")
    at = bench.until_at(GiveSequence, lambda at: at.problem is not None)
    assert at.problem is VoucherProblem.NOT_FOUND
    bench.post(GaveSequence(paid_at_bank(world, of(person))))
    bench.until_at(GiveDay)
    bench.post(GaveDay(date.fromisoformat(PAID_ON)))
    bench.until_printed(CertificateReady)
