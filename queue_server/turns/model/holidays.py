"""PURE: the national holidays of Peru, as suggestions a person accepts.

Legislative decree 713 art. 6 with laws 31381, 31530, 31788 and 31822. What the government adds
for one year (non-working days of the public sector) is not foreseeable and is added by hand.
"""

from dataclasses import dataclass
from datetime import date, timedelta

_FIXED = (
    (1, 1, "Año Nuevo"),
    (5, 1, "Día del Trabajo"),
    (6, 7, "Batalla de Arica y Día de la Bandera"),
    (6, 29, "San Pedro y San Pablo"),
    (7, 23, "Día de la Fuerza Aérea del Perú"),
    (7, 28, "Fiestas Patrias"),
    (7, 29, "Fiestas Patrias"),
    (8, 6, "Batalla de Junín"),
    (8, 30, "Santa Rosa de Lima"),
    (10, 8, "Combate de Angamos"),
    (11, 1, "Todos los Santos"),
    (12, 8, "Inmaculada Concepción"),
    (12, 9, "Batalla de Ayacucho"),
    (12, 25, "Navidad"),
)


@dataclass(frozen=True)
class Holiday:
    """A day on which public offices are closed."""

    day: date
    name: str


def holidays(year: int) -> tuple[Holiday, ...]:
    """The national holidays of `year` (1583 or later), in order. Raises ValueError."""
    sunday = easter(year)
    movable = (
        Holiday(sunday - timedelta(days=3), "Jueves Santo"),
        Holiday(sunday - timedelta(days=2), "Viernes Santo"),
    )
    fixed = (Holiday(date(year, month, day), name) for month, day, name in _FIXED)
    return tuple(sorted((*fixed, *movable), key=lambda holiday: holiday.day))


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar: Meeus, Astronomical Algorithms, chapter 8.

    Raises ValueError before 1583, when that calendar began.
    """
    if year < 1583:
        raise ValueError("the Gregorian calendar has its first Easter in 1583")
    golden = year % 19
    century, rest = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    lunar = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - lunar + 15) % 30
    leaps, leap_rest = divmod(rest, 4)
    weekday = (32 + 2 * century_rest + 2 * leaps - epact - leap_rest) % 7
    correction = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)
