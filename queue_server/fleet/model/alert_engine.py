"""PURE: from what is true now to alerts that open, fold and end by themselves.

quiet ── true for `for_s` ─────────────────────────▶ open
quiet, open ── `changes` flips within `within_s` ──▶ open, unstable (one alert, said once)
open ── untrue for `clear_s`, and no longer unstable ▶ quiet: resolved
unstable ── no flip for `within_s` ────────────────▶ open or resolved, as it then stands

While nobody can tell whether it is true, everything stays as it is, and its time begins anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from queue_server.fleet.model.alert_conditions import Facts, Found, look
from queue_server.fleet.model.alert_rules import Flapping, Rule, RuleBook

Key = tuple[str, str]  # rule, subject


class Change(StrEnum):
    """What became of an alert."""

    OPENED = "opened"
    UNSTABLE = "unstable"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Track:
    """One condition over time. `true` since `since`; `flips`: when it changed, newest last."""

    true: bool
    since: datetime
    open: bool = False
    unstable: bool = False
    flips: tuple[datetime, ...] = ()
    detail: str = ""


@dataclass(frozen=True)
class Changed:
    """One alert that changed. `flips`: how often its condition came or went of late."""

    key: Key
    change: Change
    detail: str
    flips: int


Tracks = Mapping[Key, Track]


def step(
    book: RuleBook, tracks: Tracks, facts: Facts, now: datetime
) -> tuple[Tracks, list[Changed]]:
    """The tracks after a look at `facts`, and what changed. What nobody can tell stays as it is.
    An alert whose rule is gone from the book is resolved."""
    after: dict[Key, Track] = {}
    changes: list[Changed] = []
    for rule in book.rules:
        found = look(rule, book.rules, facts)
        for key in _keys(rule, tracks, found):
            before = tracks.get(key)
            if before is not None and found.unknown(key[1]):
                after[key] = replace(before, since=now)
                continue
            track = _seen(before, key[1], found, book.flapping, now)
            track, change = _decided(rule, track, book.flapping, now)
            if change is not None:
                changes.append(Changed(key, change, track.detail, len(track.flips)))
            if track.true or track.open or track.flips:
                after[key] = track
    names = {each.name for each in book.rules}
    for key, track in tracks.items():
        if key[0] not in names and track.open:
            changes.append(Changed(key, Change.RESOLVED, track.detail, 0))
    return after, changes


def _keys(rule: Rule, tracks: Tracks, found: Found) -> Iterable[Key]:
    known = [key for key in tracks if key[0] == rule.name]
    return dict.fromkeys([*known, *((rule.name, subject) for subject in found.true)])


def _seen(
    track: Track | None, subject: str, found: Found, flapping: Flapping, now: datetime
) -> Track:
    """The track with what this look found of its subject."""
    horizon = now - timedelta(seconds=flapping.within_s)
    if track is None:
        return Track(subject in found.true, now, flips=(now,), detail=found.true.get(subject, ""))
    flips = tuple(each for each in track.flips if each > horizon)
    true = subject in found.true
    detail = found.true.get(subject, track.detail)
    if true == track.true:
        return replace(track, flips=flips, detail=detail)
    return replace(track, true=true, since=now, flips=(*flips, now), detail=detail)


def _decided(
    rule: Rule, track: Track, flapping: Flapping, now: datetime
) -> tuple[Track, Change | None]:
    lasted = (now - track.since).total_seconds()
    if len(track.flips) >= flapping.changes and not track.unstable:
        return replace(track, open=True, unstable=True), Change.UNSTABLE
    if track.unstable:
        if track.flips:
            return track, None
        track = replace(track, unstable=False)
    if not track.open and track.true and lasted >= rule.for_s:
        return replace(track, open=True), Change.OPENED
    if track.open and not track.true and lasted >= rule.clear_s:
        return replace(track, open=False), Change.RESOLVED
    return track, None
