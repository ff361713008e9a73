"""PURE: what a kiosk can be told to do, the words that are signed, and how an action may go on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from queue_server.fleet.actions.settings import checked

LASTS = timedelta(seconds=60)
"""After this nothing of an action may begin."""
RUNS_AT_MOST = timedelta(minutes=5)
"""A kiosk that has not said by then how it went is not waited for: nobody knows."""
BUNDLES_KEPT = timedelta(days=7)
ACTIONS_KEPT = timedelta(days=400)
LARGEST_BUNDLE = 256 * 1024  # bytes, compressed

SIGNED = b"ventanilla action 1\0"
"""What stands before the body where it is signed: no signature of ours fits anything else."""


class Kind(StrEnum):
    """What a kiosk can be told to do."""

    SELF_TEST = "self_test"
    TEST_PRINT = "test_print"
    RESTART = "restart"
    OUT_OF_SERVICE = "out_of_service"
    IN_SERVICE = "in_service"
    DIAGNOSTICS = "diagnostics"
    CONFIGURE = "configure"


class Reason(StrEnum):
    """Why a kiosk is closed; people in front of it are told."""

    CLEANING = "cleaning"
    REPAIR = "repair"
    SUPPLIES = "supplies"


class State(StrEnum):
    """How far an action is."""

    ORDERED = "ordered"
    TAKEN = "taken"  # the kiosk has it, and believes it
    WAITING = "waiting"  # somebody is being served there
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"  # the kiosk would not do it
    EXPIRED = "expired"  # it never began
    UNHEARD = "unheard"  # it began, and nobody knows how it ended


OPEN = (State.ORDERED, State.TAKEN, State.WAITING, State.RUNNING)
NOT_BEGUN = (State.ORDERED, State.TAKEN, State.WAITING)
_BEGINNINGS = (State.TAKEN, State.WAITING, State.RUNNING)
_LEGAL: Mapping[State, frozenset[State]] = {
    State.ORDERED: frozenset({State.TAKEN, State.REFUSED, State.EXPIRED}),
    State.TAKEN: frozenset(
        {State.WAITING, State.RUNNING, State.REFUSED, State.EXPIRED, State.FAILED}
    ),
    State.WAITING: frozenset({State.RUNNING, State.REFUSED, State.EXPIRED, State.FAILED}),
    State.RUNNING: frozenset({State.DONE, State.FAILED, State.UNHEARD}),
    State.UNHEARD: frozenset({State.DONE, State.FAILED}),
}


class NotAllowed(ValueError):
    """These arguments do not go with this kind; the words are for the person who ordered it."""


def arguments(
    kind: Kind,
    device: str | None = None,
    reason: Reason | None = None,
    changes: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What goes with `kind`, and nothing else. Raises NotAllowed, settings.WrongSetting."""
    if device is not None and kind is not Kind.SELF_TEST:
        raise NotAllowed("Solo la prueba se pide para un dispositivo.")
    if (reason is None) != (kind is not Kind.OUT_OF_SERVICE):
        raise NotAllowed("Diga por qué se cierra el quiosco; para lo demás no hace falta.")
    if bool(changes) != (kind is Kind.CONFIGURE):
        raise NotAllowed("Diga qué cambiar en la configuración; para lo demás no hace falta.")
    if device is not None:
        return {"device": device}
    if reason is not None:
        return {"reason": str(reason)}
    return {"changes": checked(changes)} if changes else {}


@dataclass(frozen=True)
class Order:
    """One action as it is signed. `device`: SHA-256 of the device's public key, so that it dies
    with the pairing; `number` grows from action to action of a kiosk; `configuration`: the version
    the kiosk is believed to run with."""

    id: str
    site: str
    kiosk: str
    device: bytes
    number: int
    kind: Kind
    arguments: Mapping[str, Any]
    issued_at: datetime
    configuration: int

    @property
    def expires_at(self) -> datetime:
        """After this it may not begin."""
        return self.issued_at + LASTS


def body_of(order: Order) -> str:
    """The JSON that is signed, sent and checked as it stands: sorted keys, no spaces."""
    told = {
        "id": order.id,
        "site": order.site,
        "kiosk": order.kiosk,
        "device": order.device.hex(),
        "number": order.number,
        "kind": str(order.kind),
        "arguments": dict(order.arguments),
        "issued_at": order.issued_at.isoformat(),
        "expires_at": order.expires_at.isoformat(),
        "configuration": order.configuration,
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def signed(body: str) -> bytes:
    """The bytes that are signed (Ed25519, RFC 8032)."""
    return SIGNED + body.encode()


def next_number(last: int, now: datetime) -> int:
    """Larger than `last`, and than every number of a database that was restored since."""
    return max(last + 1, int(now.timestamp() * 1000))


def may_go(before: State, after: State, now: datetime, expires_at: datetime) -> bool:
    """Whether a kiosk may move an action from `before` to `after`; nothing begins too late."""
    if after in _BEGINNINGS and now > expires_at:
        return False
    return after in _LEGAL.get(before, frozenset())


def given_up(state: State, now: datetime, expires_at: datetime) -> State | None:
    """What becomes of an open action that nobody reports on; None while it may go on."""
    if state in NOT_BEGUN and now > expires_at:
        return State.EXPIRED
    if state is State.RUNNING and now > expires_at + RUNS_AT_MOST:
        return State.UNHEARD
    return None
