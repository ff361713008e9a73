"""After a power cut: only the device that took part says what became of a payment."""

from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from devices.kinds.card_terminal import CardResult
from devices.kinds.cash_acceptor import CashInEnd, CashInStart, CashResult, Credit, Tally
from devices.status import Completion, DeviceState, DeviceStatus
from kiosk.cash.settlement import CashSettlement
from kiosk.cash.till import Till
from kiosk.claim_slips import ClaimSlips
from kiosk.flow.effects import TakeCash
from kiosk.flow.facts import Order
from kiosk.flow.states import Welcome
from kiosk.journal import Journal, load_key
from kiosk.journal.claims import ClaimReason
from kiosk.order import Means, OrderState
from kiosk.performers.cash import CashDesk
from kiosk.queue_client import Away, QueueClient
from kiosk.recovery import Recovery

FEE = 3770
ONLINE, GONE = DeviceStatus(DeviceState.ONLINE), DeviceStatus(DeviceState.NO_DEVICE)


class NoServer:
    """Nobody answers."""

    def put(self, path: str, body: Mapping[str, Any], key: UUID, deadline_s: float) -> Away:
        return Away("nobody")


class MuteTerminal:
    """Its cable is out, or it still boots: nobody can say what became of a payment."""

    def __init__(self) -> None:
        self.asked = 0

    def submit(self, command: object, deadline_s: float) -> "Future[CardResult]":
        self.asked += 1
        mute = DeviceStatus(DeviceState.OFFLINE)
        return _done(CardResult("unknown", Completion.TIME_OUT, None, "mute", mute))


class Acceptor:
    """Keeps what `credit` says; its cable can be pulled. It ends a cash-in as real drivers do."""

    device = "notes"

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.status = ONLINE
        self.session, self._counter = "", 0
        self.on_start = lambda: None
        self.capabilities = {"takes": "10 1000 2000"}

    def credit(self, amount: int) -> None:
        self._counter += 1
        credit = Credit("bill-1", self._counter, amount, "PE", self.session)
        self._write((credit,))

    def lose_count(self, why: str) -> None:
        self._write((), why)

    def submit(self, command: object, deadline_s: float) -> "Future[object]":
        if self.status is GONE:
            return _done(CashResult("not_done", Completion.TIME_OUT, 0, 0, "", GONE))
        match command:
            case CashInStart(session):
                self.session = session
                self._write(())
                self.on_start()
            case CashInEnd():
                self.session = ""
                self._write((), self._lost)
            case _:
                pass
        return _done(CashResult("done", Completion.SUCCESS, 0, 0, "", self.status))

    @property
    def _lost(self) -> str:
        tally = self._journal.cash.tally("bill-1")
        return tally.events_lost if tally else ""

    def _write(self, credits: tuple[Credit, ...], lost: str = "") -> None:
        tally = Tally(self._counter, None, self.session, 0, lost)
        self._journal.cash.commit("bill-1", tally, credits)


def _done(result: Any) -> "Future[Any]":
    future: Future[Any] = Future()
    future.set_result(result)
    return future


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal.db", load_key(tmp_path / "key"))


def registered(journal: Journal) -> UUID:
    application = uuid4()
    journal.orders.counter(application)
    journal.orders.register(application, uuid4(), FEE)
    return application


def recovery_of(journal: Journal, till: Till, terminal: Any = None) -> Recovery:
    slips = ClaimSlips(journal, None, lambda: False, Welcome)
    client = cast(QueueClient, NoServer())
    return Recovery(journal, client, terminal, CashSettlement(journal, till), slips)


def told(journal: Journal) -> list[object]:
    return [each.body.get("ended") for each in journal.outgoing.waiting()]


def state_of(journal: Journal, application: UUID) -> OrderState:
    entry = journal.orders.entry(application)
    assert entry is not None
    return entry.state


