"""PURE: states as spans of time, and how much of a day something was well."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from queue_server.fleet.model.devices import Verdict
from queue_server.fleet.model.heartbeat import Heartbeat

READY, BLOCKED = "ready", "blocked"


class Subject(StrEnum):
    """What a span is about."""

    KIOSK = "kiosk"
    DEVICE = "device"
    JOURNEY = "journey"


@dataclass(frozen=True)
class Fact:
    """How one thing of a kiosk stands. `name` is "" for the kiosk itself; `why`: words, or ""."""

    subject: Subject
    name: str
    state: str
    verdict: Verdict
    why: str = ""


@dataclass(frozen=True)
class Span:
    """A fact and how long it held: [since, until); `until` None while it holds."""

    kiosk: str
    fact: Fact
    since: datetime
    until: datetime | None


ONLINE = Fact(Subject.KIOSK, "", "online", Verdict.FINE)
OFFLINE = Fact(Subject.KIOSK, "", "offline", Verdict.BROKEN)


def facts_of(beat: Heartbeat) -> tuple[Fact, ...]:
    """What a heartbeat says of each device and each journey."""
    devices = (
        Fact(Subject.DEVICE, each.name, each.device, each.verdict, each.why[:80])
        for each in beat.devices
    )
    journeys = (
        Fact(
            Subject.JOURNEY,
            each.journey,
            BLOCKED if each.obstacle else READY,
            Verdict.BROKEN if each.obstacle else Verdict.FINE,
            each.obstacle,
        )
        for each in beat.journeys or ()
    )
    return (*devices, *journeys)


def differing(before: Iterable[Fact], after: Iterable[Fact]) -> tuple[list[Fact], list[Fact]]:
    """Facts that hold no longer, and facts that hold now and did not."""
    old, new = list(before), list(after)
    return [each for each in old if each not in new], [each for each in new if each not in old]


def clipped(spans: Iterable[Span], since: datetime, until: datetime) -> list[Span]:
    """The part of each span inside [since, until), by time; what lies outside is left out."""
    inside = [
        replace(each, since=max(each.since, since), until=min(each.until or until, until))
        for each in spans
    ]
    return sorted((each for each in inside if each.until and each.since < each.until), key=_since)


def _since(span: Span) -> datetime:
    return span.since


def well_share(spans: Sequence[Span], since: datetime, until: datetime) -> float | None:
    """The share (0 to 1) of the known time in [since, until) that was not broken; None when
    nothing is known of it."""
    known = well = 0.0
    for each in clipped(spans, since, until):
        lasted = ((each.until or until) - each.since).total_seconds()
        known += lasted
        well += lasted if each.fact.verdict is not Verdict.BROKEN else 0.0
    return well / known if known else None
