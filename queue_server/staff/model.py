"""PURE: the words of access: roles, tokens, how long a session lives, what a password must be."""

import hashlib
import hmac
import re
from base64 import b32decode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP


class Role(StrEnum):
    """What an actor may be. Devices hold credentials, people hold accounts."""

    KIOSK = "kiosk"
    DISPLAY = "display"
    SITE = "site"  # a whole site, as the hub knows it
    COUNTER = "counter"
    CASHIER = "cashier"  # gives money that is owed
    SUPERVISOR = "supervisor"
    IT = "it"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


DEVICES = (Role.KIOSK, Role.DISPLAY, Role.SITE)
# Let in with a code that a person read; each holds a key of its own.
PAIRED = (Role.KIOSK, Role.SITE)
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

# Who signs in with a second factor whether they like it or not; everybody else may.
SECOND_FACTOR_ROLES = (Role.IT, Role.ADMINISTRATOR)


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


# --- the second factor (RFC 6238) -----------------------------------------------------------------
CODE_DIGITS = 6
STEP = timedelta(seconds=30)
DRIFT_STEPS = 1  # a telephone's clock may be off by one step either way
SECRET_BYTES = 20  # RFC 4226 §4, R6: 160 bits
RECOVERY_CODES = 10


class Proof(StrEnum):
    """With what somebody showed who they are, besides knowing the password."""

    PASSWORD = "password"  # nothing besides
    CODE = "code"
    RECOVERY_CODE = "recovery_code"


def needs_code(role: Role) -> bool:
    """Whether an account of `role` must have a second factor."""
    return role in SECOND_FACTOR_ROLES


def time_step(at: datetime) -> int:
    """The number of 30-second steps since 1970 (RFC 6238 §4.2, T)."""
    return int(at.timestamp() // STEP.total_seconds())


def code_of(secret: str, step: int) -> str:
    """The six digits of the base32 `secret` in `step` (RFC 6238 §4, SHA-1)."""
    return HOTP(b32decode(secret), CODE_DIGITS, SHA1()).generate(step).decode()


def matching_step(secret: str, typed: str, now: datetime, after: int) -> int | None:
    """The step whose code was typed; None when it is none of now, or not later than `after`.

    `after` is the step used last: a code that was seen over a shoulder opens nothing (RFC 6238
    §5.2). Every step that may be is compared, so the time taken tells nothing.
    """
    here = time_step(now)
    steps = range(max(here - DRIFT_STEPS, after + 1), here + DRIFT_STEPS + 1)
    found = [
        each for each in steps if hmac.compare_digest(code_of(secret, each), digits_of(typed)[:12])
    ]
    return found[-1] if found else None


def digits_of(text: str) -> str:
    """The ASCII digits in what somebody typed: codes are shown with a gap."""
    return re.sub(r"[^0-9]", "", text)


def is_six_digits(text: str) -> bool:
    """Whether `text` is meant as the code of an app and not as a recovery code."""
    return re.fullmatch(r"[0-9 \-]{6,12}", text.strip()) is not None and (
        len(digits_of(text)) == CODE_DIGITS
    )


def enrolment_uri(secret: str, account: str, issuer: str) -> str:
    """What the QR says to an authenticator app (Key URI format, `otpauth://totp/…`)."""
    words = {"secret": secret, "issuer": issuer, "algorithm": "SHA1", "digits": "6", "period": "30"}
    label = quote(f"{issuer}:{account}", safe="")
    return f"otpauth://totp/{label}?{urlencode(words, quote_via=quote)}"


def shown_secret(secret: str) -> str:
    """The secret in groups of four, for whoever types it."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


# --- guessing -------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Allowance:
    """So many tries at once, and one more after each `refill` (the generic cell rate algorithm).

    Of each bucket only one instant is kept: when it will be whole again.
    """

    size: int
    refill: timedelta

    def wait(self, whole_at: datetime | None, now: datetime) -> timedelta:
        """How long until one more try; zero when it may be made now."""
        return max(timedelta(), self.taken(whole_at, now) - now - self.size * self.refill)

    def taken(self, whole_at: datetime | None, now: datetime) -> datetime:
        """When the bucket will be whole after one more try."""
        return max(whole_at or now, now) + self.refill


def network_of(address: str) -> str:
    """Whom an address is counted as: itself, or of IPv6 the /64 that one machine may move in."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:45]
    if isinstance(found, IPv6Address):
        mapped = found.ipv4_mapped
        return str(mapped) if mapped else found.exploded[:19]
    return str(found)


# --- browsers -------------------------------------------------------------------------------------
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_words(user_agent: str) -> str:
    """A browser as its owner knows it again ("Firefox en Windows"): words of ours, none of its."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "Otro navegador")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return f"{browser} en {system}" if system else browser
