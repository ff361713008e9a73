"""Opening hours: what people read at every moment of a year."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.turns.model.hours import (
    Closure,
    Opening,
    next_open_day,
    spoken_day,
    standing,
    window_open,
)

LIMA = ZoneInfo("America/Lima")
MAC = [Opening(day, time(8), time(16, 45), time(16, 15)) for day in range(5)]
MAC.append(Opening(5, time(8), time(13, 45), time(13, 15)))
LUNCH = [
    opening
    for day in range(5)
    for opening in (
        Opening(day, time(14), time(18), time(17, 30)),
        Opening(day, time(8), time(13), time(12, 30)),
    )
]
CHRISTMAS = [
    Closure(date(2026, 12, 24), "Nochebuena", time(8), time(13)),
    Closure(date(2026, 12, 25), "Navidad"),
]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LIMA)


@pytest.mark.parametrize(
    ("moment", "why"),
    [
        ("2026-12-25T10:00", "Hoy es feriado (Navidad). Atendemos mañana sábado 26 de diciembre"),
        ("2026-12-24T20:00", "Ya cerramos por hoy. Atendemos el sábado 26 de diciembre"),
        ("2026-12-27T10:00", "Hoy domingo no atendemos. Atendemos mañana lunes 28 de diciembre"),
        ("2026-12-28T07:59", "Aún no abrimos. Atendemos hoy"),
        ("2026-12-26T14:00", "Ya cerramos por hoy. Atendemos el lunes 28 de diciembre"),
    ],
)
def test_closed_says_why_and_when_to_come(moment: str, why: str) -> None:
    found = standing(MAC, CHRISTMAS, at(moment))
    assert (found.open, found.takes_tickets) == (False, False)
    assert found.why == f"{why} desde las 08:00."


@pytest.mark.parametrize(
    ("moment", "is_open", "takes"),
    [
        ("2026-11-23T07:59:59", False, False),
        ("2026-11-23T08:00", True, True),
        ("2026-11-23T16:14:59", True, True),
        ("2026-11-23T16:15", True, False),
        ("2026-11-23T16:44:59", True, False),
        ("2026-11-23T16:45", False, False),
        ("2026-12-24T12:29", True, True),  # special hours keep the weekday's half hour
        ("2026-12-24T12:30", True, False),
        ("2026-12-24T13:00", False, False),
    ],
)
def test_the_minutes_at_which_the_doors_move(moment: str, is_open: bool, takes: bool) -> None:
    found = standing(MAC, CHRISTMAS, at(moment))
    assert (found.open, found.takes_tickets) == (is_open, takes)
    assert (found.opens_at is None) == takes


def test_an_open_site_says_until_when_it_gives_tickets() -> None:
    found = standing(MAC, [], at("2026-11-23T10:00"))
    assert found.why == "Atendemos ahora; entregamos turnos hasta las 16:15."


def test_after_the_last_ticket_people_are_told_when_to_come() -> None:
    found = standing(MAC, [], at("2026-11-23T16:30"))
    assert found.why == (
        "Por ahora no entregamos más turnos. "
        "Atendemos mañana martes 24 de noviembre desde las 08:00."
    )
    assert found.opens_at == at("2026-11-24T08:00")


def test_a_lunch_break_points_to_the_afternoon() -> None:
    assert standing(LUNCH, [], at("2026-11-23T12:45")).opens_at == at("2026-11-23T14:00")
    found = standing(LUNCH, [], at("2026-11-23T13:15"))
    assert found.why == "Estamos en pausa. Atendemos hoy desde las 14:00."


def test_without_any_opening_a_site_is_always_open_except_on_closures() -> None:
    assert standing([], [], at("2026-01-01T03:00")).takes_tickets
    found = standing([], CHRISTMAS, at("2026-12-25T10:00"))
    assert found.why.startswith("Hoy es feriado (Navidad).")
    assert found.opens_at == at("2026-12-26T00:00")


def test_midnight_closes_at_the_end_of_the_day() -> None:
    late = [Opening(4, time(20), time(), time())]
    assert standing(late, [], at("2026-11-27T23:59")).takes_tickets
    assert not standing(late, [], at("2026-11-28T00:00")).open
    assert standing(late, [], at("2026-11-27T23:59")).why == "Atendemos ahora."


def test_the_next_day_of_another_year_names_the_year() -> None:
    year_end = [Closure(date(2027, 1, 1), "Año Nuevo"), Closure(date(2027, 1, 2), "Inventario")]
    found = standing(MAC, year_end, at("2026-12-31T17:00"))
    assert found.why.endswith("Atendemos el lunes 4 de enero de 2027 desde las 08:00.")


def test_a_leap_day_is_a_day_like_others() -> None:
    assert next_open_day(MAC, [], date(2028, 2, 28)) == date(2028, 2, 29)
    leap = Closure(date(2028, 2, 29), "Feriado")
    assert next_open_day(MAC, [leap], date(2028, 2, 28)) == date(2028, 3, 1)


def test_a_site_that_never_opens_sends_people_to_the_staff() -> None:
    never = [Closure(date(2026, 1, 1) + timedelta(days=day), "Mudanza") for day in range(800)]
    assert next_open_day(MAC, never, date(2026, 3, 2)) is None
    found = standing(MAC, never, at("2026-03-02T10:00"))
    assert found.opens_at is None
    assert found.why.endswith("pregunte al personal.")


@pytest.mark.parametrize(
    ("opens", "closes", "moment", "offered"),
    [
        (None, None, "03:00", True),
        (time(9), None, "08:59", False),
        (time(9), time(12), "09:00", True),
        (time(9), time(12), "12:00", False),
        (time(9), time(), "23:59", True),
    ],
)
def test_a_service_has_its_own_window(
    opens: time | None, closes: time | None, moment: str, offered: bool
) -> None:
    assert window_open(opens, closes, at(f"2026-11-23T{moment}")) is offered


def test_days_are_said_without_a_locale() -> None:
    today = date(2026, 9, 29)
    assert spoken_day(today, today) == "hoy"
    assert spoken_day(date(2026, 9, 30), today) == "mañana miércoles 30 de setiembre"
    assert spoken_day(date(2026, 10, 3), today) == "el sábado 3 de octubre"


@pytest.mark.parametrize(
    ("opens", "closes", "last"),
    [
        (time(9), time(8), time(8)),
        (time(8), time(12), time(13)),
        (time(8), time(12), time(8)),
        (time(8), time(16), time()),
    ],
)
def test_an_opening_in_the_wrong_order_is_refused(opens: time, closes: time, last: time) -> None:
    with pytest.raises(ValueError):
        Opening(0, opens, closes, last)


def test_half_given_special_hours_are_refused() -> None:
    with pytest.raises(ValueError):
        Closure(date(2026, 12, 24), "Nochebuena", opens=time(8))
    with pytest.raises(ValueError):
        Closure(date(2026, 12, 24), "Nochebuena", time(13), time(8))


@settings(deadline=None)
@given(minutes=st.integers(0, 3 * 366 * 24 * 60))
def test_at_the_promised_moment_the_site_really_gives_tickets(minutes: int) -> None:
    moment = at("2026-01-01T00:00") + timedelta(minutes=minutes)
    found = standing(LUNCH, CHRISTMAS, moment)
    if found.opens_at is None:
        assert found.takes_tickets
    else:
        assert found.opens_at > moment
        assert standing(LUNCH, CHRISTMAS, found.opens_at).takes_tickets


@pytest.mark.negative_control
def test_promising_tomorrow_blindly_would_send_people_to_a_closed_door() -> None:
    moment = at("2026-12-24T20:00")
    assert not standing(MAC, CHRISTMAS, moment + timedelta(hours=12)).open
    promised = standing(MAC, CHRISTMAS, moment).opens_at
    assert promised is not None
    assert standing(MAC, CHRISTMAS, promised).open
