"""The watch at a real gateway: one charge an application, the gateway's word about time, its rest.

The broken variants are what a hurried program does; the same checks find them out.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance.services import wallets
from queue_server.issuance.services.wallet_watch import WalletWatch
from queue_server.payments.adapters.gateway import HttpGateway
from queue_server.payments.model.wallet import (
    CODE_WANTED_FOR,
    Charge,
    ChargeState,
    Expired,
    NotAnswered,
    Opening,
    WalletGateway,
    open_at,
)
from queue_server.payments.services import wallet
from tests.support.gateway import Gateway
from tests.support.office import Office
from tests.support.site import Site
from tests.support.wallet_office import WalletOffice

VALID_S = 180


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Its clock is an hour ahead of the gateway's."""
    office = Office(Site(tmp_path))
    yield office
    office.close()


@pytest.fixture
def till(office: Office) -> WalletOffice:
    return WalletOffice(office)


class Seconds:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def watch(office: Office, gateway: WalletGateway, clock: Seconds | None = None) -> WalletWatch:
    return WalletWatch(office.database, gateway, VALID_S, clock or Seconds())


def at_work(watch: WalletWatch, clock: Seconds, seconds: int = 3) -> None:
    """Let `seconds` pass for it."""
    for _ in range(seconds):
        while watch.turn():
            pass
        clock.at += 1.0


def ask_for_code(till: WalletOffice, gateway: WalletGateway) -> Charge:
    """What the route does: write down, ask, write what was said."""
    charge = till.opening()
    return till.say(charge, open_at(gateway, charge, VALID_S))


def check_one_charge(gateway: Gateway, charge: Charge) -> None:
    """The gateway has one charge of this application that can be paid."""
    of_it = [
        each
        for each in gateway.ledger()["charges"].values()
        if each["reference"] == charge.reference and each["state"] == "waiting"
    ]
    assert [each["id"] for each in of_it] == [str(charge.id)]


def check_no_money_kept(gateway: Gateway, till: WalletOffice, charge: Charge) -> None:
    """What the gateway took pays for the application, or is on its way back."""
    stands = till.charge(charge.id).state
    if str(charge.id) in gateway.money_kept():
        assert stands in (ChargeState.PAID, ChargeState.TO_REFUND)


# --- no reply -------------------------------------------------------------------------------------
def test_no_reply_to_an_opening_is_asked_about_and_never_opened_under_another_id(
    gateway: Gateway, office: Office, till: WalletOffice
) -> None:
    clock = Seconds()
    gateway.order(fault="lose", operation="open", times=1)
    charge = ask_for_code(till, gateway.client())
    assert charge.state is ChargeState.OPENING
    at_work(watch(office, gateway.client(), clock), clock)
    assert till.charge(charge.id).state is ChargeState.WAITING
    check_one_charge(gateway, charge)


class OpensAnew(HttpGateway):
    """Takes no reply for a no, and opens another."""

    def open(self, charge_id: UUID, amount_centimos: int, reference: str, valid_s: int) -> Opening:
        said = super().open(charge_id, amount_centimos, reference, valid_s)
        if isinstance(said, NotAnswered):
            return super().open(uuid4(), amount_centimos, reference, valid_s)
        return said


@pytest.mark.negative_control
def test_who_opens_anew_on_no_reply_is_found_out(gateway: Gateway, till: WalletOffice) -> None:
    gateway.order(fault="lose", operation="open", times=1)
    client = gateway.client()
    client.__class__ = OpensAnew
    charge = ask_for_code(till, client)
    with pytest.raises(AssertionError):
        check_one_charge(gateway, charge)


# --- whose clock ----------------------------------------------------------------------------------
def test_what_is_paid_when_our_clock_says_it_is_over_counts(
    gateway: Gateway, office: Office, till: WalletOffice
) -> None:
    clock, client = Seconds(), gateway.client()
    charge = ask_for_code(till, client)
    office.clock.pass_by(hours=1)
    watching = watch(office, client, clock)
    at_work(watching, clock)
    assert till.charge(charge.id).state is ChargeState.WAITING
    gateway.pay(charge.id)
    at_work(watching, clock)
    assert till.charge(charge.id).state is ChargeState.PAID
    check_no_money_kept(gateway, till, charge)


class OwnClock(WalletWatch):
    """Ends what its own clock says is over, and asks nobody."""

    def turn(self) -> bool:
        def end(uow: UnitOfWork) -> None:
            for charge, _ in wallet.unresolved(uow):
                if charge.expires_at is not None and charge.expires_at < uow.now:
                    wallets.settled(uow, charge, Expired())

        self._database.run(end)
        return super().turn()


@pytest.mark.negative_control
def test_who_goes_by_its_own_clock_is_found_out(
    gateway: Gateway, office: Office, till: WalletOffice
) -> None:
    clock, client = Seconds(), gateway.client()
    charge = ask_for_code(till, client)
    assert charge.expires_at is not None
    office.clock.at = charge.expires_at + timedelta(seconds=1)
    watching = OwnClock(office.database, client, VALID_S, clock)
    at_work(watching, clock)
    gateway.pay(charge.id)
    at_work(watching, clock)
    with pytest.raises(AssertionError):
        check_no_money_kept(gateway, till, charge)


# --- while the gateway is away --------------------------------------------------------------------
def test_a_gateway_that_is_away_is_asked_less_and_less_often_and_then_again(
    gateway: Gateway, office: Office, till: WalletOffice
) -> None:
    clock, client = Seconds(), gateway.client()
    charge = ask_for_code(till, client)
    watching = watch(office, client, clock)
    gateway.order(fault="html_500", operation="standing")
    asked: list[float] = []
    while clock.at < 60:
        if watching.turn():
            asked.append(clock.at)
        clock.at += 0.5
    gaps = [later - earlier for earlier, later in pairwise(asked)]
    assert gaps[:4] == [1, 2, 4, 8]
    assert set(gaps[4:]) == {15}
    gateway.order(fault="none")
    gateway.pay(charge.id)
    at_work(watching, clock, 20)
    assert till.charge(charge.id).state is ChargeState.PAID


def test_a_code_that_came_too_late_for_anybody_is_opened_and_canceled(
    gateway: Gateway, office: Office, till: WalletOffice
) -> None:
    clock, charge = Seconds(), till.opening()
    office.clock.at += CODE_WANTED_FOR
    at_work(watch(office, gateway.client(), clock), clock)
    assert till.charge(charge.id).state is ChargeState.CANCELED
    assert gateway.charge(charge.id)["state"] == "canceled", "an opening on its way finds it so"


def test_a_charge_the_gateway_forgot_stays_on_the_list(
    gateway: Gateway, office: Office, till: WalletOffice
) -> None:
    clock, charge = Seconds(), till.waiting()
    at_work(watch(office, gateway.client(), clock), clock)
    assert till.charge(charge.id).state is ChargeState.WAITING
    office.clock.pass_by(minutes=16)
    assert charge.id in [each.payment for each in till.troubles()]
