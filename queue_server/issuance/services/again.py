"""A certificate in force is sent once more: to the same person, for nothing."""

from sqlalchemy import update

from queue_server.core import outbox
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.model import ApplicationState, Found, Titular, TryLater, Unknown
from queue_server.issuance.services import applications
from queue_server.issuance.services.applications import NewApplication


def send_again(uow: UnitOfWork, actor: Actor, new: NewApplication, titular: Titular) -> None:
    """Write down an application for the certificate that `titular` says is in force.

    Its file is fetched, checked and delivered like a new one's. Raises Problem 503 while the centre
    is away, 409 when no certificate of this person is in force.
    """
    number = _in_force(uow, actor.site, titular)
    applications.write_down(uow, actor, new)
    row = applications.find(uow, actor.site, str(new.id))
    applications.move(uow, actor, row, ApplicationState.ACCEPTED)
    uow.connection.execute(
        update(tables.applications)
        .where(tables.applications.c.id == row.id)
        .values(certificate_number=number)
    )
    outbox.post(uow, actor.site, applications.FETCH, row.id)
    uow.record(actor, "application.sent_again", application=row.id, number=new.number)


def _in_force(uow: UnitOfWork, site: str, titular: Titular) -> str:
    """The number of the certificate in force. Raises Problem 503, 409."""
    if isinstance(titular, (TryLater, Unknown)):
        words = "Por ahora no podemos consultar su certificado. Inténtelo más tarde."
        raise Problem(503, "backend_away", words)
    if isinstance(titular, Found) and titular.holder.data_match:
        holder = titular.holder
        until = holder.certificate_until
        if holder.certificate_number and until and until >= applications.today(uow, site):
            return holder.certificate_number
    words = "No encontramos un certificado vigente con este documento; solicite uno nuevo."
    raise Problem(409, "nothing_to_send", words)
