"""PURE: the words of access: roles, tokens, how long a session lives, what a password must be."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Role(StrEnum):
    """What an actor may be. Devices hold credentials, people hold accounts."""

    KIOSK = "kiosk"
    DISPLAY = "display"
    COUNTER = "counter"
    CASHIER = "cashier"  # gives money that is owed
    SUPERVISOR = "supervisor"
    IT = "it"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


DEVICES = (Role.KIOSK, Role.DISPLAY)
PEOPLE = (
    Role.COUNTER,
    Role.CASHIER,
    Role.SUPERVISOR,
    Role.IT,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)


class Chore(StrEnum):
    """What staff can do at a kiosk itself, with a code."""

    PAPER = "paper"
    SELF_TEST = "self_test"
    SERVICE = "service"  # out of service, and back
    RESTART = "restart"
    CALIBRATE = "calibrate"
    PORTS = "ports"


_EVERYDAY = (Chore.PAPER, Chore.SELF_TEST, Chore.SERVICE)
_CHORES = {
    Role.COUNTER: _EVERYDAY,
    Role.SUPERVISOR: tuple(Chore),
    Role.IT: tuple(Chore),
    Role.ADMINISTRATOR: tuple(Chore),
}
MAINTAINERS = tuple(_CHORES)


def chores_of(role: Role) -> tuple[Chore, ...]:
    """What a code is good for that somebody of `role` asked for."""
    return _CHORES.get(role, ())


# What an account and a device may be called: they stand in the event log and in addresses.
SHORT_NAME = r"[a-z0-9][a-z0-9._-]{0,39}"
DEVICE_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}"

PASSWORD_SHORTEST, PASSWORD_LONGEST = 10, 200


@dataclass(frozen=True)
class Token:
    """A device's token: `<credential id>.<secret>`; the server keeps only a hash."""

    credential_id: str
    secret: str

    @classmethod
    def parse(cls, text: str) -> "Token | None":
        """The token in `text`, or None when it does not have this shape."""
        credential_id, dot, secret = text.partition(".")
        if not dot or not 8 <= len(credential_id) <= 40 or not 20 <= len(secret) <= 100:
            return None
        return cls(credential_id, secret)

    def __str__(self) -> str:
        return f"{self.credential_id}.{self.secret}"


def digest(secret: str) -> bytes:
    """SHA-256 of a secret of 80 random bits or more; passwords get argon2id instead."""
    return hashlib.sha256(secret.encode()).digest()


class Ending(StrEnum):
    """Why a session is over."""

    IDLE = "idle"
    AGE = "age"


@dataclass(frozen=True)
class SessionTimes:
    """When a session began and when its person last touched a key, the screen or the mouse."""

    opened_at: datetime
    active_at: datetime

    IDLE_LIMIT = timedelta(minutes=15)
    AGE_LIMIT = timedelta(hours=10)

    def idle_left(self, now: datetime) -> timedelta:
        """How long it lives on if nobody touches anything."""
        return self.active_at + self.IDLE_LIMIT - now

    def age_left(self, now: datetime) -> timedelta:
        """How long it lives on whatever is touched."""
        return self.opened_at + self.AGE_LIMIT - now

    def ending(self, now: datetime) -> Ending | None:
        """Why it is over at `now`, or None while it lives."""
        if self.age_left(now) <= timedelta():
            return Ending.AGE
        return Ending.IDLE if self.idle_left(now) <= timedelta() else None


def account_name(text: str) -> str:
    """An account's name as it is kept, whatever a keyboard made of it."""
    return text.strip().lower()


def is_account_name(name: str) -> bool:
    """Whether an account may be called `name`."""
    return re.fullmatch(SHORT_NAME, name) is not None


def password_fault(password: str, name: str) -> str | None:
    """What is wrong with a password somebody chose for account `name`, in Spanish; or None."""
    if len(password) < PASSWORD_SHORTEST:
        return f"La contraseña debe tener al menos {PASSWORD_SHORTEST} caracteres."
    if len(password) > PASSWORD_LONGEST:
        return f"La contraseña puede tener como máximo {PASSWORD_LONGEST} caracteres."
    if name and name in password.lower():
        return "La contraseña no puede contener el nombre de usuario."
    return None


# Crockford's alphabet: no letter that a person could take for a digit.
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
_MISREAD = str.maketrans("OIL", "011")


def shown_code(code: str) -> str:
    """A one-time code in groups of four, as people read it."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def typed_code(text: str) -> str:
    """The one-time code in what somebody typed: any case, any separators, O for 0, I or L for 1."""
    return re.sub(r"[^0-9A-Z]", "", text.upper()).translate(_MISREAD)
