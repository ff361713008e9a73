"""Walks the audit chain of one site and says where and how it is broken. No I/O."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from queue_server.core.audit import BEGUN, GENESIS, RESTORED, Chain, RawEvent, canonical

KEPT_FAULTS = 50
LOWEST_ID = -(2**63)


class FaultKind(StrEnum):
    """What was done to a chain, as far as what is left of it tells."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    REORDERED = "reordered"
    CUT = "cut tail"
    COUNTER = "counter"
    RESTARTED = "restarted"


@dataclass(frozen=True)
class Fault:
    """A break in the chain of `site`, at the events `id` to `to`; `words` say what is seen."""

    site: str
    id: int
    to: int
    kind: FaultKind
    words: str

    def __str__(self) -> str:
        where = f"event {self.id}" if self.to == self.id else f"events {self.id} to {self.to}"
        return f"{self.kind}: {where} of site {self.site}: {self.words}"


@dataclass(frozen=True, slots=True)
class Linked:
    """An event and the MAC it bears; None where it has none."""

    event: RawEvent
    mac: bytes | None


@dataclass(frozen=True)
class Counter:
    """What the site's counter says its log ends with."""

    last_id: int
    last_mac: bytes | None


@dataclass(frozen=True)
class Anchor:
    """The head of a site's chain as it was written down outside the database."""

    site: str
    id: int
    mac: bytes


@dataclass(frozen=True)
class Report:
    """What a whole walk found. `head`: the last event's id and MAC.

    `lost`: ids (first, last) that the chain itself says were lost when an older copy was put back.
    """

    site: str
    count: int
    head: tuple[int, bytes]
    faults: tuple[Fault, ...]
    lost: tuple[tuple[int, int], ...] = ()

    @property
    def sound(self) -> bool:
        """Whether every event is what was recorded, in its place, and none is missing."""
        return not self.faults


@dataclass(frozen=True)
class _Bad:
    """An event whose MAC is not what its contents and `before` make."""

    before: bytes
    row: Linked
    made: bytes

    @property
    def id(self) -> int:
        return self.row.event.id


