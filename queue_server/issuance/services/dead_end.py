"""An errand that leads nowhere: a supervisor ends it, and what was paid goes back."""

from queue_server.core import outbox
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.model import ApplicationState, Purpose, Refusal
from queue_server.issuance.services import applications, settle

# What asks the centre for a certificate that was paid.
FOR_A_CERTIFICATE = (applications.REQUEST, applications.FOLLOW, applications.FETCH)
_UNDECIDED = (ApplicationState.ACCEPTED, ApplicationState.UNDER_REVIEW)


def give_back(uow: UnitOfWork, actor: Actor, errand: int) -> None:
    """End a parked errand by refusing its application and owing its money back.

    The supervisor has asked the centre: what it may still issue afterwards is not fetched any more.
    Raises Problem 404 when the errand is not parked, 409 when no money hangs on it.
    """
    uow.lock_site(actor.site)
    parked = next((each for each in outbox.parked(uow, actor.site) if each.id == errand), None)
    if parked is None:
        raise Problem(404, "not_parked", "Esta tarea ya no espera a nadie; actualice la lista.")
    if parked.kind not in FOR_A_CERTIFICATE:
        raise _nothing_paid()
    row = applications.find(uow, actor.site, parked.subject)
    if row.purpose != Purpose.NEW or row.state not in _UNDECIDED:
        raise _nothing_paid()
    settle.refuse(uow, actor, row, Refusal.NOT_ACCEPTED)
    outbox.call_off(uow, actor.site, parked.kind, parked.subject)
    uow.record(actor, "errand.given_back", errand=parked.kind, subject=parked.subject)


def _nothing_paid() -> Problem:
    words = "De esta tarea no depende ningún pago; inténtela otra vez."
    return Problem(409, "nothing_paid", words)
