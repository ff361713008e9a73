"""The relay: carries errands to the centre and to the mail server, one claim at a time."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import structlog

from queue_server.core import outbox
from queue_server.core.db import Database
from queue_server.core.mail import Mail, Mailer, Permanent, Sent, Temporary
from queue_server.core.outbox import Errand
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance.model import (
    Applicant,
    Document,
    IssuanceBackend,
    Issued,
    LetterState,
    NotKnown,
    PaymentEvidence,
    PdfVerifier,
    Refused,
    TryLater,
    UnderReview,
    Unknown,
)
from queue_server.issuance.services import applications, delivery, letters, settle
from queue_server.issuance.services.letter import certificate_letter
from queue_server.turns.services import queries as turns

PARK_AFTER = 10
Finish = Callable[[UnitOfWork], None]

log = structlog.get_logger("relay")


@dataclass(frozen=True)
class Again:
    """The errand is not done: wait and try again. `reason`: words for staff."""

    reason: str


class Relay:
    """Does one errand at a time; several may run side by side, each claims its own rows.

    No transaction is open while the network is waited for.
    """

    def __init__(
        self,
        database: Database,
        backend: IssuanceBackend,
        verifier: PdfVerifier,
        mailer: Mailer | None,
        link_days: int,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._backend = backend
        self._verifier = verifier
        self._mailer = mailer
        self._link_days = link_days
        self._chance = chance
        self._carry = {
            applications.REQUEST: self._request,
            applications.FOLLOW: self._follow,
            applications.FETCH: self._fetch,
            letters.MAIL: self._mail,
        }

    def turn(self) -> bool:
        """Carry out one errand that is due; False when there is none."""
        errand = self._database.run(outbox.claim)
        if errand is None:
            return False
        try:
            with self._held(errand):
                finish = self._carried_out(errand)
            self._database.run(finish)
        except outbox.ClaimLost:
            # Whoever holds it now asks the centre by its id before anything is repeated.
            log.warning("errand taken over", kind=errand.kind, application=errand.subject)
        return True

    def _carried_out(self, errand: Errand) -> Finish:
        """What to write now that the errand was tried."""
        try:
            finish = self._carry[errand.kind](errand)
        except Exception as error:
            log.exception("errand failed", kind=errand.kind, application=errand.subject)
            reason = type(error).__name__
            return lambda uow: self._stumble(uow, errand, reason)
        if isinstance(finish, Again):
            log.info("errand put off", kind=errand.kind, reason=finish.reason)
            return lambda uow: self._put_off(uow, errand, finish.reason)
        return finish

    @contextmanager
    def _held(self, errand: Errand) -> Iterator[None]:
        """Renew the claim while the network is waited for, from a thread of its own."""
        ended = threading.Event()

        def renew() -> None:
            while not ended.wait(outbox.RENEW_EVERY_S):
                try:
                    self._database.run(lambda uow: outbox.renew(uow, errand))
                except Problem as problem:  # the next time, perhaps
                    log.warning("claim not renewed", reason=problem.kind)
                except outbox.ClaimLost:
                    return

        thread = threading.Thread(target=renew, name="claim", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    # --- the centre -------------------------------------------------------------------------------
    def _request(self, errand: Errand) -> Finish | Again:
        """Ask for the certificate. When an earlier try may have arrived, ask about it first."""
        answer = NotKnown() if errand.attempts == 1 else self._backend.inquire(UUID(errand.subject))
        if isinstance(answer, NotKnown):
            applicant, paid = self._database.read(lambda uow: _paid_by(uow, errand))
            answer = self._backend.request(UUID(errand.subject), applicant, paid)
        return self._settle(errand, answer)

    def _follow(self, errand: Errand) -> Finish | Again:
        return self._settle(errand, self._backend.inquire(UUID(errand.subject)))

    def _settle(self, errand: Errand, answer: object) -> Finish | Again:
        match answer:
            case Issued(certificate_number, _):
                return lambda uow: settle.issued(uow, errand, certificate_number)
            case UnderReview():
                return lambda uow: settle.under_review(uow, errand)
            case Refused(reason, _):
                return lambda uow: settle.refused(uow, errand, reason)
            case TryLater(reason) | Unknown(reason):
                return Again(reason)
            case _:
                return Again("the centre does not know this application")

    def _fetch(self, errand: Errand) -> Finish | Again:
        number = self._database.read(
            lambda uow: applications.find(uow, errand.site, errand.subject).certificate_number
        )
        answer = self._backend.fetch(number)
        if not isinstance(answer, Document):
            return Again(answer.reason)
        verdict = self._verifier.verify(answer.pdf)
        if not verdict.valid:
            return Again("signature: " + "; ".join(verdict.problems))
        return lambda uow: settle.fetched(
            uow, errand, answer.pdf, answer.sha256, verdict.signer, self._link_days
        )

    # --- the person -------------------------------------------------------------------------------
    def _mail(self, errand: Errand) -> Finish | Again:
        if self._mailer is None:
            return Again("no mail server is configured")
        letter = self._database.read(lambda uow: _letter(uow, errand))
        match self._mailer.send(letter):
            case Sent():
                return lambda uow: settle.mailed(uow, errand, LetterState.SENT, None)
            case Permanent(code):
                return lambda uow: settle.mailed(uow, errand, LetterState.FAILED, code)
            case Temporary(code):
                return Again(f"mail server: {code}")

    # --- later ------------------------------------------------------------------------------------
    def _put_off(self, uow: UnitOfWork, errand: Errand, reason: str) -> None:
        outbox.put_off(uow, errand, reason, outbox.pause_s(errand.attempts, self._chance()))

    def _stumble(self, uow: UnitOfWork, errand: Errand, reason: str) -> None:
        """An error nobody foresaw: try again, and after `PARK_AFTER` times leave it to a person."""
        if errand.attempts >= PARK_AFTER:
            outbox.park(uow, errand, reason)
        else:
            self._put_off(uow, errand, reason)


def _paid_by(uow: UnitOfWork, errand: Errand) -> tuple[Applicant, PaymentEvidence]:
    row = applications.find(uow, errand.site, errand.subject)
    return applications.applicant_of(uow, row), applications.evidence_of(uow, errand.subject)


def _letter(uow: UnitOfWork, errand: Errand) -> Mail:
    letter = letters.find(uow, errand.subject)
    row = applications.find(uow, errand.site, letter.application)
    to = applications.email_of(uow, row)
    if to is None:
        raise LookupError(f"application {row.id} owes no e-mail")
    site = turns.site_name(uow, errand.site)
    return certificate_letter(
        letter.message_id, to, row.number, site, delivery.pdf_of(uow, letter.application)
    )
