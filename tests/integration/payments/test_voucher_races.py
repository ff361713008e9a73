"""One voucher pays once: two kiosks in the same second, and a card against the bank's answer."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, func, select

from queue_server.bootstrap import database_url
from queue_server.config import load_config
from queue_server.core.db import Database
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.services import vouchers
from queue_server.payments import tables
from queue_server.payments.model.standing import PaymentStanding
from queue_server.payments.model.vouchers import (
    HELD,
    Applied,
    NotVisible,
    Voucher,
    VoucherRefusal,
    VoucherState,
)
from queue_server.payments.services.vouchers import hold_voucher, voucher_standing
from tests.support.office import FEE, KIOSK, NOON, PAID_ON, WAIT, Office
from tests.support.same_second import in_the_same_second
from tests.support.site import Kind, Site

ROUNDS = 4
# Elsewhere than the site of the first kiosk: only one database knows both.
OTHER_SITE = Actor("OTRA", "kiosk", "B01")
Work = Callable[[UnitOfWork], None]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    kind: Kind = request.param
    office = Office(Site(tmp_path_factory.mktemp("site"), database=kind))
    yield office
    office.close()


@pytest.fixture(scope="module")
def elsewhere(office: Office) -> Iterator[Database]:
    """The same rows, as another process has them."""
    with closing(office.another_process()) as database:
        yield database


def holds(actor: Actor, sequence: str) -> Work:
    """Present the same paper for an application of its own."""
    paper = Voucher("01", "10117410", sequence, PAID_ON)
    return lambda uow: hold_voucher(uow, actor, uuid4(), uuid4(), paper, WAIT)


def looks_and_holds(
    actor: Actor, sequence: str, database: Database, both: threading.Barrier
) -> Work:
    """As programs without the index do it: look whether anybody has it, and if not, write."""
    index = select(func.count()).select_from(tables.vouchers)
    name = f"01:10117410:{sequence}:{PAID_ON.isoformat()}"

    def mine(uow: UnitOfWork) -> int:
        digest = uow.vault.index("vouchers.voucher", name)
        found = index.where(tables.vouchers.c.voucher_index == digest)
        return uow.connection.execute(found).scalar_one()

    found = database.read(mine)
    both.wait(10)
    if found:
        raise Problem(409, "payment_used", "ya")
    return holds(actor, sequence)


def held(office: Office, sequence: str) -> int:
    name = f"01:10117410:{sequence}:{PAID_ON.isoformat()}"

    def count(uow: UnitOfWork) -> int:
        digest = uow.vault.index("vouchers.voucher", name)
        mine = (tables.vouchers.c.voucher_index == digest) & tables.vouchers.c.state.in_(HELD)
        return uow.connection.execute(select(func.count()).where(mine)).scalar_one()

    return office.database.read(count)


def test_of_two_kiosks_of_two_sites_exactly_one_gets_the_voucher(
    office: Office, elsewhere: Database
) -> None:
    for round_ in range(ROUNDS):
        sequence = f"10{round_}"
        told = in_the_same_second(
            lambda s=sequence: office.database.run(holds(KIOSK, s)),
            lambda s=sequence: elsewhere.run(holds(OTHER_SITE, s)),
        )
        assert sorted(told) == ["done", "payment_used"]
        assert held(office, sequence) == 1


@pytest.mark.negative_control
def test_to_look_first_and_then_write_gives_it_to_both_without_the_index(
    office: Office, elsewhere: Database
) -> None:
    def race(sequence: str) -> list[str]:
        both = threading.Barrier(2)

        def play(actor: Actor, database: Database) -> None:
            database.run(looks_and_holds(actor, sequence, database, both))

        return in_the_same_second(
            lambda: play(KIOSK, office.database), lambda: play(OTHER_SITE, elsewhere)
        )

    assert sorted(race("200")) == ["done", "payment_used"], "the index alone decides"
    with without_index(office, "uq_vouchers_held"):
        assert race("201") == ["done", "done"]
        assert held(office, "201") == 2


@contextmanager
def without_index(office: Office, name: str) -> Iterator[None]:
    """Drops an index of the vouchers; puts it back on an empty table."""
    index = next(each for each in tables.vouchers.indexes if each.name == name)
    engine = create_engine(database_url(load_config(office.site.folder / "server.toml")))
    try:
        with engine.begin() as connection:
            index.drop(connection)
        yield
        with engine.begin() as connection:
            connection.execute(tables.vouchers.delete())
            index.create(connection)
    finally:
        engine.dispose()


# --- a card and the bank's answer -----------------------------------------------------------------
def bank(sequence: str, amount: int = FEE) -> Applied:
    return Applied(f"BN-20261120-{sequence}", amount, NOON - timedelta(days=1))


def payments_of(office: Office, application: UUID) -> list[str]:
    rows = select(tables.payments.c.means).where(tables.payments.c.application == str(application))
    return [row.means for row in office.rows(rows)]


def test_whoever_paid_by_card_meanwhile_has_paid_once_and_the_paper_is_free(
    office: Office,
) -> None:
    application = office.register()
    voucher = office.present(application, "300")
    errand = office.errand(voucher)
    office.pay_by_card(application)
    office.database.run(lambda uow: vouchers.settled(uow, errand, bank("300")))
    assert payments_of(office, application) == ["card"]
    assert office.standing(application) is PaymentStanding.CARD
    assert office.waiting(voucher).state == "done"
    office.present(office.register(), "300")


@pytest.mark.negative_control
def test_were_the_paper_not_given_back_who_paid_by_card_would_be_told_that_it_was_used(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("queue_server.payments.services.vouchers.withdraw_voucher", _keep)
    application = office.register()
    errand = office.errand(office.present(application, "302"))
    office.pay_by_card(application)
    office.database.run(lambda uow: vouchers.settled(uow, errand, bank("302")))
    assert payments_of(office, application) == ["card"], "the database still lets one pay"
    standing = office.database.read(lambda uow: voucher_standing(uow, str(application)))
    assert standing is VoucherRefusal.USED


def _keep(_: UnitOfWork, __: str) -> None:
    """Forgets to give the voucher back."""


def test_a_card_after_the_bank_has_answered_is_reported(office: Office) -> None:
    application = office.register()
    errand = office.errand(office.present(application, "301"))
    office.database.run(lambda uow: vouchers.settled(uow, errand, bank("301")))
    with pytest.raises(Problem, match="already_paid"):
        office.pay_by_card(application)
    assert payments_of(office, application) == ["voucher"]


def test_at_the_same_moment_one_of_them_pays_and_the_other_is_told(
    office: Office, elsewhere: Database
) -> None:
    for round_ in range(ROUNDS):
        application, sequence = office.register(), f"31{round_}"
        errand = office.errand(office.present(application, sequence))
        told = in_the_same_second(
            lambda a=application: office.pay_by_card(a),
            lambda e=errand, s=sequence: elsewhere.run(
                lambda uow: vouchers.settled(uow, e, bank(s))
            ),
        )
        means = payments_of(office, application)
        assert told == (["done", "done"] if means == ["card"] else ["already_paid", "done"])
        assert office.state(application) == "accepted"
        assert office.waiting(str(application)).kind == "request"


# --- what the bank's answer does ------------------------------------------------------------------
def test_typed_with_and_without_zeros_it_is_one_payment(office: Office) -> None:
    first, second = office.register(), office.register()
    for application, typed in ((first, "000400"), (second, "400")):
        errand = office.errand(office.present(application, typed))
        office.database.run(lambda uow, e=errand: vouchers.settled(uow, e, bank("400")))
    assert office.standing(first) is PaymentStanding.APPLIED
    assert office.standing(second) is PaymentStanding.USED
    assert office.state(second) == "registered"


def test_more_than_the_fee_is_taken_as_it_is_and_less_is_not(office: Office) -> None:
    dear, cheap = office.register(), office.register()
    for application, typed, amount in ((dear, "410", FEE + 200), (cheap, "411", FEE - 1)):
        errand = office.errand(office.present(application, typed))
        paid = bank(typed, amount)
        office.database.run(lambda uow, e=errand, p=paid: vouchers.settled(uow, e, p))
    amount = select(tables.payments.c.amount_centimos, tables.payments.c.kiosk).where(
        tables.payments.c.application == str(dear)
    )
    assert office.rows(amount) == [(FEE + 200, "A01")]
    assert office.standing(cheap) is PaymentStanding.TOO_LITTLE


def test_what_does_not_show_is_kept_asked_about_again_and_given_up_in_the_end(
    office: Office,
) -> None:
    application = office.register()
    wait = timedelta(hours=5)
    voucher = office.present(application, "420", wait)
    began = office.clock.at
    try:
        asked = 0
        while office.standing(application) is not PaymentStanding.NOT_FOUND:
            errand = office.errand(voucher)
            office.database.run(lambda uow, e=errand: vouchers.settled(uow, e, NotVisible()))
            assert office.standing(application) in (
                PaymentStanding.NOT_VISIBLE,
                PaymentStanding.NOT_FOUND,
            )
            office.clock.at = office.waiting(voucher).not_before
            asked += 1
        assert office.clock.at - began == wait
        assert 10 < asked < 30
        assert office.waiting(voucher).state == "done"
        assert office.state(application) == "registered"
        office.pay_by_card(application)
    finally:
        office.clock.at = began


def test_an_application_waits_for_one_voucher_and_not_for_ever_new_ones(office: Office) -> None:
    application = office.register()
    voucher = office.present(application, "430")
    with pytest.raises(Problem, match="payment_waits"):
        office.present(application, "431")
    for tries in range(10):
        errand = office.errand(voucher)
        refusal = vouchers.VoucherRefused(VoucherRefusal.NOT_FOUND)
        office.database.run(lambda uow, e=errand, r=refusal: vouchers.settled(uow, e, r))
        if tries < 9:
            voucher = office.present(application, f"44{tries}")
    with pytest.raises(Problem, match="payment_tries"):
        office.present(application, "450")


def test_what_the_person_typed_is_sealed(office: Office) -> None:
    application = office.register()
    office.present(application, "460SECRETA")
    (row,) = office.rows(
        select(tables.vouchers).where(tables.vouchers.c.application == str(application))
    )
    assert b"460SECRETA" not in row.voucher
    assert b"10117410" not in row.voucher
    standing = office.database.read(lambda uow: voucher_standing(uow, str(application)))
    assert standing is VoucherState.CHECKING
