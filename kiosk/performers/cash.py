"""Takes the fee in notes and coins: lets in what can be settled, keeps what fits, ends it true."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import structlog

from devices.kinds.cash_acceptor import Credited, EventsLost, NoteHeld
from kiosk.cash.rules import acceptable, can_settle
from kiosk.cash.settlement import CashSettlement, Settled
from kiosk.cash.till import Till
from kiosk.doubts import advance
from kiosk.flow.effects import TakeCash
from kiosk.flow.events import (
    CashCounted,
    CashSeen,
    Charged,
    ChargeUnknown,
    Event,
    MoneyOwed,
    NotCharged,
)
from kiosk.flow.facts import NotPaid
from kiosk.journal import EffectState, Journal, JournalFailed
from kiosk.order import Means, OrderState
from kiosk.owing import owed_of
from kiosk.runner import Outcome

LOOK_S = 0.2
# The screen asks long before whether somebody is still there.
LONGEST_S = 900.0
# More pieces than this the server takes for no payment; who has only such coins goes to a window.
MOST_PIECES = 800
# An acceptor whose cable was pulled for longer than this is not waited for.
AWAY_S = 15.0

log = structlog.get_logger("cash")


class CashDesk:
    """Carries out TakeCash. A payment that was begun takes nothing more, it is only settled."""

    lane = "cash"
    kind = "take_cash"

    def __init__(
        self,
        till: Till,
        journal: Journal,
        settlement: CashSettlement,
        tell: Callable[[Event], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._till = till
        self._journal = journal
        self._settlement = settlement
        self._tell = tell
        self._monotonic = monotonic
        self._stopped: UUID | None = None
        self._closing = False
        self._changed = threading.Lock()

    def stop(self, payment: UUID) -> None:
        """Let nothing more in for `payment`. From any thread; returns at once."""
        with self._changed:
            self._stopped = payment

    def close(self) -> None:
        """The kiosk ends: let nothing more in for anybody. From any thread; returns at once."""
        with self._changed:
            self._closing = True

    def body(self, effect: TakeCash) -> Mapping[str, Any]:
        return {
            "application": str(effect.order.application),
            "amount_centimos": effect.order.amount_centimos,
        }

    def perform(self, effect: TakeCash) -> Outcome:
        payment, application = effect.effect_id, effect.order.application
        orders = self._journal.orders
        with self._till.gate.serving() as free, orders.claim(application, wait=True):
            started = True
            if orders.of_payment(payment) is None:
                if not free:
                    return _not_taken(payment, NotPaid.NOT_STARTED)
                try:
                    orders.begin(application, Means.CASH, payment)
                except JournalFailed:
                    return _not_taken(payment, NotPaid.NOT_STARTED)
                started = self._take(payment, effect.order.amount_centimos)
            if not self._settlement.ended(payment):
                advance(self._journal, application, OrderState.UNKNOWN, why="an acceptor is away")
                return Outcome(EffectState.UNKNOWN, ChargeUnknown(payment), "an acceptor is away")
            self._tell(CashCounted(payment, *self._settlement.counted(payment)))
            settled = self._settlement.settle(payment, give=True)
            change = self._settlement.given(payment)
        return _outcome(payment, settled, change, started=started)

    def lost(self, effect: TakeCash, *, begun: bool) -> Event:
        if begun:
            return ChargeUnknown(effect.effect_id)
        return NotCharged(effect.effect_id, NotPaid.NOT_STARTED)

    def _take(self, payment: UUID, amount: int) -> bool:
        """Take pieces until it is enough, the person stops, or nothing can be taken any more.

        False when no acceptor let anything in.
        """
        session, inside = str(payment), 0
        wanted = self._wanted(amount)
        if not self._till.start(session, wanted):
            return False
        self._tell(CashSeen(payment, 0, wanted))
        ends = self._monotonic() + LONGEST_S
        well_until = self._monotonic() + AWAY_S
        while inside < amount and self._may_go_on(payment) and self._monotonic() < ends:
            match self._till.next_report(LOOK_S):
                case device, NoteHeld(of, piece) if of == session:
                    self._route(device, session, piece, amount - inside)
                case _, Credited(credit) if credit.session == session:
                    pieces = self._settlement.kept(payment)
                    inside = sum(pieces)
                    wanted = self._wanted(amount - inside) if inside < amount else ()
                    self._tell(CashSeen(payment, inside, wanted, pieces))
                    if len(pieces) >= MOST_PIECES:
                        break
                    if inside < amount:
                        self._till.let_in(session, wanted)
                case _, EventsLost(serial, reason):
                    log.error("money may be inside untold", serial=serial, why=reason)
                    break
                case _:
                    pass
            if self._till.can_take():
                well_until = self._monotonic() + AWAY_S
            elif self._monotonic() > well_until:
                break
        return True

    def _wanted(self, missing: int) -> tuple[int, ...]:
        return acceptable(missing, self._till.stocks(), self._till.taken())

    def _route(self, device: str, session: str, piece: int, missing: int) -> None:
        if can_settle(piece, missing, self._till.stocks(), self._till.taken()):
            self._till.keep(device, session)
        else:
            self._till.give_back(device, session)

    def _may_go_on(self, payment: UUID) -> bool:
        with self._changed:
            return self._stopped != payment and not self._closing


def _not_taken(payment: UUID, reason: NotPaid) -> Outcome:
    return Outcome(EffectState.FAILED, NotCharged(payment, reason), reason)


def _outcome(payment: UUID, settled: Settled, change: int, *, started: bool) -> Outcome:
    owed = tuple(owed_of(each) for each in settled.owed)
    match settled.state:
        case OrderState.PAID | OrderState.ACCEPTED:
            return Outcome(EffectState.DONE, Charged(payment, owed, change), "paid")
        case OrderState.DECLINED:
            return _not_taken(payment, NotPaid.NO_CASH if started else NotPaid.NOT_STARTED)
        case OrderState.RETURNED:
            return _not_taken(payment, NotPaid.GIVEN_BACK)
        case OrderState.OWED:
            return Outcome(EffectState.FAILED, MoneyOwed(payment, owed), "owed")
        case state:
            return Outcome(EffectState.UNKNOWN, ChargeUnknown(payment), state)
