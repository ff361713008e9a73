"""Kiosk or server with one rule broken, to see that the audit finds it: each a negative control.

Applied in a process of the campaign before its program's first line; the product is not changed.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

# A disk that takes its time: whoever was told before the commit is told long before it.
SLOW_DISK_S = 1.0


def spoil(variant: str) -> None:
    """Break one rule in this process."""
    VARIANTS[variant]()


def spoiling(variant: str) -> str:
    """What the nursery needs to break a program."""
    return f"{__name__}:spoil:{variant}"


def _synchronous_normal() -> None:
    """The journal's commits wait for no disk."""
    from kiosk.journal import file

    file._PRAGMAS["synchronous"] = 1


def _write_after_effect() -> None:
    """The card is charged first; that it was about to be is written down afterwards."""
    from kiosk.journal.orders import OrderBook
    from kiosk.order import Means
    from kiosk.performers.card import CardDesk

    begin, charge = OrderBook.begin, CardDesk._charge

    def begin_later(self: OrderBook, application: Any, means: Means, payment: Any) -> None:
        if means is not Means.CARD:
            begin(self, application, means, payment)

    def charge_first(self: CardDesk, effect: Any) -> Any:
        result = charge(self, effect)
        begin(self._orders, effect.order.application, Means.CARD, effect.effect_id)
        return result

    OrderBook.begin = begin_later  # type: ignore[method-assign]
    CardDesk._charge = charge_first  # type: ignore[method-assign]


def _retry_on_no_reply() -> None:
    """A payment that was not answered is sent again, once, under another id."""
    from devices.nexo.driver import NexoDriver

    settle, transact = NexoDriver._settle, NexoDriver._transact
    sent: list[Any] = []

    def transact_watched(self: NexoDriver, asked: Any, body: Any, deadline: float) -> Any:
        sent[:] = [body]
        return transact(self, asked, body, deadline)

    def retry(self: NexoDriver, asked: Any, stop_at: float, deadline: float, *, lost: bool) -> Any:
        if lost and sent:
            fresh = replace(asked, service_id=uuid4().hex[:10].upper())
            request = self._message(sent.pop(), fresh.service_id)
            self._send_once(fresh, request, stop_at, deadline)
        return settle(self, asked, stop_at, deadline, lost=lost)

    NexoDriver._transact = transact_watched  # type: ignore[method-assign]
    NexoDriver._settle = retry  # type: ignore[method-assign]


def _commit_after_ack() -> None:
    """Whoever waits for a unit of work is told before it is durable."""
    from queue_server.core.db import Database
    from queue_server.core.faults import spoken_faults

    def write(self: Database, group: Any) -> None:
        with spoken_faults(), self._begun(reading=False) as connection:
            for unit in group:
                self._carry_out(unit, connection, alone=len(group) == 1)
            self._tell(group)
            if any(unit.event is not None for unit in group):
                time.sleep(SLOW_DISK_S)
            connection.commit()

    Database._write = write  # type: ignore[method-assign]


VARIANTS: dict[str, Callable[[], None]] = {
    "synchronous normal": _synchronous_normal,
    "write after effect": _write_after_effect,
    "retry on no reply": _retry_on_no_reply,
    "commit after ack": _commit_after_ack,
}
