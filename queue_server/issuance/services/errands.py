"""How an errand ends: with something to write, or to be tried again."""

from collections.abc import Callable
from dataclasses import dataclass

from queue_server.core.outbox import Errand
from queue_server.core.unit_of_work import UnitOfWork

Finish = Callable[[UnitOfWork], None]


@dataclass(frozen=True)
class Again:
    """The errand is not done: wait and try again. `reason`: words for staff, nobody's name.

    `stumble`: something is wrong with this very errand, not with the line or the centre; after some
    of those a person must look at it.
    """

    reason: str
    stumble: bool = False


# Carries an errand out, with no transaction open while the network is waited for.
Carrier = Callable[[Errand], Finish | Again]
