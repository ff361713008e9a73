"""PURE: the one state machine of a paid order, and the ids that must survive a crash."""

import re
from base64 import b32encode
from enum import StrEnum
from uuid import UUID

from stdnum.iso7064 import mod_37_36


class Means(StrEnum):
    """How an order is paid at a kiosk. (A bank's voucher is the server's from its first moment.)"""

    CARD = "card"
    CASH = "cash"
    WALLET = "wallet"


class OrderState(StrEnum):
    """How far an order came. The journal records every step before the next one is taken."""

    REGISTERED = "registered"  # the server knows it; no céntimo has moved
    PAYING = "paying"  # money may move: terminal, acceptors or gateway were asked
    PAID = "paid"  # charged; the server has not acknowledged it yet
    DECLINED = "declined"  # not charged, proven
    UNKNOWN = "unknown"  # an answer was lost; it is asked about, never charged again
    ACCEPTED = "accepted"  # the server holds the payment; from here it is the server's
    RETURNING = "returning"  # what was taken is on its way back: a reversal, coins, a claim
    RETURNED = "returned"  # all of it went back, proven
    OWED = "owed"  # a claim holds what did not go back
    ABANDONED = "abandoned"  # left before anything was charged


# Every step that may ever happen; the journal holds the same table and refuses any other.
TRANSITIONS: tuple[tuple[str, OrderState], ...] = (
    ("", OrderState.REGISTERED),
    (OrderState.REGISTERED, OrderState.PAYING),
    (OrderState.REGISTERED, OrderState.ABANDONED),
    (OrderState.PAYING, OrderState.PAID),
    (OrderState.PAYING, OrderState.DECLINED),
    (OrderState.PAYING, OrderState.UNKNOWN),
    (OrderState.PAYING, OrderState.RETURNING),  # cash was inside, and not enough
    (OrderState.UNKNOWN, OrderState.PAID),
    (OrderState.UNKNOWN, OrderState.DECLINED),
    (OrderState.UNKNOWN, OrderState.RETURNING),
    (OrderState.DECLINED, OrderState.PAYING),
    (OrderState.DECLINED, OrderState.ABANDONED),
    (OrderState.PAID, OrderState.ACCEPTED),
    (OrderState.PAID, OrderState.RETURNING),  # the server will not take it
    (OrderState.ACCEPTED, OrderState.RETURNING),  # the centre refused what was paid
    (OrderState.RETURNING, OrderState.RETURNED),
    (OrderState.RETURNING, OrderState.OWED),
    (OrderState.RETURNING, OrderState.ACCEPTED),  # the terminal was busy: nothing was begun
    (OrderState.RETURNED, OrderState.PAYING),  # the same person, another way
)

# What a kiosk that was switched off in mid-order has to bring to an end, by asking devices or by
# telling the server.
UNSETTLED = (OrderState.PAYING, OrderState.UNKNOWN, OrderState.PAID, OrderState.RETURNING)

_SERVICE_ID_BYTES = 6
_COUNTER_DIGITS = 5
_NUMBER = re.compile(r"([A-Z]\d{2})(\d{5,9})([0-9A-Z])")
_NOT_A_SIGN = re.compile(r"[^0-9A-Z]")
# What eyes read for a digit.
_LOOKS_LIKE = str.maketrans("OQIL", "0011")
# A check character may be a letter or a digit.
_TWINS = {"0": "O", "O": "0", "1": "I", "I": "1"}


def may_follow(before: OrderState | None, after: OrderState) -> bool:
    """Whether an order in `before` (None: not yet there) may become `after`."""
    return (before or "", after) in TRANSITIONS


def service_id(payment: UUID) -> str:
    """The terminal's name for a payment: 10 characters (nexo Retailer, ServiceID), from its id.

    Derived, not drawn, so that a kiosk that lost power can still ask about it.
    """
    return b32encode(payment.bytes[:_SERVICE_ID_BYTES]).decode()[:10]


def application_number(kiosk: str, counter: int) -> str:
    """The short number people keep: kiosk code, counter, check character (ISO 7064 MOD 37,36).

    >>> application_number("A01", 42)
    'A01-00042-K'
    """
    body = f"{kiosk}{counter:0{_COUNTER_DIGITS}d}"
    return f"{kiosk}-{counter:0{_COUNTER_DIGITS}d}-{mod_37_36.calc_check_digit(body)}"


def counter_of(kiosk: str, number: str) -> int | None:
    """The counter in an application's number of `kiosk`; None when it is none of its numbers.

    >>> counter_of("A01", "A01-00042-K")
    42
    """
    code, _, rest = number.partition("-")
    counter = rest.partition("-")[0]
    return int(counter) if code == kiosk and counter.isascii() and counter.isdigit() else None


def typed_number(text: str) -> str | None:
    """The application's number that somebody typed; None when its check character disagrees.

    O is taken for 0 and I for 1, as the check character too, so a mistyped number passes in the
    rare case that its check would be just that twin; the document asked for beside it tells.

    >>> typed_number("a01 00o42k")
    'A01-00042-K'
    """
    signs = _NOT_A_SIGN.sub("", text.upper())
    body, check = signs[:1] + signs[1:-1].translate(_LOOKS_LIKE), signs[-1:]
    for each in (check, _TWINS.get(check, check)):
        found = _NUMBER.fullmatch(body + each)
        if found and mod_37_36.is_valid(body + each):
            return "-".join(found.groups())
    return None


def is_email(text: str) -> bool:
    """Whether a mail server could accept `text` as one address (RFC 5321 §4.1.2, kept simple)."""
    local, at, domain = text.rpartition("@")
    labels = domain.split(".")
    return (
        bool(at)
        and 0 < len(local) <= 64
        and len(text) <= 254
        and text.isascii()
        and not any(character.isspace() or character in '<>,;:"()[]\\' for character in text)
        and "@" not in local
        and not local.startswith(".")
        and not local.endswith(".")
        and ".." not in local
        and len(labels) >= 2
        and all(label and label.replace("-", "").isalnum() for label in labels)
        and len(labels[-1]) >= 2
    )
