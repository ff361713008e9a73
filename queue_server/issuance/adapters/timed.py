"""The centre with a watch: every call is counted with its outcome and how long it took.

Its own question whether the centre serves is not: it comes every second, and nobody waits for it.
"""

import time
from collections.abc import Callable
from datetime import date
from typing import TypeVar
from uuid import UUID

from queue_server.issuance.call_times.model import CallOutcome, outcome_of
from queue_server.issuance.call_times.service import CallTimes
from queue_server.issuance.model import (
    Applicant,
    Fetched,
    Inquiry,
    IssuanceBackend,
    Outcome,
    PaymentEvidence,
    Titular,
)
from queue_server.payments.model.day_books import TakingsNotTold, TakingsPage
from queue_server.payments.model.vouchers import Voucher, VoucherAnswer

T = TypeVar("T")


class TimedBackend:
    """`IssuanceBackend` around another one; for all threads of a process."""

    def __init__(
        self,
        backend: IssuanceBackend,
        times: CallTimes,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._backend = backend
        self._times = times
        self._monotonic = monotonic

    def holder(self, applicant: Applicant) -> Titular:
        """Who this document belongs to."""
        return self._timed("consultarTitular", lambda: self._backend.holder(applicant))

    def request(self, application: UUID, applicant: Applicant, paid: PaymentEvidence) -> Outcome:
        """Ask for the certificate."""
        return self._timed(
            "solicitarCertificado", lambda: self._backend.request(application, applicant, paid)
        )

    def inquire(self, application: UUID) -> Inquiry:
        """What became of a request."""
        return self._timed("consultarSolicitud", lambda: self._backend.inquire(application))

    def fetch(self, certificate_number: str) -> Fetched:
        """The signed PDF."""
        return self._timed("obtenerCertificado", lambda: self._backend.fetch(certificate_number))

    def validate(self, voucher: Voucher) -> VoucherAnswer:
        """Whether a bank's voucher pays."""
        return self._timed("validarPago", lambda: self._backend.validate(voucher))

    def takings(self, day: date, page: int) -> TakingsPage | TakingsNotTold:
        """What the centre recorded for this site on a day."""
        return self._timed("consultarRecaudacion", lambda: self._backend.takings(day, page))

    def healthy(self) -> bool:
        """Whether the centre answers that it serves now."""
        return self._backend.healthy()

    def _timed(self, operation: str, call: Callable[[], T]) -> T:
        began = self._monotonic()
        outcome = CallOutcome.FAILED
        try:
            answer = call()
            outcome = outcome_of(answer)
        finally:
            self._times.count(operation, outcome, self._monotonic() - began)
        return answer
