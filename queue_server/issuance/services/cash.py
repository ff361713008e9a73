"""An application is paid in cash."""

from uuid import UUID

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.services import applications
from queue_server.payments.model.cash import CashPayment
from queue_server.payments.services import cash, serving


def accept(uow: UnitOfWork, actor: Actor, application: UUID, paid: CashPayment) -> None:
    """Take the cash and leave the errand to the centre, in one transaction.

    Raises Problem 404 for an unknown application, 422 when the pieces are not what was taken, 409
    when it is paid otherwise, the amount is not the registered one, the money was given back, or a
    piece belongs to another payment or claim.
    """
    if not paid.adds_up:
        words = "Los billetes y monedas no suman lo que se dice; avise al personal."
        raise Problem(422, "pieces_differ", words)
    row = applications.unpaid(uow, actor.site, application, paid.amount_centimos)
    serving.now_serves(uow, actor, str(paid.id))  # a claim that falls lets go of its pieces
    cash.record_cash(uow, actor, application, paid)
    applications.accepted(uow, actor, row, paid.id)
