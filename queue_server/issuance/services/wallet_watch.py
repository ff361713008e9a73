"""Asks the wallets' gateway about every charge it has not settled: several threads, one each."""

import threading
from collections.abc import Callable
from time import monotonic
from uuid import UUID

import structlog

from queue_server.core.db import Database
from queue_server.issuance.services import wallets
from queue_server.payments.model.wallet import (
    UNRESOLVED,
    Charge,
    ChargeState,
    NotAnswered,
    Waiting,
    WalletGateway,
    ask,
    ask_again_s,
)
from queue_server.payments.services import wallet

LOOKS_EVERY_S = 0.5

log = structlog.get_logger("wallet")


class WalletWatch:
    """Each `turn` takes the charge that is due longest, asks the gateway, writes what it said.

    Safe from any thread; no two ask about one charge. When to ask again is kept in memory: a
    process that begins asks about everything at once.
    """

    def __init__(
        self,
        database: Database,
        gateway: WalletGateway,
        valid_s: int,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._database = database
        self._gateway = gateway
        self._valid_s = valid_s
        self._clock = clock
        self._lock = threading.Lock()
        self._looked = float("-inf")
        self._known: dict[UUID, tuple[Charge, bool]] = {}
        self._due: dict[UUID, float] = {}
        self._unanswered: dict[UUID, int] = {}
        self._held: set[UUID] = set()

    def turn(self) -> bool:
        """Ask about one charge; False when none is due."""
        taken = self._take()
        if taken is None:
            return False
        charge, is_unwanted = taken
        answer: object = NotAnswered("not asked")
        try:
            charge = self._given_up(charge) if is_unwanted else charge
            answer = self._asked(charge)
        finally:
            self._let_go(charge.id, isinstance(answer, NotAnswered))
        return True

    def _asked(self, charge: Charge) -> object:
        if charge.state not in UNRESOLVED:
            return None
        answer = ask(self._gateway, charge, self._valid_s)
        if isinstance(answer, NotAnswered):
            log.info("gateway did not say", charge=str(charge.id), reason=answer.reason)
        elif not (isinstance(answer, Waiting) and charge.state is ChargeState.WAITING):
            self._database.run(lambda uow: wallets.settled(uow, charge, answer))
        return answer

    def _given_up(self, charge: Charge) -> Charge:
        """`charge` as it stands once nobody wants it any more."""
        self._database.run(lambda uow: wallets.abandon(uow, charge))
        return self._database.read(lambda uow: wallet.charge(uow, charge.site, str(charge.id)))

    def _take(self) -> tuple[Charge, bool] | None:
        with self._lock:
            now = self._clock()
            if now - self._looked >= LOOKS_EVERY_S:
                self._look(now)
            ready = [
                (due, id_)
                for id_, due in self._due.items()
                if due <= now and id_ not in self._held and id_ in self._known
            ]
            if not ready:
                return None
            _, id_ = min(ready)
            self._held.add(id_)
            return self._known[id_]

    def _look(self, now: float) -> None:
        found = self._database.read(wallet.unresolved)
        self._known = {charge.id: (charge, is_unwanted) for charge, is_unwanted in found}
        self._due = {id_: self._due.get(id_, now) for id_ in self._known}
        self._unanswered = {id_: self._unanswered.get(id_, 0) for id_ in self._known}
        self._looked = now

    def _let_go(self, id_: UUID, unanswered: bool) -> None:
        with self._lock:
            self._held.discard(id_)
            times = self._unanswered.get(id_, 0) + 1 if unanswered else 0
            self._unanswered[id_] = times
            self._due[id_] = self._clock() + ask_again_s(times)
            self._known.pop(id_, None)  # until the next look: it may have changed
