"""PURE: opening hours, holidays and the sentences that tell people when to come.

Every time here is local to the site. `00:00` as a closing time means the end of the day.
A site without any opening is always open, except on its closures.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MONTHS = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "setiembre",
    "octubre",
    "noviembre",
    "diciembre",
)
_MIDNIGHT = time()
_DAY_MINUTES = 24 * 60
_SEARCHED_DAYS = 400  # a year and the holidays around its end


@dataclass(frozen=True)
class Opening:
    """One session of a weekday (0 = Monday); `last_ticket`: from then on no ticket is given.

    Raises ValueError when it does not open before its last ticket, or that is after closing.
    """

    weekday: int
    opens: time
    closes: time
    last_ticket: time

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError("a weekday is 0 (Monday) to 6")
        if not _minute(self.opens) < _end(self.last_ticket) <= _end(self.closes):
            raise ValueError("an opening goes: opens, last ticket, closes")


@dataclass(frozen=True)
class Closure:
    """A holiday, or special hours of one day when `opens` and `closes` are given.

    Raises ValueError when only one of them is given or they are in the wrong order.
    """

    day: date
    name: str
    opens: time | None = None
    closes: time | None = None

    def __post_init__(self) -> None:
        if (self.opens is None) != (self.closes is None):
            raise ValueError("special hours have both an opening and a closing time")
        if self.opens and self.closes and not _minute(self.opens) < _end(self.closes):
            raise ValueError("special hours open before they close")


@dataclass(frozen=True)
class Standing:
    """Whether a site is open and gives tickets, why (Spanish, says what to do), and when next.

    `opens_at`: the next opening in the zone of the question; None while tickets are given, and
    when no opening is known.
    """

    open: bool
    takes_tickets: bool
    why: str
    opens_at: datetime | None = None


@dataclass(frozen=True)
class _Session:
    """Minutes of the local day: [opens, closes); tickets in [opens, last_ticket)."""

    opens: int
    last_ticket: int
    closes: int


def standing(openings: Sequence[Opening], closures: Sequence[Closure], local: datetime) -> Standing:
    """How the site stands at `local` (in the site's zone)."""
    today, minute = local.date(), _minute(local.time())
    sessions = _sessions(openings, closures, today)
    session = next((s for s in sessions if s.opens <= minute < s.closes), None)
    if session is not None and minute < session.last_ticket:
        return Standing(True, True, _until(session))
    opens_at = _next_opening(openings, closures, local)
    if session is not None:
        return Standing(
            True, False, f"Por ahora no entregamos más turnos. {_when(opens_at, local)}", opens_at
        )
    reason = _why_closed(closures, sessions, today, minute)
    return Standing(False, False, f"{reason} {_when(opens_at, local)}", opens_at)


def next_open_day(
    openings: Sequence[Opening], closures: Sequence[Closure], after: date
) -> date | None:
    """The first day later than `after` with any session; None when there is none in 400 days."""
    days = (after + timedelta(days=ahead) for ahead in range(1, _SEARCHED_DAYS))
    return next((day for day in days if _sessions(openings, closures, day)), None)


def window_open(opens: time | None, closes: time | None, local: datetime) -> bool:
    """Whether a service that is offered from `opens` until `closes` is offered now.

    None: no limit on that side.
    """
    minute = _minute(local.time())
    return (opens is None or _minute(opens) <= minute) and (closes is None or minute < _end(closes))


def ticket_minutes(
    openings: Sequence[Opening],
    closures: Sequence[Closure],
    day: date,
    opens: time | None,
    closes: time | None,
) -> list[tuple[int, int]]:
    """When tickets of a service offered from `opens` until `closes` are given out on `day`.

    Minutes of the local day, each pair [from, until), in order; none on a day without any session.
    """
    first = _minute(opens) if opens else 0
    last = _end(closes) if closes else _DAY_MINUTES
    found = [
        (max(first, each.opens), min(last, each.last_ticket))
        for each in _sessions(openings, closures, day)
    ]
    return [(begins, ends) for begins, ends in found if begins < ends]


def open_minutes(
    openings: Sequence[Opening], closures: Sequence[Closure], day: date
) -> list[tuple[int, int]]:
    """When the site is open on `day`: minutes of the local day, each pair [from, until), sorted."""
    return [(each.opens, each.closes) for each in _sessions(openings, closures, day)]


def spoken_day(day: date, today: date) -> str:
    """`day` as people say it: "hoy", "mañana martes 3 de marzo", "el viernes 26 de diciembre"."""
    if day == today:
        return "hoy"
    text = f"{WEEKDAYS[day.weekday()]} {day.day} de {MONTHS[day.month - 1]}"
    if day.year != today.year:
        text = f"{text} de {day.year}"
    return f"mañana {text}" if day - today == timedelta(days=1) else f"el {text}"


def _sessions(
    openings: Sequence[Opening], closures: Sequence[Closure], day: date
) -> list[_Session]:
    """The sessions of `day` in order; special hours replace those of the weekday."""
    usual = sorted(
        (
            _Session(_minute(o.opens), _end(o.last_ticket), _end(o.closes))
            for o in openings
            if o.weekday == day.weekday()
        ),
        key=lambda session: session.opens,
    )
    special = [closure for closure in closures if closure.day == day]
    if special:
        return _special_sessions(special, usual)
    if not openings:
        return [_Session(0, _DAY_MINUTES, _DAY_MINUTES)]
    return usual


def _special_sessions(special: Iterable[Closure], usual: Sequence[_Session]) -> list[_Session]:
    """Special hours keep the weekday's time between last ticket and closing, at most half."""
    margin = usual[-1].closes - usual[-1].last_ticket if usual else 0
    sessions: list[_Session] = []
    for closure in special:
        if closure.opens is None or closure.closes is None:
            return []
        opens, closes = _minute(closure.opens), _end(closure.closes)
        sessions.append(_Session(opens, max((opens + closes) // 2, closes - margin), closes))
    return sorted(sessions, key=lambda session: session.opens)


def _next_opening(
    openings: Sequence[Opening], closures: Sequence[Closure], local: datetime
) -> datetime | None:
    today, minute = local.date(), _minute(local.time())
    for session in _sessions(openings, closures, today):
        if session.opens > minute:
            return _at(today, session.opens, local)
    day = next_open_day(openings, closures, today)
    if day is None:
        return None
    return _at(day, _sessions(openings, closures, day)[0].opens, local)


def _why_closed(
    closures: Sequence[Closure], sessions: Sequence[_Session], today: date, minute: int
) -> str:
    if not sessions:
        for closure in closures:
            if closure.day == today and closure.opens is None:
                return f"Hoy es feriado ({closure.name})."
        return f"Hoy {WEEKDAYS[today.weekday()]} no atendemos."
    if minute < sessions[0].opens:
        return "Aún no abrimos."
    if minute >= sessions[-1].closes:
        return "Ya cerramos por hoy."
    return "Estamos en pausa."


def _when(opens_at: datetime | None, local: datetime) -> str:
    if opens_at is None:
        return "No hay una próxima fecha de atención; pregunte al personal."
    day = spoken_day(opens_at.date(), local.date())
    return f"Atendemos {day} desde las {opens_at:%H:%M}."


def _until(session: _Session) -> str:
    if session.last_ticket == _DAY_MINUTES:
        return "Atendemos ahora."
    return f"Atendemos ahora; entregamos turnos hasta las {_clock(session.last_ticket)}."


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _at(day: date, minute: int, local: datetime) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), local.tzinfo)


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _end(moment: time) -> int:
    """The minute at which something ends; midnight is the end of the day, not its start."""
    return _DAY_MINUTES if moment == _MIDNIGHT else _minute(moment)
