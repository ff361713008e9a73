"""Brings a cash-in to its end: paid, given back, or owed by a claim; the books decide.

It may be called again at any time, also after a crash: what was done is not done twice, and money
that comes to light later is claimed then.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid5

import structlog

from devices.kinds.cash_dispenser import Payout
from kiosk.cash.rules import Balance, change
from kiosk.cash.till import Till
from kiosk.claim_code import RANDOM_BYTES, claim_code
from kiosk.doubts import advance
from kiosk.journal import Journal
from kiosk.journal.cash import LostCount, Piece
from kiosk.journal.claims import Claim, ClaimReason
from kiosk.journal.effects import now
from kiosk.journal.orders import OrderEntry
from kiosk.news import claim_changed, claim_made, piece_rows
from kiosk.order import Means, OrderState

log = structlog.get_logger("cash")

_CHARGED = (OrderState.PAID, OrderState.ACCEPTED)
_OPEN = (None, "unknown")
_UNDECIDED = (OrderState.PAYING, OrderState.UNKNOWN)


@dataclass(frozen=True)
class Settled:
    """Where the order stands, and what the person holds claims for."""

    state: OrderState
    owed: tuple[Claim, ...]


class CashSettlement:
    """Settles cash-ins. Whoever calls holds the order's claim, and every acceptor has ended."""

    def __init__(
        self, journal: Journal, till: Till, draw: Callable[[int], bytes] = os.urandom
    ) -> None:
        self._journal = journal
        self._till = till
        self._draw = draw

    def ended(self, payment: UUID) -> bool:
        """Let nothing more in; whether every device that took part has ended, so that all pieces of
        `payment` are in the book. One that is away has not."""
        self._till.end(str(payment))
        return not self._journal.cash.is_open(str(payment))

    def settle(self, payment: UUID, *, give: bool) -> Settled:
        """Bring `payment` as far as it can go now. `give`: somebody stands there to take coins.

        Raises LookupError for a payment this kiosk never began, JournalFailed.
        """
        entry = self._decided(payment)
        if give:
            self._give(entry, payment)
        self._ask_open_payouts(payment)
        self._account(payment)
        entry = self._entry(payment)
        return Settled(entry.state, tuple(self._claims(payment)))

    def counted(self, payment: UUID) -> tuple[bool, int]:
        """Decide `payment`: whether its fee is paid by it, and how many céntimos go back. Nothing
        is given yet; `settle` goes on. Raises as it does."""
        entry = self._decided(payment)
        return self._price(entry, payment) > 0, max(0, self._balance(payment).owed)

    def given(self, payment: UUID) -> int:
        """What hoppers certainly gave for `payment`, in céntimos."""
        return self._balance(payment).given

    def kept(self, payment: UUID) -> tuple[int, ...]:
        """The notes and coins devices kept for `payment` so far, in céntimos each."""
        return tuple(each.credit.amount_centimos for each in self._pieces(payment))

    def taken(self, payment: UUID) -> int:
        """What devices kept for `payment` so far, in céntimos."""
        return sum(self.kept(payment))

    def is_counting(self, payment: UUID) -> bool:
        """Whether a hopper has not said yet how many coins of this payment came out."""
        self._ask_open_payouts(payment)
        return any(each.outcome in _OPEN for each in self._payouts(payment))

    def _entry(self, payment: UUID) -> OrderEntry:
        entry = self._journal.orders.of_payment(payment)
        if entry is None:
            raise LookupError(f"no order of payment {payment}")
        return entry

    def _decided(self, payment: UUID) -> OrderEntry:
        """A cash-in that has ended was enough, nothing at all, or goes back.

        Of a try that another one followed there is nothing to decide.
        """
        journal = self._journal
        with journal.together():  # no device books a piece between the looks
            entry = self._entry(payment)
            if entry.state not in _UNDECIDED or entry.payment != payment:
                return entry
            taken = self.taken(payment)
            if taken >= entry.amount_centimos:
                evidence = self._evidence(entry, payment, taken)
                advance(journal, entry.application, OrderState.PAID, evidence)
            else:
                self._not_enough(entry, payment, taken)
            return self._entry(payment)

    def _not_enough(self, entry: OrderEntry, payment: UUID, taken: int) -> None:
        """It goes back. Where a device lost count there may be more inside: the doubt is ended by
        staff, who count its box."""
        lost = self._journal.cash.lost_count(str(payment))
        if lost is LostCount.OPEN:
            why = "an acceptor lost count"
            advance(self._journal, entry.application, OrderState.UNKNOWN, why=why)
            return
        goes_back = OrderState.RETURNING if taken else OrderState.DECLINED
        advance(self._journal, entry.application, goes_back, proven=lost is None)

    def _evidence(self, entry: OrderEntry, payment: UUID, taken: int) -> dict[str, object]:
        """What the server is told of a fee paid in cash."""
        return {
            "amount_centimos": entry.amount_centimos,
            "taken_centimos": taken,
            "change_centimos": taken - entry.amount_centimos,
            "pieces": piece_rows(self._journal.cash.untold(str(payment))),
            "paid_at": now(),
        }

    def _give(self, entry: OrderEntry, payment: UUID) -> None:
        """Coins for what is owed, if all of it can be given; each purpose once."""
        owed = self._balance(payment).owed
        purpose = "change" if self._price(entry, payment) else "return"
        prefix = f"{payment}:{purpose}:"
        begun = any(each.payout_id.startswith(prefix) for each in self._payouts(payment))
        plan = None if begun or owed <= 0 else change(owed, self._till.stocks())
        for coin, coins in (plan or {}).items():
            result = self._till.dispense(f"{prefix}{coin}", coin, coins)
            word = result.outcome if result else "no answer"
            log.info("coins", payment=str(payment), coin=coin, coins=coins, outcome=word)

    def _ask_open_payouts(self, payment: UUID) -> None:
        for payout in self._payouts(payment):
            if payout.outcome in _OPEN:
                self._till.ask_payouts(_coin(payout), payout.payout_id)

    def _account(self, payment: UUID) -> None:
        """Everything that was taken is price, given, or claimed: write claims until it is so."""
        with self._journal.together():
            self._claim_doubtful_coins(payment)
            entry = self._entry(payment)
            owed = self._balance(payment).owed
            if owed > 0:
                self._claim(entry, payment, owed, self._reason(entry, payment))
            if entry.payment == payment and entry.state is OrderState.RETURNING:
                back = not self._claims(payment)
                ended = OrderState.RETURNED if back else OrderState.OWED
                self._journal.orders.step(entry.application, ended)

    def _claim_doubtful_coins(self, payment: UUID) -> None:
        """Coins of which nobody knows whether they came out: a claim that is not proven yet."""
        claims = {each.id: each for each in self._journal.claims.of_payment(payment)}
        for payout in self._payouts(payment):
            id_ = uuid5(payment, payout.payout_id)
            doubtful = payout.outcome in _OPEN
            if doubtful and id_ not in claims:
                worth = payout.coins * _coin(payout)
                entry = self._entry(payment)
                self._claim(entry, payment, worth, ClaimReason.CHANGE_NOT_GIVEN, id_, proven=False)
            elif not doubtful and id_ in claims and not claims[id_].proven:
                self._prove(claims[id_], (payout.unpaid or 0) * _coin(payout))

    def _prove(self, claim: Claim, amount: int) -> None:
        """It is known now what came out: the rest is owed for certain, or nothing is."""
        self._journal.claims.prove(claim.id, amount)
        if amount:
            told = claim_changed(claim, amount_centimos=amount, proven=True)
        else:
            told = claim_changed(claim, withdrawn="paid_by_kiosk")
        self._journal.outgoing.put(told)

    def _claim(
        self,
        entry: OrderEntry,
        payment: UUID,
        amount: int,
        reason: ClaimReason,
        id_: UUID | None = None,
        *,
        proven: bool = True,
    ) -> None:
        count = len(self._journal.claims.of_payment(payment))
        claim = self._journal.claims.make(
            Claim(
                id_ or uuid5(payment, f"owed:{count}"),
                claim_code(self._draw(RANDOM_BYTES)),
                entry.application,
                payment,
                Means.CASH,
                amount,
                reason,
                proven,
            )
        )
        pieces = self._journal.cash.untold(str(payment))
        self._journal.outgoing.put(claim_made(claim, pieces))
        log.info("claim", payment=str(payment), amount=amount, reason=reason, proven=proven)

    def _reason(self, entry: OrderEntry, payment: UUID) -> ClaimReason:
        if entry.payment != payment:
            return ClaimReason.FOUND_LATE
        if self._price(entry, payment):
            return ClaimReason.CHANGE_NOT_GIVEN
        if entry.state is OrderState.RETURNING:
            was_paid = entry.evidence is not None
            return ClaimReason.PAID_BUT_REFUSED if was_paid else ClaimReason.CASH_NOT_RETURNED
        return ClaimReason.FOUND_LATE

    def _price(self, entry: OrderEntry, payment: UUID) -> int:
        """What the order cost of this payment: all of it once it is paid by it."""
        paid = entry.payment == payment and entry.state in _CHARGED
        return entry.amount_centimos if paid else 0

    def _balance(self, payment: UUID) -> Balance:
        return Balance(
            taken=self.taken(payment),
            price=self._price(self._entry(payment), payment),
            given=sum((each.paid or 0) * _coin(each) for each in self._payouts(payment)),
            claimed=sum(each.amount_centimos for each in self._journal.claims.of_payment(payment)),
        )

    def _claims(self, payment: UUID) -> list[Claim]:
        return [each for each in self._journal.claims.of_payment(payment) if each.amount_centimos]

    def _pieces(self, payment: UUID) -> list[Piece]:
        return self._journal.cash.pieces(str(payment))

    def _payouts(self, payment: UUID) -> list[Payout]:
        return self._journal.cash.payouts(str(payment))


def _coin(payout: Payout) -> int:
    """What one coin of it is worth, in céntimos: it stands at the end of the payout's id."""
    return int(payout.payout_id.rpartition(":")[2])