class Walk:
    """Takes the events of `site` by id, page by page; `end` tells what was found.

    `anchors`: heads that were written down outside; those of other sites are passed over.
    `at`: the last id of the chain so far; `reached`: the last one that was seen.
    """

    def __init__(self, chain: Chain, site: str, anchors: Iterable[Anchor] = ()) -> None:
        self.site = site
        self.at = 0
        self.reached = LOWEST_ID
        self.count = 0
        self._chain = chain
        self._before = GENESIS
        self._instead: bytes | None = None
        self._linked = False
        self._early = hashlib.sha256()
        self._early_count = 0
        self._bad: list[_Bad] = []
        self._faults: list[Fault] = []
        self._unlike: list[Fault] = []
        self._lost: list[tuple[int, int]] = []
        self._anchors: dict[int, list[bytes]] = {}
        for each in anchors:
            if each.site == site:
                self._anchors.setdefault(each.id, []).append(each.mac)

    def take(self, rows: Iterable[Linked]) -> None:
        """The next events, by id."""
        for row in rows:
            self.count += 1
            self.reached = row.event.id
            self._compare(row)
            if row.event.id < 1:
                self._say(row.event.id, FaultKind.INSERTED, "no event was ever given this id")
                continue
            if self._linked or row.mac is not None:
                self._take_linked(row)
            else:
                self._take_early(row)
            self.at = row.event.id

    def end(self, counter: Counter | None, strays: int = 0) -> Report:
        """After the last event. `strays`: rows whose id is no number."""
        if self._early_count and not self._linked:
            self._say(
                1, FaultKind.RESTARTED, "no event bears a MAC; start the jobs process", self.at
            )
        if strays:
            self._say(0, FaultKind.INSERTED, f"{strays} rows have an id that is no number")
        self._faults += explained(self._chain, self.site, self._bad)
        self._check_end(counter)
        for number in sorted(self._anchors):
            if number > self.at:
                words = f"the log ends with {self.at}, but event {number} was anchored outside"
                self._say(self.at + 1, FaultKind.CUT, words, number)
                break
        # What an earlier fault explains is no fault of its own.
        first = min((each.id for each in self._faults), default=self.at + 1)
        self._faults += [each for each in self._unlike if each.id < first]
        found = tuple(sorted(self._faults, key=lambda each: (each.id, each.to)))[:KEPT_FAULTS]
        head = (self.at, self._before)
        return Report(self.site, self.count, head, found, tuple(self._lost))

    def _say(self, number: int, kind: FaultKind, words: str, to: int | None = None) -> None:
        if len(self._faults) <= KEPT_FAULTS:
            self._faults.append(Fault(self.site, number, number if to is None else to, kind, words))

    # --- one event --------------------------------------------------------------------------------
    def _take_early(self, row: Linked) -> None:
        """From before there was a chain: `audit.begun` holds what they were."""
        self._early.update(canonical(row.event))
        self._early_count += 1

    def _take_linked(self, row: Linked) -> None:
        event = row.event
        gap = event.id != self.at + 1
        if gap and self._linked and _goes_on_after(event) == self.at:
            gap = False  # its MAC, which follows, holds the id as well
            self._lost.append((self.at + 1, event.id - 1))
        if gap:
            self._say(self.at + 1, FaultKind.MISSING, "no such event", event.id - 1)
        first, self._linked = not self._linked, True
        if first and self._early_count:
            self._check_beginning(event)
            self._before = GENESIS
        made = self._chain.mac(self._before, event)
        if made == row.mac:
            self._instead = None
        elif gap and not (first and self._early_count):
            self._instead = None  # what it follows is gone: it cannot be checked
        elif self._instead is not None and self._chain.mac(self._instead, event) == row.mac:
            self._instead = None  # of the one before only the MAC was changed
        else:
            if len(self._bad) < KEPT_FAULTS:
                self._bad.append(_Bad(self._before, row, made))
            self._instead = made
        self._before = made if row.mac is None else row.mac

    def _check_beginning(self, event: RawEvent) -> None:
        said = _said_at_the_beginning(event)
        seen = (self._early_count, self.at, self._early.hexdigest())
        if said is None:
            words = f"the first event with a MAC is no {BEGUN}: what came before it is not held"
            self._say(1, FaultKind.RESTARTED, words, event.id)
        elif said[0] != self._early_count:
            words = f"{said[0]} events came before the chain, {self._early_count} are there"
            kind = FaultKind.MISSING if said[0] > self._early_count else FaultKind.INSERTED
            self._say(1, kind, words, said[1])
        elif said != seen:
            words = "among those from before the chain one was changed"
            self._say(1, FaultKind.CHANGED, words, said[1])

    def _compare(self, row: Linked) -> None:
        for anchored in self._anchors.pop(row.event.id, ()):
            if row.mac is None:
                words = "it was anchored outside, and now bears no MAC: the chain was made anew"
                self._differs(row.event.id, FaultKind.RESTARTED, words)
            elif anchored != row.mac:
                words = "its MAC is not the one that was anchored outside"
                self._differs(row.event.id, FaultKind.CHANGED, words)

    def _differs(self, number: int, kind: FaultKind, words: str) -> None:
        if len(self._unlike) < KEPT_FAULTS:
            self._unlike.append(Fault(self.site, number, number, kind, words))

    def _check_end(self, counter: Counter | None) -> None:
        if counter is None:
            if self.count:
                self._say(1, FaultKind.INSERTED, "the site never recorded any event", self.at)
            return
        if counter.last_id > self.at:
            words = f"the log ends with {self.at}, its counter says {counter.last_id}"
            self._say(self.at + 1, FaultKind.CUT, words, counter.last_id)
        elif counter.last_id < self.at:
            words = f"the counter says that {counter.last_id} is the last"
            self._say(counter.last_id + 1, FaultKind.INSERTED, words, self.at)
        elif self._linked and counter.last_mac != self._before and not self._last_is_bad():
            self._say(self.at, FaultKind.COUNTER, "the counter's MAC is not the last event's")

    def _last_is_bad(self) -> bool:
        return bool(self._bad) and self._bad[-1].id == self.at


