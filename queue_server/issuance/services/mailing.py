"""Errands to the mail server: one letter each."""

from collections.abc import Mapping

from queue_server.core.db import Database
from queue_server.core.mail import Mail, Mailer, Permanent, Sent, Temporary
from queue_server.core.outbox import Errand
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance.model import LetterState
from queue_server.issuance.services import applications, delivery, letters, settle
from queue_server.issuance.services.errands import Again, Carrier, Finish
from queue_server.issuance.services.letter import certificate_letter
from queue_server.turns.services import queries as turns


class MailErrands:
    """What a relay hands to the mail server. A retry is the same message under the same id."""

    def __init__(self, database: Database, mailer: Mailer | None) -> None:
        self._database = database
        self._mailer = mailer

    def carriers(self) -> Mapping[str, Carrier]:
        """What carries out each kind of errand."""
        return {letters.MAIL: self._mail}

    def _mail(self, errand: Errand) -> Finish | Again:
        if self._mailer is None:
            return Again("no mail server is configured")
        mail = self._database.read(lambda uow: _written(uow, errand))
        match self._mailer.send(mail):
            case Sent():
                return lambda uow: settle.mailed(uow, errand, LetterState.SENT, None)
            case Permanent(code):
                return lambda uow: settle.mailed(uow, errand, LetterState.FAILED, code)
            case Temporary(code):
                return Again(f"mail server: {code}")


def _written(uow: UnitOfWork, errand: Errand) -> Mail:
    letter = letters.find(uow, errand.subject)
    row = applications.find(uow, errand.site, letter.application)
    to = applications.email_of(uow, row)
    if to is None:
        raise LookupError(f"application {row.id} owes no e-mail")
    site = turns.site_name(uow, errand.site)
    pdf = delivery.pdf_of(uow, letter.application)
    return certificate_letter(letter.message_id, to, row.number, site, pdf)
