"""The book of orders: every step on disk before the next, illegal ones refused by the database."""

import sqlite3
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from kiosk.journal import Journal, load_key
from kiosk.journal.orders import IllegalStep
from kiosk.order import TRANSITIONS, Means, OrderState


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "j.db", load_key(tmp_path / "k"))


def registered(journal: Journal) -> UUID:
    application = uuid4()
    journal.orders.counter(application)
    journal.orders.register(application, uuid4(), 3770)
    return application


def test_a_number_is_given_once_and_never_again(journal: Journal) -> None:
    first, second = uuid4(), uuid4()
    assert journal.orders.counter(first) == journal.orders.counter(first)
    assert journal.orders.counter(second) == journal.orders.counter(first) + 1


def test_the_database_holds_the_table_of_the_code(journal: Journal, tmp_path: Path) -> None:
    rows = sqlite3.connect(tmp_path / "j.db").execute("SELECT * FROM order_transitions").fetchall()
    assert sorted(rows) == sorted((before, str(after)) for before, after in TRANSITIONS)


def test_a_paid_order_is_found_after_a_power_cut_with_its_evidence(
    journal: Journal, tmp_path: Path
) -> None:
    application, payment = registered(journal), uuid4()
    journal.orders.begin(application, Means.CARD, payment)
    journal.orders.step(application, OrderState.PAID, evidence={"rrn": "77"})
    (entry,) = Journal(tmp_path / "j.db", load_key(tmp_path / "k")).orders.unsettled()
    assert (entry.application, entry.payment, entry.evidence) == (
        application,
        payment,
        {"rrn": "77"},
    )


@pytest.mark.parametrize("state", [OrderState.PAID, OrderState.ACCEPTED, OrderState.UNKNOWN])
def test_an_illegal_step_is_refused_and_nothing_is_written(
    journal: Journal, state: OrderState
) -> None:
    application = registered(journal)
    with pytest.raises(IllegalStep):
        journal.orders.step(application, state)
    entry = journal.orders.entry(application)
    assert entry is not None
    assert (entry.state, entry.payment) == (OrderState.REGISTERED, None)


def test_leaving_abandons_what_was_not_charged_and_keeps_what_was(journal: Journal) -> None:
    session, declined, paid = uuid4(), uuid4(), uuid4()
    for application in (declined, paid):
        journal.orders.counter(application)
        journal.orders.register(application, session, 3770)
        journal.orders.begin(application, Means.CARD, uuid4())
    journal.orders.step(declined, OrderState.DECLINED)
    journal.orders.step(paid, OrderState.PAID, evidence={"rrn": "1"})
    journal.forget(session)
    states = [journal.orders.entry(each) for each in (declined, paid)]
    assert [entry and entry.state for entry in states] == [OrderState.ABANDONED, OrderState.PAID]


def test_at_boot_what_was_not_charged_is_abandoned_and_its_data_gone(journal: Journal) -> None:
    application, session, effect = registered(journal), uuid4(), uuid4()
    journal.effects.intend(effect, session, "register_order", {"email": "a@example.com"})
    journal.close_interrupted()
    entry = journal.orders.entry(application)
    assert entry is not None
    assert entry.state is OrderState.ABANDONED
    (interrupted,) = journal.effects.entries(session)
    assert (interrupted.state, interrupted.body) == ("unknown", None)


def test_two_workers_never_hold_the_same_order(journal: Journal) -> None:
    application = registered(journal)
    with (
        journal.orders.claim(application, wait=True) as first,
        journal.orders.claim(application, wait=False) as second,
    ):
        assert (first, second) == (True, False)
    with journal.orders.claim(application, wait=False) as third:
        assert third


@pytest.mark.negative_control
def test_without_the_foreign_key_an_illegal_step_would_pass(
    journal: Journal, tmp_path: Path
) -> None:
    """The broken variant: the same insert on a connection that does not enforce the table."""
    application = registered(journal)
    broken = sqlite3.connect(tmp_path / "j.db")
    broken.execute("PRAGMA foreign_keys = OFF")
    broken.execute(
        "INSERT INTO order_steps VALUES (?, 9, 'registered', 'accepted', '')", (str(application),)
    )
    assert broken.total_changes == 1
