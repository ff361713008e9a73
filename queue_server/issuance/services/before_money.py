"""Before any money: is the backend there, who is this, what does it cost, may it be sold?"""

import threading
from collections.abc import Callable

import structlog

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance.model import (
    Applicant,
    Holder,
    IssuanceBackend,
    NotSellable,
    Titular,
    judge,
)
from queue_server.issuance.services import applications

HEALTH_EVERY_S = 2.0

log = structlog.get_logger("issuance")


class BackendHealth:
    """Asks the centre every `HEALTH_EVERY_S` seconds whether it serves; `up` is the last answer."""

    def __init__(self, healthy: Callable[[], bool]) -> None:
        self._healthy = healthy
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="backend-health", daemon=True)
        self.up = False

    def start(self) -> None:
        """Begin to ask; the first answer is there within the backend's deadline."""
        self._thread.start()

    def stop(self) -> None:
        """End the watch; it does not wait for an answer under way."""
        self._stop.set()

    def _watch(self) -> None:
        while not self._stop.is_set():
            up = self._healthy()
            if up != self.up:
                log.info("backend", up=up)
                self.up = up
            self._stop.wait(HEALTH_EVERY_S)


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
    fee = applications.fee_today(uow, site)
    return NotSellable.NOT_ACCEPTED if fee is None else (holder, fee)
