"""Cash that was kept: what it paid for, and every note and coin once."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from sqlalchemy import insert, update

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model.cash import CashPayment, Piece
from queue_server.payments.model.paid import Means, Paid
from queue_server.payments.services import paid

HeldBy = Literal["payment", "claim"]


def record_cash(uow: UnitOfWork, actor: Actor, application: UUID, cash: CashPayment) -> None:
    """Record what paid for `application`, down to each note and coin.

    Raises Problem 409 when the application is paid, the payment was used, or a piece belongs to
    another payment or claim.
    """
    reference = cash.reference(actor.name)
    payment = Paid(Means.CASH, cash.amount_centimos, reference, cash.paid_at)
    if not paid.record(uow, actor, str(application), str(cash.id), payment):
        words = "Este pago ya se usó para una solicitud; avise al personal."
        raise Problem(409, "payment_used", words)
    hold(uow, actor, str(cash.id), "payment", cash.pieces)
    uow.connection.execute(
        insert(tables.cash_payments),
        {
            "payment": str(cash.id),
            "taken_centimos": cash.taken_centimos,
            "change_centimos": cash.change_centimos,
        },
    )


def hold(
    uow: UnitOfWork, actor: Actor, owner: str, held_by: HeldBy, pieces: Sequence[Piece]
) -> None:
    """Let these pieces belong to one payment or claim, and to no other. Raises Problem 409."""
    if not pieces:
        return
    held = tables.cash_pieces
    rows = [
        {
            "id": str(piece.id),
            "owner": owner,
            "held_by": held_by,
            "site": actor.site,
            "kiosk": actor.name,
            "serial": piece.serial,
            "counter": piece.counter,
            "amount_centimos": piece.amount_centimos,
            "item": piece.item,
        }
        for piece in pieces
    ]
    # Not looked up first: another site writes at the same moment, and only the index sees it.
    put = uow.upsert(held).values(rows).on_conflict_do_nothing().returning(held.c.id)
    if len(uow.connection.execute(put).all()) < len(rows):
        words = "Parte de este efectivo ya figura en otro pago o reclamo; avise al personal."
        raise Problem(409, "piece_used", words)


def free(uow: UnitOfWork, claim: str) -> None:
    """`claim` was withdrawn: its pieces may pay."""
    held = tables.cash_pieces
    uow.connection.execute(
        update(held)
        .where(held.c.owner == claim, held.c.freed_at.is_(None))
        .values(freed_at=uow.now)
    )
