"""PURE: what somebody asks a report about: local days, a service, an attention class."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

LONGEST_DAYS = 400
USUAL_DAYS = 30
MONTHS = 12


class NotAsked(ValueError):
    """These days make no range; the words are Spanish, for a person, and say what to do."""


@dataclass(frozen=True)
class Asked:
    """Local days `first`..`last`, both included; `service` and `attention_class` "": all."""

    first: date
    last: date
    service: str = ""
    attention_class: str = ""

    @property
    def days(self) -> int:
        """How many days are asked about."""
        return (self.last - self.first).days + 1

    def pieces(self, days: int) -> Iterator["Asked"]:
        """The same question cut into at most `days` days each, in order."""
        first = self.first
        while first <= self.last:
            last = min(self.last, first + timedelta(days=days - 1))
            yield Asked(first, last, self.service, self.attention_class)
            first = last + timedelta(days=1)

    def months(self) -> list[tuple[int, int]]:
        """The twelve (year, month) up to the last day, oldest first."""
        index = self.last.year * 12 + self.last.month - 1
        return [_month_of(index - back) for back in reversed(range(MONTHS))]


def _month_of(index: int) -> tuple[int, int]:
    """(year, month) of a count of months since the year 0."""
    year, month = divmod(index, 12)
    return year, month + 1


def asked(
    today: date, first: str = "", last: str = "", service: str = "", attention_class: str = ""
) -> Asked:
    """What the words of a form ask about (ISO days); none: the last 30 days. Raises NotAsked."""
    until = _day(last) if last else today
    since = _day(first) if first else until - timedelta(days=USUAL_DAYS - 1)
    found = Asked(since, until, service, attention_class)
    if found.days < 1:
        raise NotAsked("El primer día es posterior al último; corrija las fechas.")
    if found.days > LONGEST_DAYS:
        raise NotAsked(f"Un reporte abarca hasta {LONGEST_DAYS} días; elija menos días.")
    return found


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NotAsked("Escriba las fechas como día, mes y año.") from None
    if not 2000 <= day.year <= 2200:
        raise NotAsked("Elija fechas de este siglo.")
    return day
