"""Errands to the centre: ask for a certificate, follow a review, fetch the PDF."""

from collections.abc import Mapping
from uuid import UUID

from queue_server.core.db import Database
from queue_server.core.outbox import Errand
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance.model import (
    Applicant,
    Document,
    Inquiry,
    IssuanceBackend,
    Issued,
    NotKnown,
    PaymentEvidence,
    PdfVerifier,
    Refused,
    TryLater,
    UnderReview,
    Unknown,
)
from queue_server.issuance.services import applications, settle
from queue_server.issuance.services.errands import Again, Carrier, Finish
from queue_server.issuance.services.settle import CheckedFile

# What the centre said is not about this application, or contradicts itself: staff must ask there.
_ODD = (
    "another_application",
    "another_certificate",
    "client_fault",
    "contradiction",
    "code_",
    "digest",
    "incomplete",
)


class CentreErrands:
    """What a relay does at the centre. Nothing is repeated before the centre was asked about it."""

    def __init__(
        self, database: Database, backend: IssuanceBackend, verifier: PdfVerifier, link_days: int
    ) -> None:
        self._database = database
        self._backend = backend
        self._verifier = verifier
        self._link_days = link_days

    def carriers(self) -> Mapping[str, Carrier]:
        """What carries out each kind of errand."""
        return {
            applications.REQUEST: self._request,
            applications.FOLLOW: self._follow,
            applications.FETCH: self._fetch,
        }

    def _request(self, errand: Errand) -> Finish | Again:
        """Ask for the certificate. When an earlier try may have arrived, ask about it first."""
        answer: Inquiry = NotKnown()
        if errand.attempts > 1:
            answer = self._backend.inquire(UUID(errand.subject))
        if isinstance(answer, NotKnown):
            applicant, paid = self._database.read(lambda uow: _paid_by(uow, errand))
            answer = self._backend.request(UUID(errand.subject), applicant, paid)
        return self._settled(errand, answer)

    def _follow(self, errand: Errand) -> Finish | Again:
        return self._settled(errand, self._backend.inquire(UUID(errand.subject)))

    def _fetch(self, errand: Errand) -> Finish | Again:
        number: str = self._database.read(
            lambda uow: applications.find(uow, errand.site, errand.subject).certificate_number
        )
        file = self._file(number)
        if isinstance(file, Again):
            return file
        return lambda uow: settle.fetched(uow, errand, file, self._link_days)

    def _settled(self, errand: Errand, answer: Inquiry) -> Finish | Again:
        match answer:
            case Issued(certificate_number, _):
                return self._at_once(errand, certificate_number)
            case UnderReview():
                return lambda uow: settle.under_review(uow, errand)
            case Refused(reason, _):
                return lambda uow: settle.refused(uow, errand, reason)
            case TryLater() | Unknown():
                return _again(answer)
            case NotKnown():
                return Again("the centre does not know this application", stumble=True)

    def _at_once(self, errand: Errand, number: str) -> Finish:
        """Somebody waits: the file is fetched in the same turn, and left for later only if it must.

        Should this process die in between, whoever takes over asks the centre about the request.
        """
        file = self._file(number)
        if isinstance(file, Again):
            return lambda uow: settle.issued(uow, errand, number)
        return lambda uow: settle.fetched(uow, errand, file, self._link_days)

    def _file(self, number: str) -> CheckedFile | Again:
        answer = self._backend.fetch(number)
        if not isinstance(answer, Document):
            return _again(answer)
        verdict = self._verifier.verify(answer.pdf)
        if not verdict.valid:
            return Again("signature: " + "; ".join(verdict.problems), stumble=True)
        return CheckedFile(number, answer.pdf, answer.sha256, verdict.signer)


def _again(answer: TryLater | Unknown) -> Again:
    odd = answer.reason.startswith(_ODD)
    return Again(answer.reason, stumble=odd)


def _paid_by(uow: UnitOfWork, errand: Errand) -> tuple[Applicant, PaymentEvidence]:
    row = applications.find(uow, errand.site, errand.subject)
    return applications.applicant_of(uow, row), applications.evidence_of(uow, errand.subject)
