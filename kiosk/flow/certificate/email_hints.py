"""PURE: what is wrong with a typed address, and what it was perhaps meant to be."""

from kiosk.flow.facts import EmailProblem
from kiosk.order import is_email

LONGEST, LONGEST_NAME = 254, 64
"""RFC 5321, 4.5.3.1: of an address, and of what stands before the @."""

KNOWN = (
    "gmail.com",
    "hotmail.com",
    "outlook.com",
    "yahoo.es",
    "yahoo.com",
    "outlook.es",
    "hotmail.es",
    "icloud.com",
)
"""Where most people in Peru have their address, the most usual first. Not live.com: too many short
domains are one slip away from it."""

REAL = frozenset(
    {
        "aol.com",
        "email.com",
        "gmx.com",
        "gmx.es",
        "gmx.net",
        "hotmail.co",
        "hotmail.com.pe",
        "mac.com",
        "mail.com",
        "me.com",
        "msn.com",
        "outlook.co",
        "rocketmail.com",
        "ymail.com",
        "yahoo.co",
        "zmail.com",
    }
)
"""Near to a known one, and some people's own all the same."""

_MANY_COUNTRIES = ("hotmail", "outlook", "yahoo", "live")
_NO_COUNTRY = ("cm", "om", "cn", "con")
_LONG_NAME = 10  # letters of a domain in which two slips are still the same domain


def problem_of(address: str) -> EmailProblem | None:
    """What is wrong with `address`, the first thing to mend; None when nothing is."""
    name, at, domain = address.rpartition("@")
    if not address.isascii() or not address.isprintable():
        return EmailProblem.SIGNS
    if " " in address:
        return EmailProblem.SPACES
    if not at:
        return EmailProblem.NO_AT
    if "@" in name:
        return EmailProblem.TWO_ATS
    if len(address) > LONGEST or len(name) > LONGEST_NAME:
        return EmailProblem.TOO_LONG
    if not domain:
        return EmailProblem.NO_DOMAIN
    if not name or not is_email(address):
        return EmailProblem.INCOMPLETE
    return None


def meant(address: str) -> str | None:
    """The address that was perhaps meant by `address`; None when there is nothing to ask.

    >>> meant("ana@gmial.com")
    'ana@gmail.com'
    """
    name, at, domain = address.lower().rpartition("@")
    known = _near(domain) if at and name else None
    return None if known is None else f"{address[: len(name)]}@{known}"


def _near(domain: str) -> str | None:
    if domain in KNOWN or domain in REAL or _is_of_a_country(domain):
        return None
    if domain.endswith(".pe") and domain.removesuffix(".com.pe").removesuffix(".pe") == "gmail":
        return "gmail.com"
    slips = {known: distance(domain, known) for known in KNOWN}
    nearest = min(KNOWN, key=slips.__getitem__)
    allowed = 2 if min(len(domain), len(nearest)) >= _LONG_NAME else 1
    return nearest if slips[nearest] <= allowed else None


def _is_of_a_country(domain: str) -> bool:
    """hotmail.fr and outlook.com.br exist; gmail.pe does not, nor hotmail.cm."""
    provider, _, ending = domain.partition(".")
    country = ending.removeprefix("com.").removeprefix("co.")
    return provider in _MANY_COUNTRIES and len(country) == 2 and country not in _NO_COUNTRY


def distance(one: str, other: str) -> int:
    """Slips between two words: a letter more, less, another, or two neighbours exchanged
    (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, counterpart in enumerate(other, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != counterpart))
            exchanged = i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == counterpart
            row.append(min(cost, last[j - 2] + 1) if exchanged else cost)
    return row[-1]
