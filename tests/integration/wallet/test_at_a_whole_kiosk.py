"""A wallet pays at a whole kiosk: the code on the screen, a phone, a certificate; once or not."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from devices.wallet_qr.protocol import read
from kiosk.flow.facts import NotPaid
from kiosk.flow.states import CertificateReady, PayingByWallet, PaymentUnknown, ReadyToPay, Welcome
from kiosk.flow.touches import Cancel, Pay
from kiosk.flow.world import Part
from kiosk.order import Means, OrderState
from tests.support.applicant import somebody, to_the_amount
from tests.support.centre import eventually
from tests.support.kiosk import Bench, switched_on
from tests.support.site import Site

if TYPE_CHECKING:
    from tests.integration.wallet.conftest import World


@pytest.fixture(scope="module")
def bench(world: "World", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("kiosk")
    with switched_on(Bench(folder, world.site, "K03")) as ready:
        yield ready


@pytest.fixture(autouse=True)
def open_kiosk(bench: Bench) -> Iterator[None]:
    """Each test begins at the first screen with the wallet offered, and ends there."""
    bench.until(
        lambda state: (
            isinstance(state.at, Welcome)
            and state.world.backend
            and state.world.wallet
            and state.world.usable(Part.READER)
            and state.world.usable(Part.PRINTER)
        )
    )
    yield
    bench.leave()


@contextmanager
def away(site: Site) -> Iterator[None]:
    """Every process of the server is killed, and started again afterwards."""
    site.kill_all()
    try:
        yield
    finally:
        site.fork("jobs")
        site.fork("web")
        site.wait_ready()


def to_code(bench: Bench, index: int) -> tuple[PayingByWallet, str]:
    """Somebody in front of a code, and the payment's id."""
    to_the_amount(bench, somebody(index))
    bench.post(Pay(Means.WALLET))
    at = bench.until_at(PayingByWallet, lambda at: at.payload is not None)
    entry = bench.live.journal.orders.entry(at.order.application)
    assert entry is not None
    return at, str(entry.payment)


def test_a_phone_pays_the_code_and_the_certificate_is_there(world: "World", bench: Bench) -> None:
    at, payment = to_code(bench, 0)
    assert at.payload is not None
    assert read(at.payload, at.order.amount_centimos).amount_centimos == at.order.amount_centimos
    world.gateway.pay(payment)
    ready = bench.until_printed(CertificateReady)
    assert ready.order.means is Means.WALLET
    assert "Pagado con billetera" in bench.slips()[-1]
    assert world.gateway.money_kept()[payment] == ready.order.amount_centimos
    entry = bench.live.journal.orders.entry(at.order.application)
    assert entry is not None
    assert entry.state is OrderState.ACCEPTED


def test_who_gives_the_code_up_cannot_be_charged_by_it_any_more(
    world: "World", bench: Bench
) -> None:
    _, payment = to_code(bench, 1)
    bench.post(Cancel())
    at = bench.until_at(ReadyToPay)
    assert at.problem is NotPaid.ABORTED
    assert world.gateway.order(pay=payment) != 200
    assert payment not in world.gateway.money_kept()


def test_a_code_nobody_paid_in_time_leaves_another_try(world: "World", bench: Bench) -> None:
    _, payment = to_code(bench, 2)
    assert world.gateway.order(expire=payment) == 200
    assert bench.until_at(ReadyToPay).problem is NotPaid.EXPIRED
    assert payment not in world.gateway.money_kept()


def test_a_server_lost_while_the_code_is_shown_ends_in_doubt_and_then_in_the_truth(
    world: "World", bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kiosk.performers.wallet.SILENCE_S", 1.0)
    at, payment = to_code(bench, 3)
    with away(world.site):
        bench.until_printed(PaymentUnknown)
        assert "No pague otra vez" in bench.slips()[-1]
        world.gateway.pay(payment)
    orders = bench.live.journal.orders

    def settled() -> bool:
        entry = orders.entry(at.order.application)
        return entry is not None and entry.state is OrderState.ACCEPTED

    eventually(settled, 60)
    assert world.desk.until(str(at.order.application), "issued", 30)["payment"] == "wallet"
