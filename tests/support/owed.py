"""Money that is owed, without HTTP: each call is one committed unit of work."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from queue_server.core.unit_of_work import Actor
from queue_server.issuance.model import Refusal
from queue_server.issuance.services import cash, settle
from queue_server.payments import tables
from queue_server.payments.model.cash import CashPayment, Piece
from queue_server.payments.model.claim_code import BITS, claim_code
from queue_server.payments.model.claims import Claim, ClaimReason, Given, NewClaim, News
from queue_server.payments.model.paid import Means
from queue_server.payments.model.returns import Result, ReturnState
from queue_server.payments.services import claims, returns, told
from tests.support.office import FEE, KIOSK, Office

CASHIER = Actor("PRUEBA", "cashier", "rosa")
OTHER_CASHIER = Actor("PRUEBA", "cashier", "pilar")
BOSS = Actor("PRUEBA", "supervisor", "beatriz")


def new_code() -> str:
    """A code nobody has."""
    return claim_code(secrets.randbits(BITS))


def new_claim(**changes: Any) -> NewClaim:
    """A proven claim of a charged card that the server did not take."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "code": new_code(),
        "application": None,
        "payment": uuid4(),
        "means": Means.CARD,
        "amount_centimos": FEE,
        "reason": ClaimReason.NOT_REGISTERED,
        "proven": True,
        "made_at": datetime.fromisoformat("2026-11-21T17:00:00+00:00"),
        **changes,
    }
    return NewClaim(**values)


def piece(amount_centimos: int = 2000, id_: UUID | None = None) -> Piece:
    """A note of its own, or the one of `id_`."""
    return Piece(id_ or uuid4(), "bill-12345678", 7, amount_centimos, "PE0020A")


def cash_of(*pieces: Piece, payment: UUID | None = None) -> CashPayment:
    """The fee paid with these pieces."""
    taken = sum(each.amount_centimos for each in pieces)
    at = datetime.fromisoformat("2026-11-21T17:00:00+00:00")
    return CashPayment(payment or uuid4(), FEE, taken, taken - FEE, pieces, at)


class Treasury(Office):
    """An office, and what it owes."""

    def claim(self, **changes: Any) -> NewClaim:
        """A claim its kiosk told of."""
        new = new_claim(**changes)
        self.database.run(lambda uow: told.make(uow, KIOSK, new))
        return new

    def hear(self, new: NewClaim, **news: Any) -> Claim:
        """What its kiosk learned later."""
        return self.database.run(lambda uow: told.hear(uow, KIOSK, str(new.id), News(**news)))

    def redeem(self, new: NewClaim, who: Actor = CASHIER, *, document: bool = True) -> Claim:
        """Give the money of a claim at the first window."""
        return self.database.run(
            lambda uow: claims.redeem(uow, who, new.code, "V1", Given.CASH, document_shown=document)
        )

    def stands(self, new: NewClaim) -> Claim:
        """Where a claim stands."""
        return self.database.read(lambda uow: claims.of_site(uow, "PRUEBA", str(new.id)))

    def pay_in_cash(self, application: UUID, paid: CashPayment) -> None:
        """Hand kept cash over."""
        self.database.run(lambda uow: cash.accept(uow, KIOSK, application, paid))

    def refused(self, paid: CashPayment | None = None) -> str:
        """An application that was paid by card, or with `paid`, and refused; its payment."""
        application = self.register()
        if paid is None:
            self.pay_by_card(application)
        else:
            self.pay_in_cash(application, paid)
        errand = self.errand(str(application))
        self.database.run(lambda uow: settle.refused(uow, errand, Refusal.DATA_MISMATCH))
        payments = tables.payments.c
        (row,) = self.rows(select(payments.id).where(payments.application == str(application)))
        return row.id

    def says(self, payment: str, result: Result, **more: Any) -> ReturnState:
        """What the kiosk says of a return."""
        return self.database.run(lambda uow: returns.answer(uow, KIOSK, payment, result, **more))

    def return_of(self, payment: str) -> Any:
        """The row of a return."""
        rows = select(tables.returns).where(tables.returns.c.payment == payment)
        (row,) = self.rows(rows)
        return row
