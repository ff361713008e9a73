"""PURE: how an action of a kiosk is told to the hub that wanted it."""

from datetime import timedelta
from enum import Enum, auto
from typing import Literal

from queue_server.fleet.actions.model import State

FINAL = ("done", "failed", "refused", "expired")
# Far longer than the hub hands an order out (seven days).
KEPT = timedelta(days=90)
Told = Literal["relayed", "done", "failed", "refused", "expired"]
_TOLD: dict[State, Told] = {
    State.DONE: "done",
    State.FAILED: "failed",
    State.REFUSED: "refused",
    State.EXPIRED: "expired",
    State.UNHEARD: "failed",
}
_UNHEARD = "El quiosco empezó y no dijo cómo terminó."
_EXPIRED = "El quiosco no empezó a tiempo."


class Took(Enum):
    """What became of an order that the hub handed out."""

    NOW = auto()
    BEFORE = auto()
    LATER = auto()  # its kiosk attends another one


def told_state(state: State, detail: str) -> tuple[Told, str]:
    """The word for the hub and what people read; what is still open is `relayed`."""
    if state is State.UNHEARD:
        return "failed", detail or _UNHEARD
    if state is State.EXPIRED:
        return "expired", detail or _EXPIRED
    return _TOLD.get(state, "relayed"), detail
