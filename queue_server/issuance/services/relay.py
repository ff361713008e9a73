"""The relay: carries errands to the centre and to the mail server, one claim at a time."""

import random
from collections.abc import Callable, Collection, Mapping

import structlog

from queue_server.core import outbox
from queue_server.core.db import Database
from queue_server.core.outbox import Errand
from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance.services import settle
from queue_server.issuance.services.errands import Again, Carrier, Finish
from queue_server.issuance.services.keeping import ClaimKeeper

PARK_AFTER = 5  # stumbles: what is wrong with an errand itself does not mend by waiting

log = structlog.get_logger("relay")


class Relay:
    """Does one errand at a time; several may run side by side, each claims its own rows.

    It takes `only` these kinds, or all but those in `without`; one that nobody knows is parked. No
    transaction is open while the network is waited for. While the other side is away (`serves` says
    no) errands stay where they are, unclaimed and uncounted.
    """

    def __init__(
        self,
        database: Database,
        carriers: Mapping[str, Carrier],
        *,
        only: Collection[str] = (),
        without: Collection[str] = (),
        serves: Callable[[], bool] = lambda: True,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._carriers = carriers
        self._only = tuple(only)
        self._without = tuple(without)
        self._serves = serves
        self._chance = chance
        self._keeper = ClaimKeeper(database)

    def turn(
        self, *, oldest_first: bool = False, claimed: Callable[[], None] = lambda: None
    ) -> bool:
        """Carry out one errand that is due; False when there is none.

        `oldest_first`: what waits longest, even while people at the kiosks wait for theirs.
        `claimed` is called once an errand is taken: another relay may look for the next.
        """
        if not self._serves():
            return False
        errand = self._database.run(
            lambda uow: outbox.claim(
                uow, only=self._only, without=self._without, oldest_first=oldest_first
            )
        )
        if errand is None:
            return False
        claimed()
        try:
            with self._keeper.holding(errand):
                finish = self._carried_out(errand)
            self._write(errand, finish)
        except outbox.ClaimLost:
            # Whoever holds it now asks the centre by its id before anything is repeated.
            log.warning("errand taken over", kind=errand.kind, subject=errand.subject)
        return True

    def _write(self, errand: Errand, finish: Finish) -> None:
        """Raises ClaimLost, and Problem while the database is away: then the claim runs out."""
        try:
            self._database.run(finish)
        except (outbox.ClaimLost, Problem):
            raise
        except Exception as error:
            log.exception("errand cannot be settled", kind=errand.kind, subject=errand.subject)
            stumble = Again(type(error).__name__, stumble=True)
            self._database.run(lambda uow: self._put_off(uow, errand, stumble))

    def _carried_out(self, errand: Errand) -> Finish:
        """What to write now that the errand was tried."""
        try:
            finish = self._carriers[errand.kind](errand)
        except Problem as problem:  # our own database; the errand has no part in it
            finish = Again(problem.kind, stumble=problem.status < 500)
        except Exception as error:
            log.exception("errand failed", kind=errand.kind, subject=errand.subject)
            finish = Again(type(error).__name__, stumble=True)
        if not isinstance(finish, Again):
            return finish
        log.info("errand put off", kind=errand.kind, reason=finish.reason)
        return lambda uow: self._put_off(uow, errand, finish)

    def _put_off(self, uow: UnitOfWork, errand: Errand, again: Again) -> None:
        pause_s = outbox.pause_s(errand.attempts, self._chance())
        if not again.stumble:
            outbox.put_off(uow, errand, again.reason, pause_s)
        elif outbox.stumbled(uow, errand, again.reason, pause_s, PARK_AFTER):
            log.error("errand parked", kind=errand.kind, subject=errand.subject)
            uow.record(
                settle.relay(errand.site),
                "errand.parked",
                errand=errand.kind,
                subject=errand.subject,
            )
