"""The figures of local days: which the hub holds, and what each is now."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import delete, select

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.hub.wire import WAIT_EDGES_S, DayBody, JourneyDayBody
from queue_server.hub_link import tables
from queue_server.reports.model.availability import WHOLE, tally
from queue_server.reports.services.day_times import waits
from queue_server.reports.services.days import day_counts
from queue_server.turns.model.site import SiteRules
from queue_server.web.availability_report import SITE, Raw, Report, computed, read_raw

MOST_JOURNEYS, LONGEST_JOURNEY = 20, 40
_DETAIL = "pay:"  # one way to pay of several
_D = tables.hub_days_told


def days_told(uow: UnitOfWork, site: str) -> dict[date, str]:
    """The days of which the hub holds the figures -> the digest of what it was told."""
    rows = uow.connection.execute(select(_D.c.day, _D.c.digest).where(_D.c.site == site))
    return {row.day: row.digest for row in rows}


def were_told(uow: UnitOfWork, site: str, told: Mapping[date, str]) -> None:
    """The hub holds these days now; `told`: day -> digest."""
    for day, digest in sorted(told.items()):
        put = uow.upsert(_D).values(site=site, day=day, digest=digest)
        put = put.on_conflict_do_update(index_elements=["site", "day"], set_={"digest": digest})
        uow.connection.execute(put)


def forget_told(uow: UnitOfWork, site: str) -> None:
    """The hub holds no day of ours: it is another one, or goes on from an older copy of itself."""
    uow.connection.execute(delete(_D).where(_D.c.site == site))


def read_day(uow: UnitOfWork, rules: SiteRules, day: date) -> tuple[DayBody, Raw]:
    """The counts of `day`, and what its availability is computed from (`with_availability`)."""
    counts = day_counts(uow, rules.code, day)
    waited, histogram = 0, [0] * (len(WAIT_EDGES_S) + 1)
    for found, total in waits(uow, rules.code, day, WAIT_EDGES_S).values():
        waited += total
        histogram = [one + other for one, other in zip(histogram, found, strict=True)]
    body = DayBody(day=day, **vars(counts), waits_s=histogram, waited_s=waited, availability=[])
    return body, read_raw(uow, rules, day, day)


def with_availability(body: DayBody, raw: Raw) -> DayBody:
    """`body` and how each journey stood in the opening hours, without the time somebody worked on
    the kiosks; computed outside of any transaction."""
    report = computed(raw)
    lines = [_line(report, name) for name in _worth_telling(report.lines[SITE])]
    return body.model_copy(update={"availability": lines})


def _worth_telling(journeys: Iterable[str]) -> Sequence[str]:
    """The site as a whole first, then the journeys, then ways to pay while there is room."""
    short = [each for each in journeys if len(each) <= LONGEST_JOURNEY]
    ordered = sorted(short, key=lambda each: (each != WHOLE, each.startswith(_DETAIL), each))
    return ordered[:MOST_JOURNEYS]


def _line(report: Report, journey: str) -> JourneyDayBody:
    told = tally(report.lines[SITE][journey], report.hours)
    return JourneyDayBody(
        journey=journey,
        up_s=round(told.up_s),
        down_s=round(told.down_s),
        unknown_s=round(told.unknown_s),
    )
