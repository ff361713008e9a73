"""The administrator changes when the site opens and what it announces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import delete, insert

from queue_server.core.problem import Problem
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns import tables
from queue_server.turns.model.hours import WEEKDAYS, Closure, Opening
from queue_server.turns.services.admin import begin_change, end_change
from queue_server.turns.services.admin_checks import refused, words
from queue_server.turns.services.rows import put

_MAX_SESSIONS = 6


@dataclass(frozen=True)
class Session:
    """One session of a weekday (0 = Monday) as it was typed; local times, 00:00 ends the day."""

    weekday: int
    opens: time
    closes: time
    last_ticket: time


def put_hours(uow: UnitOfWork, actor: Actor, seen: int, sessions: Sequence[Session]) -> int:
    """The whole week at once; a lunch break is a gap between two sessions of a day. No session at
    all: always open. Raises Problem 409, 422."""
    begin_change(uow, actor, seen)
    for weekday, name in enumerate(WEEKDAYS):
        _check_day(name, [each for each in sessions if each.weekday == weekday])
    openings = tables.openings
    uow.connection.execute(delete(openings).where(openings.c.site == actor.site))
    if sessions:
        rows = [{"site": actor.site, **vars(each)} for each in sessions]
        uow.connection.execute(insert(openings), rows)
    return end_change(uow, actor, "hours", "")


def _check_day(name: str, sessions: list[Session]) -> None:
    field = f"hours.{name}"
    if len(sessions) > _MAX_SESSIONS:
        raise refused(field, f"El {name} tiene más de {_MAX_SESSIONS} horarios; junte algunos.")
    until = None
    for each in sorted(sessions, key=lambda session: session.opens):
        try:
            Opening(each.weekday, each.opens, each.closes, each.last_ticket)
        except ValueError:
            sentence = (
                f"El {name} de {each.opens:%H:%M} a {each.closes:%H:%M}: debe cerrar después de "
                "abrir, y el último turno se entrega entre ambas horas."
            )
            raise refused(field, sentence) from None
        if until is not None and (until == time() or each.opens < until):
            sentence = f"El {name} tiene dos horarios que se cruzan a las {each.opens:%H:%M}."
            raise refused(field, sentence)
        until = each.closes


def put_closures(uow: UnitOfWork, actor: Actor, seen: int, closures: Sequence[Closure]) -> int:
    """Add holidays and days with special hours; a day that has one already gets the new one.
    Raises Problem 409, 422."""
    begin_change(uow, actor, seen)
    if not closures:
        raise refused("day", "Elija al menos un día.")
    for each in closures:
        words("name", each.name, 3, 80, "El nombre del feriado")
        put(uow, tables.closures, {"site": actor.site, **vars(each)})
    return end_change(uow, actor, "closure", closures[0].day.isoformat())


def closure(day: date, name: str, opens: time | None, closes: time | None) -> Closure:
    """A holiday as it was typed. Raises Problem 422 for half or reversed special hours."""
    if (opens is None) != (closes is None):
        sentence = "Para un horario especial escriba la hora de abrir y la de cerrar."
        raise refused("opens" if opens is None else "closes", sentence)
    try:
        return Closure(day, name, opens, closes)
    except ValueError:
        raise refused("closes", "El horario especial debe cerrar después de abrir.") from None


def remove_closure(uow: UnitOfWork, actor: Actor, seen: int, day: date) -> int:
    """The day is a usual one again. Raises Problem 404, 409."""
    begin_change(uow, actor, seen)
    closures = tables.closures
    gone = uow.connection.execute(
        delete(closures).where(closures.c.site == actor.site, closures.c.day == day)
    )
    if not gone.rowcount:
        raise Problem(404, "unknown_closure", "Ese día no está en la lista de feriados.")
    return end_change(uow, actor, "closure", day.isoformat())


@dataclass(frozen=True)
class Announcement:
    """What displays announce, from `first_day` to `last_day`; None: no limit on that side."""

    words: str
    first_day: date | None
    last_day: date | None


def put_announcement(
    uow: UnitOfWork, actor: Actor, seen: int, announcement_id: str, said: Announcement
) -> int:
    """Add or change an announcement. Raises Problem 409, 422."""
    begin_change(uow, actor, seen)
    words("words", said.words, 3, 200, "El anuncio")
    if said.first_day and said.last_day and said.last_day < said.first_day:
        raise refused("last_day", "El último día no puede ser anterior al primero.")
    put(uow, tables.announcements, {"site": actor.site, "id": announcement_id, **vars(said)})
    return end_change(uow, actor, "announcement", announcement_id)


def remove_announcement(uow: UnitOfWork, actor: Actor, seen: int, announcement_id: str) -> int:
    """Announce it no more. Raises Problem 404, 409."""
    begin_change(uow, actor, seen)
    rows = tables.announcements
    gone = uow.connection.execute(
        delete(rows).where(rows.c.site == actor.site, rows.c.id == announcement_id)
    )
    if not gone.rowcount:
        raise Problem(404, "unknown_announcement", "Este anuncio ya no existe.")
    return end_change(uow, actor, "announcement", announcement_id)
