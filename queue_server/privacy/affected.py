"""Who was affected: whose data a kiosk, an account or a session touched within a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, select

from queue_server.core.problem import Problem
from queue_server.core.tables import events
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance.services.own_data import numbers_of
from queue_server.staff.model import PEOPLE, SessionTimes
from queue_server.turns.services.own_data import turns_of

# Looked through in one question; a longer time must be asked in parts.
AT_MOST = 50_000


@dataclass(frozen=True)
class Asked:
    """Whose doings are meant: exactly one of the three; from `since` on, before `until`."""

    since: datetime
    until: datetime
    kiosk: str = ""
    account: str = ""
    session: str = ""


@dataclass(frozen=True)
class Touched:
    """One record, and what the log says was done to it: kinds of events, first and last instant."""

    id: str
    name: str
    what: tuple[str, ...]
    first: datetime
    last: datetime
    day: date | None = None


@dataclass(frozen=True)
class Affected:
    """`who`: the actors that were looked for. Applications by their number, visits by their turn;
    nothing of a person. `events`: how many were looked through."""

    who: tuple[str, ...]
    since: datetime
    until: datetime
    events: int
    applications: tuple[Touched, ...]
    visits: tuple[Touched, ...]


@dataclass
class _Seen:
    first: datetime
    last: datetime
    kinds: set[str] = field(default_factory=set)


def affected(uow: UnitOfWork, site: str, asked: Asked) -> Affected:
    """Whose data was touched. Raises Problem 404 for an unknown session, 422 for a time with more
    than `AT_MOST` events, and when not exactly one of kiosk, account and session is given."""
    if sum(bool(each) for each in (asked.kiosk, asked.account, asked.session)) != 1:
        words = "Indique un quiosco, una cuenta o una sesión: solo uno."
        raise Problem(422, "ask_for_one", words)
    if asked.session:
        asked = _of_session(uow, site, asked)
    who = _labels(asked)
    mine = (
        events.c.site == site,
        events.c.actor.in_(who),
        events.c.at >= asked.since,
        events.c.at < asked.until,
    )
    rows = uow.connection.execute(
        select(events.c.kind, events.c.body, events.c.at)
        .where(*mine)
        .order_by(events.c.id)
        .limit(AT_MOST + 1)
    ).all()
    if len(rows) > AT_MOST:
        words = f"Hubo más de {AT_MOST} eventos; pregunte por un tiempo más corto."
        raise Problem(422, "too_much", words)
    seen = _gathered(rows)
    numbers, turns = numbers_of(uow, site, seen), turns_of(uow, site, seen)
    applications = [_touched(each, numbers[each], seen[each]) for each in seen if each in numbers]
    return Affected(
        who, asked.since, asked.until, len(rows), tuple(applications), _visits(seen, turns)
    )


def _of_session(uow: UnitOfWork, site: str, asked: Asked) -> Asked:
    """The account of a session, while it lived; both also of one that ended long ago.

    What the same account did in another session at that time is among it: the log names people.
    """
    found = uow.connection.execute(
        select(events.c.kind, events.c.body, events.c.at)
        .where(events.c.site == site, events.c.kind.in_(("session.opened", "session.ended")))
        .where(_says(asked.session))
        .order_by(events.c.id)
    ).all()
    opened = next((each for each in found if each.kind == "session.opened"), None)
    if opened is None or opened.body.get("session") != asked.session:
        raise Problem(404, "unknown_session", "No hay una sesión con ese identificador.")
    ended = next((each.at for each in found if each.kind == "session.ended"), None)
    over = (ended or opened.at + SessionTimes.AGE_LIMIT) + timedelta(microseconds=1)
    return Asked(
        max(asked.since, opened.at), min(asked.until, over), account=opened.body["account"]
    )


def _says(word: str) -> ColumnElement[bool]:
    return cast(events.c.body, String).contains(word, autoescape=True)


def _labels(asked: Asked) -> tuple[str, ...]:
    if asked.kiosk:
        return (f"kiosk:{asked.kiosk}",)
    return tuple(f"{role}:{asked.account}" for role in PEOPLE)


def _gathered(rows: Any) -> dict[str, _Seen]:
    seen: dict[str, _Seen] = {}
    for row in rows:
        for each in set(_ids(row.body)):
            known = seen.setdefault(each, _Seen(row.at, row.at))
            known.last = row.at
            known.kinds.add(row.kind)
    return seen


def _ids(said: Any) -> Iterator[str]:
    """Every id in the body of an event, wherever it stands."""
    if isinstance(said, dict):
        for each in said.values():
            yield from _ids(each)
    elif isinstance(said, list):
        for each in said:
            yield from _ids(each)
    elif isinstance(said, str) and len(said) == 36:
        try:
            yield str(UUID(said))
        except ValueError:
            return


def _touched(id_: str, name: str, seen: _Seen, day: date | None = None) -> Touched:
    return Touched(id_, name, tuple(sorted(seen.kinds)), seen.first, seen.last, day)


def _visits(seen: dict[str, _Seen], turns: dict[str, tuple[str, str, date]]) -> tuple[Touched, ...]:
    """One a visit, however many of its turns were touched."""
    found: dict[str, Touched] = {}
    for id_, known in seen.items():
        if id_ not in turns:
            continue
        visit, turn, day = turns[id_]
        fresh, before = _touched(visit, turn, known, day), found.get(visit)
        found[visit] = fresh if before is None else _joined(before, fresh)
    return tuple(found.values())


def _joined(one: Touched, other: Touched) -> Touched:
    what = tuple(sorted({*one.what, *other.what}))
    first, last = min(one.first, other.first), max(one.last, other.last)
    return Touched(one.id, one.name, what, first, last, one.day)
