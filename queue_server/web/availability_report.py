"""Puts the availability report together: histories of the fleet, hours of the queue."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.fleet.model import history as words
from queue_server.fleet.model.devices import Verdict
from queue_server.fleet.services import alerts, history, server_runs
from queue_server.reports.model.availability import (
    WHOLE,
    Past,
    Piece,
    Span,
    Standing,
    State,
    timelines,
    together,
)
from queue_server.staff.model import Role
from queue_server.staff.services import credentials
from queue_server.turns.model.hours import open_minutes
from queue_server.turns.model.site import SiteRules

SITE = ""  # in the place of a kiosk
MOST_KIOSKS = 500
# A word of the server counts for as long as it takes until the next one.
_WORD_LASTS = timedelta(seconds=server_runs.TOLD_EVERY_S)


@dataclass(frozen=True)
class Day:
    """A local day and its opening hours up to now."""

    day: date
    hours: Sequence[Span]


@dataclass(frozen=True)
class Report:
    """How everything stood: kiosk (`SITE`: all together) -> journey (`WHOLE`) -> pieces of time.
    `unknown`: how stood what a kiosk never told of."""

    days: Sequence[Day]
    lines: Mapping[str, Mapping[str, Sequence[Piece]]]
    unknown: Sequence[Piece]

    @property
    def hours(self) -> list[Span]:
        """The opening hours of all its days."""
        return [span for day in self.days for span in day.hours]


@dataclass(frozen=True)
class Raw:
    """What the report is computed from, as it was read: of [since, until)."""

    days: Sequence[Day]
    pasts: Sequence[Past]
    since: datetime
    until: datetime


def read_raw(uow: UnitOfWork, rules: SiteRules, first: date, last: date) -> Raw:
    """Everything known of the local days `first` to `last`, up to now."""
    zone = ZoneInfo(rules.zone)
    since = _midnight(first, zone)
    until = max(since, min(uow.now, _midnight(last + timedelta(days=1), zone)))
    days = [
        Day(day, _hours(rules, day, zone, until))
        for day in (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    ]
    return Raw(days, _pasts(uow, rules.code, since, until), since, until)


def computed(raw: Raw) -> Report:
    """PURE: the report."""
    lines = {each.kiosk: timelines(each, raw.since, raw.until) for each in raw.pasts}
    journeys = {name for line in lines.values() for name in line}
    unknown = [Piece(raw.since, raw.until, Standing.UNKNOWN)]
    whole = {
        name: together([line.get(name, unknown) for line in lines.values()])
        for name in sorted(journeys | {WHOLE})
    }
    return Report(raw.days, {SITE: whole, **lines}, unknown)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _hours(rules: SiteRules, day: date, zone: ZoneInfo, until: datetime) -> list[Span]:
    spans = [
        Span(_minute(day, begins, zone), min(until, _minute(day, ends, zone)))
        for begins, ends in open_minutes(rules.openings, rules.closures, day)
    ]
    return [each for each in spans if each.since < each.until]


def _minute(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """A minute of the local day as a wall clock shows it; 24:00 is the next midnight."""
    days, rest = divmod(minute, 24 * 60)
    return datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), zone)


def _pasts(uow: UnitOfWork, site: str, since: datetime, until: datetime) -> list[Past]:
    states: dict[str, list[State]] = {
        name: [] for name in credentials.known_devices(uow, site, Role.KIOSK)
    }
    for span in history.spans(uow, site, since, before=until):
        states.setdefault(span.kiosk, []).append(_state(span))
    worked_on = alerts.maintained_since(uow, site, since)
    server = _server(server_runs.runs(uow, since - _WORD_LASTS), server_runs.first(uow), since)
    return [
        Past(
            kiosk,
            states[kiosk],
            [Span(each.since, each.until) for each in worked_on if each.kiosk in ("", kiosk)],
            server,
        )
        for kiosk in sorted(states)[:MOST_KIOSKS]
    ]


def _state(span: words.Span) -> State:
    fact = span.fact
    good = fact.verdict is not Verdict.BROKEN
    return State(str(fact.subject), fact.name, good, fact.why, span.since, span.until)


def _server(
    runs: Iterable[server_runs.Run], first: datetime | None, since: datetime
) -> list[Span] | None:
    """When the server was there; before its runs were written down it counts as there."""
    if first is None:
        return None
    before = [Span(since, first)] if since < first else []
    return before + [Span(each.began_at, each.seen_at + _WORD_LASTS) for each in runs]
