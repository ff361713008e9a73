"""Before any money: who is this, what does it cost, may it be sold?"""

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance.model import (
    Applicant,
    Holder,
    IssuanceBackend,
    NotSellable,
    Titular,
    judge,
)
from queue_server.issuance.services import applications, resume


def ask(backend: IssuanceBackend, applicant: Applicant) -> Titular:
    """Who the centre says this is. Waits for the network: never inside a unit of work."""
    return backend.holder(applicant)


def decide(
    uow: UnitOfWork, site: str, applicant: Applicant, titular: Titular
) -> tuple[Holder, int] | NotSellable:
    """The holder and today's fee in céntimos, or why nothing is sold."""
    holder = judge(titular, applicant, applications.today(uow, site))
    if isinstance(holder, NotSellable):
        return holder
    if resume.is_in_doubt(uow, site, applicant):  # nobody is sold to twice for one lost reply
        return NotSellable.PAYMENT_IN_DOUBT
    fee = applications.fee_today(uow, site)
    return NotSellable.NOT_ACCEPTED if fee is None else (holder, fee)
