"""PURE: an action as the server signed it, and whether this kiosk may still begin it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

SIGNED = b"ventanilla action 1\0"
"""What stands before the body where it is signed."""
LONGEST = timedelta(seconds=60)
"""No action lives longer, whatever it says."""
TOLERANCE = timedelta(seconds=5)
"""How far the server's clock, as this kiosk knows it, may be from the server's own."""
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEYS = {
    "id",
    "site",
    "kiosk",
    "device",
    "number",
    "kind",
    "arguments",
    "issued_at",
    "expires_at",
    "configuration",
}


class Kind(StrEnum):
    """What this kiosk can be told to do."""

    SELF_TEST = "self_test"
    TEST_PRINT = "test_print"
    RESTART = "restart"
    OUT_OF_SERVICE = "out_of_service"
    IN_SERVICE = "in_service"
    DIAGNOSTICS = "diagnostics"
    CONFIGURE = "configure"


class Refusal(StrEnum):
    """Why an action is not begun."""

    NOT_PAIRED = "not_paired"
    FORGED = "forged"  # not signed with the key of this pairing
    NOT_AN_ACTION = "not_an_action"
    ANOTHER_KIOSK = "another_kiosk"  # or this one before it was paired again
    CLOCK_UNKNOWN = "clock_unknown"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    SEEN = "seen"
    OUT_OF_ORDER = "out_of_order"
    NOT_WRITTEN = "not_written"  # what cannot be remembered is not begun


class NotAnAction(ValueError):
    """The body is not one that a server of ours signs."""


@dataclass(frozen=True)
class Me:
    """Who this kiosk is. `device`: SHA-256 of its device key's public half, hexadecimal."""

    site: str
    kiosk: str
    device: str


@dataclass(frozen=True)
class Action:
    """One action. Instants are aware, by the server's clock; `number` grows from one to the next;
    `configuration`: the version of the configuration it was ordered for."""

    id: str
    target: Me
    number: int
    kind: Kind
    arguments: Mapping[str, Any]
    issued_at: datetime
    expires_at: datetime
    configuration: int


@dataclass(frozen=True)
class Memory:
    """What was taken before: the largest number, and the ids that could still be valid.

    `not_before`: what was issued earlier might have been taken, and was forgotten.
    """

    highest: int = 0
    seen: frozenset[str] = frozenset()
    not_before: datetime | None = None


def signed(body: str) -> bytes:
    """The bytes that are signed (Ed25519, RFC 8032)."""
    return SIGNED + body.encode()


def parse(body: str) -> Action:
    """The action in `body`. Raises NotAnAction for anything else than all of its members."""
    try:
        told: Any = json.loads(body)
        if not isinstance(told, dict) or set(cast(dict[str, Any], told)) != _KEYS:
            raise NotAnAction("not the members of an action")
        return _action(cast(dict[str, Any], told))
    except (ValueError, TypeError, RecursionError) as error:
        raise NotAnAction(str(error)) from error


def _action(told: Mapping[str, Any]) -> Action:
    target = Me(_text(told["site"]), _text(told["kiosk"]), _text(told["device"]))
    arguments = told["arguments"]
    if not isinstance(arguments, dict):
        raise NotAnAction("arguments are no object")
    if not _ID.fullmatch(_text(told["id"])):
        raise NotAnAction("no such id")
    return Action(
        told["id"],
        target,
        _whole(told["number"]),
        Kind(told["kind"]),
        cast(dict[str, Any], arguments),
        _instant(told["issued_at"]),
        _instant(told["expires_at"]),
        _whole(told["configuration"]),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise NotAnAction("not a text")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise NotAnAction("not a number")
    return value


def _instant(value: Any) -> datetime:
    at = datetime.fromisoformat(_text(value))
    if at.tzinfo is None:
        raise NotAnAction("an instant without zone")
    return at


def judge(action: Action, me: Me, now: datetime | None, memory: Memory) -> Refusal | None:
    """Why `action` may not be begun; None when it may. `now`: the server's clock."""
    if action.target != me:
        return Refusal.ANOTHER_KIOSK
    if now is None:
        return Refusal.CLOCK_UNKNOWN
    if action.id in memory.seen:
        return Refusal.SEEN
    if action.number <= memory.highest or _is_forgotten(action, memory):
        return Refusal.OUT_OF_ORDER
    if is_over(action, now) or action.expires_at - action.issued_at > LONGEST:
        return Refusal.EXPIRED
    return Refusal.NOT_YET if now < action.issued_at - TOLERANCE else None


def is_over(action: Action, now: datetime) -> bool:
    """Whether it may not begin any more."""
    return now > action.expires_at


def _is_forgotten(action: Action, memory: Memory) -> bool:
    return memory.not_before is not None and action.issued_at <= memory.not_before