@pytest.mark.parametrize("cash_first", [False, True])
def test_a_card_in_doubt_stays_in_doubt_whatever_was_tried_before(
    journal: Journal, cash_first: bool
) -> None:
    application = registered(journal)
    if cash_first:
        journal.orders.begin(application, Means.CASH, uuid4())
        journal.orders.step(application, OrderState.DECLINED)
    journal.orders.begin(application, Means.CARD, uuid4())
    terminal = MuteTerminal()
    recovery = recovery_of(journal, Till([], []), terminal)
    for asked in (1, 2):
        recovery.look()
        assert (state_of(journal, application), terminal.asked) == (OrderState.UNKNOWN, asked)
    assert "not_charged" not in told(journal)


class Scene:
    """Somebody pays in cash at an acceptor whose cable is pulled while it stacks a note."""

    def __init__(self, journal: Journal, first: int) -> None:
        self.journal, self.acceptor = journal, Acceptor(journal)
        self.application, self.payment = registered(journal), uuid4()
        till = Till([self.acceptor], [])
        self.recovery = recovery_of(journal, till)
        clock = iter(range(0, 100_000, 20))
        settlement = CashSettlement(journal, till)
        desk = CashDesk(till, journal, settlement, lambda _: None, lambda: next(clock))

        def cable_goes() -> None:
            if first:
                self.acceptor.credit(first)
            self.acceptor.status = GONE

        self.acceptor.on_start = cable_goes
        order = Order(self.application, "A01-00001-X", FEE, None)
        desk.perform(TakeCash(self.payment, uuid4(), order))

    @property
    def state(self) -> OrderState:
        return state_of(self.journal, self.application)

    def claims(self) -> list[tuple[int, str]]:
        found = self.journal.claims.of_payment(self.payment)
        return [(each.amount_centimos, each.reason) for each in found]


@pytest.mark.parametrize("first", [0, 2000])
def test_what_lies_in_an_acceptor_that_is_away_is_waited_for(journal: Journal, first: int) -> None:
    scene = Scene(journal, first)
    for _ in range(3):
        scene.recovery.look()
        assert (scene.state, scene.claims()) == (OrderState.UNKNOWN, [])
    scene.acceptor.status = ONLINE
    scene.acceptor.credit(2000)
    scene.recovery.look()
    scene.recovery.look()
    total = first + 2000
    if total >= FEE:
        assert (scene.state, scene.claims()) == (
            OrderState.PAID,
            [(total - FEE, "change_not_given")],
        )
    else:
        assert scene.state is OrderState.OWED
        assert scene.claims() == [(total, ClaimReason.CASH_NOT_RETURNED)]


def test_where_a_device_lost_count_staff_end_the_doubt_and_never_the_kiosk(
    journal: Journal,
) -> None:
    scene = Scene(journal, 0)
    scene.acceptor.status = ONLINE
    scene.acceptor.lose_count("it was reset while it stacked a note")
    scene.recovery.look()
    assert scene.state is OrderState.UNKNOWN
    assert told(journal) == [None], "a doubt, and no end of it"
    scene.acceptor.lose_count("")  # its box was counted
    scene.recovery.look()
    assert scene.state is OrderState.DECLINED
    assert told(journal) == [None], "what the count showed is the staff's to say"


@pytest.mark.negative_control
def test_a_book_that_forgets_who_lost_count_would_be_seen(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(journal.cash), "lost_count", lambda *_: None)
    scene = Scene(journal, 0)
    scene.acceptor.status = ONLINE
    scene.acceptor.lose_count("it was reset while it stacked a note")
    scene.recovery.look()
    assert scene.state is OrderState.DECLINED
    assert "not_charged" in told(journal)


def test_one_order_that_cannot_be_settled_keeps_no_other_from_being(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = registered(journal), registered(journal)
    for each in (first, second):
        journal.orders.begin(each, Means.CASH, uuid4())
    recovery = recovery_of(journal, Till([], []))
    settle = recovery._settle

    def failing(application: UUID) -> None:
        if application == first:
            raise ZeroDivisionError
        settle(application)

    monkeypatch.setattr(recovery, "_settle", failing)
    recovery.look()
    assert state_of(journal, second) is OrderState.DECLINED
