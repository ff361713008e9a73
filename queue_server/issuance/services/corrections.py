"""A mistyped e-mail address is corrected: what waits, and the certificate, go to the new one."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Row, func, insert, select

from queue_server.core.mail import is_address
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.model import Applicant, LetterKind
from queue_server.issuance.services import applications, delivery, letters
from queue_server.issuance.services.identification import application_number, identified
from queue_server.issuance.services.withdrawal import withdraw

TIMES = 5


def check_address(email: str) -> None:
    """Raises Problem 422 when no mail server would take `email`."""
    if not is_address(email):
        words = "Esta dirección de correo no es válida; escríbala como nombre@dominio.com."
        raise Problem(422, "invalid_address", words)


def is_applicant(uow: UnitOfWork, site: str, typed: str, who: Applicant) -> bool:
    """Whether `who` applied under the number `typed` at `site`.

    If not, that is counted: the unit must be committed. Raises Problem 429 as `identified` does.
    """
    number = application_number(typed)
    return number is not None and identified(uow, site, (site,), number, _is(who)) is not None


def correct_email(uow: UnitOfWork, actor: Actor, typed: str, who: Applicant, email: str) -> str:
    """Send everything to `email` from now on; the application's id.

    Letters that wait are withdrawn and written anew: another Message-ID, for they are not what may
    already have arrived elsewhere. A certificate that can still be had is sent again, whatever
    became of the earlier letter. Raises Problem 404 for a wrong number or document, 409 after
    `TIMES` corrections, 422 for an address that is none, 429 as `identified` does.
    """
    check_address(email)
    row = _of_applicant(uow, actor.site, typed, who)
    position = _next_correction(uow, row.id)
    uow.connection.execute(
        insert(tables.email_corrections),
        {"application": row.id, "position": position, "at": uow.now},
    )
    corrected = applications.change_email(uow, row, email)
    for kind in _owed(uow, actor.site, row.id):
        letters.owe(uow, corrected, kind)
    uow.record(actor, "application.email_corrected", application=row.id, times=position)
    return row.id


def no_such_application() -> Problem:
    """The same words whichever is wrong, number or document."""
    words = (
        "No encontramos en este módulo una solicitud con ese número y ese documento; revise ambos."
    )
    return Problem(404, "no_such_application", words)


def _owed(uow: UnitOfWork, site: str, application: str) -> list[LetterKind]:
    """What must be written to the new address: what waited, and the certificate where it is."""
    waited = withdraw(uow, site, application)
    others = [kind for kind in waited if kind is not LetterKind.CERTIFICATE]
    here = delivery.kept_until(uow, application) is not None
    return [*others, LetterKind.CERTIFICATE] if here else others


def _of_applicant(uow: UnitOfWork, site: str, typed: str, who: Applicant) -> Row[Any]:
    number = application_number(typed)
    row = number and identified(uow, site, (site,), number, _is(who))
    if not row:
        raise no_such_application()
    return row


def _is(who: Applicant) -> Callable[[Applicant], bool]:
    return lambda applicant: applicant == who


def _next_correction(uow: UnitOfWork, application: str) -> int:
    corrections = tables.email_corrections
    count: int = uow.connection.execute(
        select(func.count()).where(corrections.c.application == application)
    ).scalar_one()
    if count >= TIMES:
        words = (
            f"El correo de esta solicitud ya se corrigió {TIMES} veces. Recoja su certificado en "
            "una ventanilla con su documento."
        )
        raise Problem(409, "too_many_corrections", words)
    return count + 1
