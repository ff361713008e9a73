"""The audit chain says itself which events were lost with a restore, and nobody else can say it."""

import json
from collections.abc import Iterable

import pytest

from queue_server.core import audit_walk
from queue_server.core.audit import GENESIS, RESTORED, Chain, RawEvent
from queue_server.core.audit_walk import Anchor, Counter, FaultKind, Linked, Report, Walk

SITE = "PRUEBA"
CHAIN = Chain(bytes(range(32)))
FOREIGN = Chain(bytes(32))


def event(number: int, kind: str = "ticket.issued", **body: object) -> RawEvent:
    text = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    at = b"2026-11-21 17:00:00.000000"
    site, key = SITE.encode(), b"auto:%d" % number
    return RawEvent(site, number, key, None, b"kiosk:A01", kind.encode(), text, at)


def linked(
    events: Iterable[RawEvent], chain: Chain = CHAIN, before: bytes = GENESIS
) -> list[Linked]:
    rows = []
    for each in events:
        before = chain.mac(before, each)
        rows.append(Linked(each, before))
    return rows


def restored(after: int, number: int = 1_000_001) -> RawEvent:
    return event(number, RESTORED, after=after, made_at="2026-11-21T16:00:00+00:00")


def walked(rows: list[Linked], anchors: Iterable[Anchor] = ()) -> Report:
    walk = Walk(CHAIN, SITE, anchors)
    walk.take(rows)
    last = rows[-1]
    return walk.end(Counter(last.event.id, last.mac))


def test_a_declared_gap_is_sound_and_is_told() -> None:
    rows = linked([*map(event, range(1, 6)), restored(5), event(1_000_002)])
    report = walked(rows)
    assert report.sound
    assert report.lost == ((6, 1_000_000),)


def test_an_anchor_of_the_lost_tail_is_no_fault_and_one_before_it_still_counts() -> None:
    rows = linked([*map(event, range(1, 6)), restored(5)])
    lost_tail = Anchor(SITE, 9, bytes(32))
    assert walked(rows, [lost_tail]).sound
    assert not walked(rows, [Anchor(SITE, 4, bytes(32))]).sound


def test_a_gap_that_nobody_declared_is_missing_events() -> None:
    rows = linked([*map(event, range(1, 6)), event(1_000_001)])
    assert [each.kind for each in walked(rows).faults] == [FaultKind.MISSING]


def test_events_taken_away_before_a_declared_gap_are_found() -> None:
    rows = linked([*map(event, range(1, 6)), restored(5)])
    report = walked(rows[:4] + rows[5:])
    assert FaultKind.MISSING in {each.kind for each in report.faults}


def test_a_gap_declared_without_the_key_is_found() -> None:
    rows = linked(map(event, range(1, 6)))
    cut = rows[:3]
    forged = linked([restored(3)], FOREIGN, cut[-1].mac or b"")
    report = walked(cut + forged)
    assert not report.sound
    moved = Linked(replace_id(rows[4].event, 1_000_001), rows[4].mac)
    assert not walked([*cut, moved]).sound


def replace_id(raw: RawEvent, number: int) -> RawEvent:
    return raw._replace(id=number)


@pytest.mark.negative_control
def test_a_walk_that_believes_any_gap_misses_what_was_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = linked([*map(event, range(1, 6)), event(1_000_001)])
    monkeypatch.setattr(audit_walk, "_goes_on_after", lambda _: 5)
    assert walked(rows).sound
