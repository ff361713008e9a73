"""The centre behind a circuit breaker: while it is away every call is answered at once.

A probe of its own (`estadoServicio`) looks every second, so that the kiosks know within 5 s that
the centre is away, and soon after that it is back.
"""

import threading
import time
from collections.abc import Callable
from datetime import date
from typing import TypeVar
from uuid import UUID

import structlog

from queue_server.core.bell import Bell
from queue_server.core.breaker import Breaker, Circuit, Rules
from queue_server.issuance.call_times.service import CallTimes
from queue_server.issuance.model import (
    Applicant,
    Fetched,
    Inquiry,
    IssuanceBackend,
    Outcome,
    PaymentEvidence,
    Titular,
    TryLater,
    Unknown,
)
from queue_server.payments.model.day_books import TakingsNotTold, TakingsPage
from queue_server.payments.model.vouchers import NotAnswered, Voucher, VoucherAnswer

PROBE_EVERY_S = 1.0
# What an answer's reason says when nobody was there, or nobody able to answer. A refusal, a quota,
# a strange code or a wrong digest come from a centre that serves.
OUTAGE = frozenset(
    {
        "backend",
        "closed",
        "empty",
        "fault",
        "malformed",
        "no_connection",
        "not_xml",
        "timeout",
        "truncated",
    }
)
NOT_ASKED = "no_connection"

T = TypeVar("T")
log = structlog.get_logger("issuance")


class GuardedBackend:
    """`IssuanceBackend` around another one; for all threads of a process.

    Between `start` and `stop` a thread probes and the breaker decides; otherwise calls just pass,
    for nothing would ever close it again. `times`: where what lies behind counts its calls.
    """

    def __init__(
        self,
        backend: IssuanceBackend,
        rules: Rules | None = None,
        every_s: float = PROBE_EVERY_S,
        times: CallTimes | None = None,
    ) -> None:
        self._backend = backend
        self.times = times
        self._breaker = Breaker(rules or Rules(), since=time.monotonic())
        self._every_s = every_s
        self._lock = threading.Lock()
        self._heard = False
        self._up = False
        self._told: bool | None = None
        self._stop = threading.Event()
        self._opened = Bell()
        self._thread: threading.Thread | None = None

    @property
    def up(self) -> bool:
        """Whether certificates may be offered: the centre has answered and calls go through."""
        return self._up

    @property
    def available(self) -> bool:
        """Whether a call made now would reach the centre: one at a time while it comes back."""
        with self._lock:
            return self._thread is None or self._breaker.available

    def start(self) -> None:
        """Begin to probe; `up` is known within the first probe's deadline."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._watch, name="backend-health", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the probes; one under way is not waited for."""
        self._stop.set()
        self._opened.ring()
        self._thread = None

    # --- the port ---------------------------------------------------------------------------------
    def holder(self, applicant: Applicant) -> Titular:
        """Who this document belongs to (`consultarTitular`)."""
        return self._through(lambda: self._backend.holder(applicant), TryLater(NOT_ASKED))

    def request(self, application: UUID, applicant: Applicant, paid: PaymentEvidence) -> Outcome:
        """Ask for the certificate (`solicitarCertificado`)."""
        return self._through(
            lambda: self._backend.request(application, applicant, paid), TryLater(NOT_ASKED)
        )

    def inquire(self, application: UUID) -> Inquiry:
        """What became of a request (`consultarSolicitud`)."""
        return self._through(lambda: self._backend.inquire(application), TryLater(NOT_ASKED))

    def fetch(self, certificate_number: str) -> Fetched:
        """The signed PDF (`obtenerCertificado`)."""
        return self._through(lambda: self._backend.fetch(certificate_number), TryLater(NOT_ASKED))

    def validate(self, voucher: Voucher) -> VoucherAnswer:
        """Whether a bank's voucher pays (`validarPago`)."""
        return self._through(lambda: self._backend.validate(voucher), NotAnswered(NOT_ASKED))

    def takings(self, day: date, page: int) -> TakingsPage | TakingsNotTold:
        """What the centre recorded for this site on a day (`consultarRecaudacion`)."""
        return self._through(lambda: self._backend.takings(day, page), TakingsNotTold(NOT_ASKED))

    def healthy(self) -> bool:
        """Probe now: whether the centre answers that it serves."""
        good = self._backend.healthy()
        self._change(lambda breaker: breaker.probed(good, time.monotonic()), heard=good)
        return good

    # --- the breaker ------------------------------------------------------------------------------
    def _through(self, call: Callable[[], T], instead: T) -> T:
        """The answer of `call`, or `instead` without asking anybody."""
        if self._thread is None:
            return call()
        with self._lock:
            self._breaker, period = self._breaker.admitted()
        if period is None:
            return instead
        try:
            answer = call()
        except BaseException:  # a mistake of ours: it says nothing of the centre
            self._change(lambda breaker: breaker.given_up(period))
            raise
        now = time.monotonic()
        if is_outage(answer):
            self._change(lambda breaker: breaker.failed_call(period, now))
        else:
            self._change(lambda breaker: breaker.succeeded(period, now), heard=True)
        return answer

    def _change(self, event: Callable[[Breaker], Breaker], heard: bool = False) -> None:
        with self._lock:
            was, self._breaker = self._breaker.state, event(self._breaker)
            if self._breaker.state is Circuit.OPEN and was is not Circuit.OPEN:
                self._opened.ring()
            self._heard |= heard
            self._up = up = self._heard and self._breaker.state is Circuit.CLOSED
            told, self._told = self._told, up
        if up == told:
            return
        if up:
            log.info("the centre serves")
        else:
            log.warning("the centre is away: nothing is sold until it answers")

    def _watch(self) -> None:
        """From the beginning of one probe to the next it is `every_s`, or the probe if longer.

        When calls opened the circuit the next probe comes as soon as it may close it again: a line
        that loses a reply now and then costs moments.
        """
        due = time.monotonic()
        while not self._stop.is_set():
            try:
                self.healthy()
            except Exception:
                log.exception("the probe of the centre failed")
                self._change(lambda breaker: breaker.probed(False, time.monotonic()))
            due = max(due + self._every_s, time.monotonic())
            while (left := self._until_probe_s(due)) > 0 and not self._stop.is_set():
                self._opened.wait(left)

    def _until_probe_s(self, due: float) -> float:
        now = time.monotonic()
        with self._lock:
            pause = self._breaker.pause_left_s(now)
        return due - now if pause is None else min(due - now, pause)


class NoBackend:
    """A site without a centre: nothing is ever sold."""

    up = False

    def start(self) -> None:
        """Nothing to begin."""

    def stop(self) -> None:
        """Nothing to end."""


def is_outage(answer: object) -> bool:
    """Whether an answer means that the centre is away, and not that it says no."""
    if not isinstance(answer, TryLater | Unknown | NotAnswered | TakingsNotTold):
        return False
    return answer.reason in OUTAGE or answer.reason.startswith("http_")
