"""Brings to an end what a crash or a lost reply left open: asks devices, tells the server."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from kiosk.cash.settlement import CashSettlement
from kiosk.claim_slips import ClaimSlips
from kiosk.journal import EffectState, Journal, JournalFailed
from kiosk.journal.orders import OrderEntry
from kiosk.order import Means, OrderState
from kiosk.performers import wallet
from kiosk.performers.card import ask_terminal, note
from kiosk.performers.delivery import hand_over
from kiosk.performers.printer import Commands
from kiosk.queue_client import QueueClient

RECOVER_EVERY_S = 2.0
# So long after the start a hopper that has not answered yet is waited for.
HOPPERS_S = 20.0
# A device that was away for longer tells staff, not the recovery (docs/money.md).
LATE_DAYS = 3

_UNDECIDED = (OrderState.PAYING, OrderState.UNKNOWN)

log = structlog.get_logger("recovery")


class Recovery:
    """Settles orders nobody is working on: never charges, only asks, claims and hands over."""

    def __init__(
        self,
        journal: Journal,
        client: QueueClient,
        terminal: Commands | None,
        settlement: CashSettlement,
        slips: ClaimSlips,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal = journal
        self._client = client
        self._terminal = terminal
        self._settlement = settlement
        self._slips = slips
        self._cash_seen: tuple[int, int] | None = None
        self._late: set[UUID] = set()
        self._hoppers_heard_by = monotonic() + HOPPERS_S
        self._monotonic = monotonic

    def look(self) -> None:
        """Try once for every unsettled order, and for cash that came to light late."""
        for entry in self._journal.orders.unsettled():
            with self._journal.orders.claim(entry.application, wait=False) as mine:
                if mine:
                    self._try_to_settle(entry.application)
        self._look_for_late_cash()
        self._slips.print_owed()

    def _try_to_settle(self, application: UUID) -> None:
        """One order that cannot be settled keeps nobody else's from being."""
        try:
            self._settle(application)
        except JournalFailed:
            raise
        except Exception:
            log.exception("order not settled, it is tried again", application=str(application))

    def _settle(self, application: UUID) -> None:
        current = self._journal.orders.entry(application)
        if current is None or current.payment is None:
            return
        if current.state in (OrderState.PAYING, OrderState.UNKNOWN, OrderState.RETURNING):
            self._find_out(current, current.payment)
            current = self._journal.orders.entry(application)
        if current is not None and current.state is OrderState.PAID:
            taken = hand_over(self._client, self._journal, current)
            log.info("order", application=str(application), handed_over=taken)

    def _find_out(self, entry: OrderEntry, payment: UUID) -> None:
        match entry.means:
            case Means.CARD if entry.state is not OrderState.RETURNING:
                self._ask_terminal(entry, payment)
            case Means.CASH:
                self._close_cash_in(entry, payment)
            case Means.WALLET if entry.state is not OrderState.RETURNING:
                self._close_code(entry.application, payment)
            case _:
                pass

    def _ask_terminal(self, entry: OrderEntry, payment: UUID) -> None:
        result = ask_terminal(self._terminal, payment, entry.amount_centimos)
        state = note(self._journal, entry.application, result)
        log.info("payment", application=str(entry.application), state=state)
        if state is not OrderState.UNKNOWN:
            ended = EffectState.DONE if state is OrderState.PAID else EffectState.FAILED
            self._journal.effects.settle(payment, ended, f"recovered: {state}")

    def _close_cash_in(self, entry: OrderEntry, payment: UUID) -> None:
        """Nobody stands there any more: what is inside pays, or is owed. No coins are given."""
        undecided = entry.state is not OrderState.RETURNING
        if undecided and not self._settlement.ended(payment):
            return
        if self._waits_for_coins(payment):
            return
        settled = self._settlement.settle(payment, give=False)
        log.info("payment", application=str(entry.application), state=settled.state)

    def _waits_for_coins(self, payment: UUID) -> bool:
        """Power went while coins came out: the hopper says how many, as soon as it answers."""
        return self._monotonic() < self._hoppers_heard_by and self._settlement.is_counting(payment)

    def _close_code(self, application: UUID, payment: UUID) -> None:
        """Nobody looks at the code any more: it is given up, and the server says how it ended."""
        word = wallet.word_of(wallet.look(self._client, application, payment))
        if word is None:
            wallet.give_up(self._client, application, payment)
        wallet.note(self._journal, application, word)
        log.info("wallet", application=str(application), ended=word)

    def _look_for_late_cash(self) -> None:
        """A device may tell of a piece, or of coins it gave, long after its session was settled."""
        seen = self._journal.cash.position()
        if self._cash_seen is None:
            self._late.update(self._journal.orders.cash_payments(_days_ago(LATE_DAYS)))
        elif seen != self._cash_seen:
            self._late.update(self._journal.cash.touched(self._cash_seen))
        self._cash_seen = seen
        self._late = {payment for payment in self._late if not self._looked_at(payment)}

    def _looked_at(self, payment: UUID) -> bool:
        """Claim what came to light of `payment` after it was settled; False: look again."""
        known = self._journal.orders.of_payment(payment)
        if known is None:
            return True
        with self._journal.orders.claim(known.application, wait=False) as mine:
            entry = self._journal.orders.of_payment(payment)
            if not mine or entry is None or self._waits_for_coins(payment):
                return False
            if entry.payment == payment and entry.state in _UNDECIDED:
                return False  # its devices decide, see above
            self._settlement.settle(payment, give=False)
            return True


def _days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()