def _goes_on_after(event: RawEvent) -> int | None:
    """The id after which an older copy was put back, when that is what `event` records."""
    if event.kind != RESTORED.encode():
        return None
    try:
        return int(json.loads(event.body)["after"])
    except (ValueError, KeyError, TypeError):
        return None


def _said_at_the_beginning(event: RawEvent) -> tuple[int, int, str] | None:
    try:
        body = json.loads(event.body)
        return int(body["count"]), int(body["last"]), str(body["sha256"])
    except (ValueError, KeyError, TypeError):
        return None


# --- what was done -------------------------------------------------------------------------------
def explained(chain: Chain, site: str, bad: Sequence[_Bad]) -> list[Fault]:
    """What explains the events that do not fit: something put in or taken out with those after it
    renumbered, two that changed places, or a change of their own."""
    if not bad:
        return []
    swapped = len(bad) > 1 and _changed_places(chain, bad[0], bad[1])
    shifted = None if swapped else _shifted(chain, site, bad)
    if shifted is not None:
        return [shifted]
    faults: list[Fault] = []
    left = list(bad)
    while left:
        first = left.pop(0)
        other = next((each for each in left if _changed_places(chain, first, each)), None)
        if other is not None:
            left.remove(other)
            words = f"it changed places with event {other.id}"
            faults.append(Fault(site, first.id, first.id, FaultKind.REORDERED, words))
            words = f"it changed places with event {first.id}"
            faults.append(Fault(site, other.id, other.id, FaultKind.REORDERED, words))
            left = [each for each in left if each.id not in (first.id + 1, other.id + 1)]
        else:
            words = "it is not what was recorded under this id"
            faults.append(Fault(site, first.id, first.id, FaultKind.CHANGED, words))
    return _in_runs(faults)


def _shifted(chain: Chain, site: str, bad: Sequence[_Bad]) -> Fault | None:
    """Whether all that follows the first fits when it is numbered one lower, or one higher."""
    if len(bad) < 2 or bad[1].id != bad[0].id + 1:
        return None
    first, second = bad[0], bad[1]
    lower = second.row.event._replace(id=first.id)
    if chain.mac(first.before, lower) == second.row.mac:
        words = "it was put in, and those after it were given new ids"
        return Fault(site, first.id, first.id, FaultKind.INSERTED, words)
    higher = second.row.event._replace(id=second.id + 1)
    if first.row.mac is not None and chain.mac(first.row.mac, higher) == second.row.mac:
        words = "what stood here is gone, and those after it were given new ids"
        return Fault(site, first.id, first.id, FaultKind.MISSING, words)
    return None


def _changed_places(chain: Chain, first: _Bad, other: _Bad) -> bool:
    """Whether the contents of `other` belong where `first` stands (their MACs moved, or stayed)."""
    macs = (first.row.mac, other.row.mac)
    back = chain.mac(first.before, other.row.event._replace(id=first.id))
    before = back if other.id == first.id + 1 else other.before
    return back in macs and chain.mac(before, first.row.event._replace(id=other.id)) in macs


def _in_runs(faults: Sequence[Fault]) -> list[Fault]:
    """Changed events side by side are one fault: after the first, the next cannot be told."""
    runs: list[Fault] = []
    for each in sorted(faults, key=lambda fault: fault.id):
        last = runs[-1] if runs else None
        together = last is not None and last.to + 1 == each.id
        if last is not None and together and last.kind is each.kind is FaultKind.CHANGED:
            runs[-1] = replace(last, to=each.to, words="they are not what was recorded")
        else:
            runs.append(each)
    return runs
