"""A claim of what the wallets' gateway refuses to give back."""

from sqlalchemy import select

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.payments import tables
from queue_server.payments.model.claims import ClaimReason, ClaimState
from queue_server.payments.model.paid import Means
from queue_server.payments.model.wallet import ChargeState, WalletTrouble
from queue_server.payments.services import claims, wallet

_claims = tables.claims


def make(uow: UnitOfWork, actor: Actor, payment: str) -> tuple[str, str]:
    """A supervisor makes a claim of a refund that was refused: the claim's id and its code.

    Raises Problem 404 for an unknown charge, 409 when its gateway still answers for it, or there is
    a claim already.
    """
    uow.lock_site(actor.site)
    of = wallet.charge(uow, actor.site, payment)
    if of.state is not ChargeState.REFUND_REFUSED:
        words = (
            "De este pago responde la billetera: lo aplica o lo devuelve ella, no la ventanilla."
        )
        raise Problem(409, "wallet_answers", words)
    amount = of.amount_centimos if of.paid_centimos is None else of.paid_centimos
    new = claims.minted(
        uow, of.application, payment, Means.WALLET, amount, ClaimReason.REFUND_REFUSED
    )
    claims.write_down(uow, actor, of.kiosk, new)
    claims.tell(uow, actor, str(new.id), "claim.of_wallet", payment=payment)
    return str(new.id), claims.code_of(uow, str(new.id))


def troubles(uow: UnitOfWork, site: str) -> list[WalletTrouble]:
    """The wallets' charges that staff must see to, without those a claim stands for."""
    found = wallet.wallet_troubles(uow, site)
    ids = [str(each.payment) for each in found]
    claimed = uow.connection.execute(
        select(_claims.c.payment).where(
            _claims.c.payment.in_(ids), _claims.c.state != ClaimState.WITHDRAWN
        )
    )
    stand = {row.payment for row in claimed}
    return [each for each in found if str(each.payment) not in stand]
