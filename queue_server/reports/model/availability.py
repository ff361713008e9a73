"""PURE: how much of its opening hours something could serve people, and what kept it from that.

All of it comes from raw histories: when each state of a kiosk, its devices and its journeys held,
when the server was there, when somebody worked on a kiosk. Spans are half open, [since, until).

At one instant a kiosk or one of its journeys is

- **unknown** before anything was heard of it;
- **down**, because of `server` while the server was away; `silent` while the kiosk was not heard;
  else because of what blocks the journey: `backend`, `server`, `staff` (who closed the kiosk), the
  broken device (`device:<name>`, the first by name), or `other:<word>`;
- **up** otherwise; a kiosk as a whole is up while anything people come for can be finished there.

What is down while somebody works on it is **maintenance**. A site is up where one kiosk is, and
else down for the most frequent cause.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

SERVER, SILENT, BACKEND, STAFF = "server", "silent", "backend", "staff"
DEVICE, OTHER = "device:", "other:"
WHOLE = ""  # in the place of a journey: the kiosk, or the site, as a whole
_DETAIL = "pay:"  # one way to pay of several
_FIRST = "certificate"
_CAUSES = {
    "backend_away": BACKEND,
    "server_away": SERVER,
    "numbers_used_up": SERVER,
    "cleaning": STAFF,
    "repair": STAFF,
    "supplies": STAFF,
}


class Standing(StrEnum):
    """How something stood."""

    UP = "up"
    DOWN = "down"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Span:
    """A time, [since, until)."""

    since: datetime
    until: datetime


@dataclass(frozen=True)
class State:
    """A row of the raw history. `subject`: `kiosk`, `device` or `journey`; `name` "" for the kiosk.
    `good`: it was not broken. `until` None: it holds."""

    subject: str
    name: str
    good: bool
    why: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Past:
    """All that is known of one kiosk. `server`: when the server was there, None: nobody wrote it
    down then."""

    kiosk: str
    states: Sequence[State]
    maintained: Sequence[Span] = ()
    server: Sequence[Span] | None = None


@dataclass(frozen=True)
class Piece:
    """How something stood for a while. `cause`: "" unless it was down."""

    since: datetime
    until: datetime
    standing: Standing
    cause: str = ""


@dataclass(frozen=True)
class Tally:
    """Seconds of opening hours. `causes`: cause -> seconds down."""

    up_s: float = 0.0
    down_s: float = 0.0
    maintenance_s: float = 0.0
    unknown_s: float = 0.0
    causes: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def share(self) -> float | None:
        """Of the time that counts, how much it was up (0 to 1); None when none counts."""
        counts = self.up_s + self.down_s
        return self.up_s / counts if counts else None

    def plus(self, other: "Tally") -> "Tally":
        """Both together."""
        causes = Counter(self.causes)
        causes.update(other.causes)
        return Tally(
            self.up_s + other.up_s,
            self.down_s + other.down_s,
            self.maintenance_s + other.maintenance_s,
            self.unknown_s + other.unknown_s,
            dict(causes),
        )


# --- one kiosk ------------------------------------------------------------------------------------
@dataclass
class _Now:
    """What holds at one instant of the sweep."""

    states: dict[tuple[str, str], State] = field(default_factory=dict[tuple[str, str], State])
    maintained: int = 0
    server: int = 0

    def of(self, subject: str) -> Iterator[State]:
        return (each for (kind, _), each in self.states.items() if kind == subject)


_Change = Callable[[_Now], None]


def timelines(past: Past, since: datetime, until: datetime) -> dict[str, list[Piece]]:
    """How the kiosk (`WHOLE`) and each journey it ever told of stood in [since, until)."""
    journeys = sorted({each.name for each in past.states if each.subject == "journey"})
    lines: dict[str, list[_Turn]] = {name: [] for name in (WHOLE, *journeys)}
    watched = past.server is not None
    for begins, now in _sweep(past, since, until):
        for name, line in lines.items():
            _turn(line, begins, _standing(now, name, watched))
    return {name: _pieces(line, until) for name, line in lines.items()}


_Turn = tuple[datetime, tuple[Standing, str]]


def _turn(line: list[_Turn], at: datetime, found: tuple[Standing, str]) -> None:
    """Since `at` it stands like this, if it did not before."""
    if not line or line[-1][1] != found:
        line.append((at, found))


def _pieces(line: Sequence[_Turn], until: datetime) -> list[Piece]:
    ends = [*(at for at, _ in line), until][1:]
    return [Piece(at, end, *found) for (at, found), end in zip(line, ends, strict=True)]


def _sweep(past: Past, since: datetime, until: datetime) -> Iterator[tuple[datetime, _Now]]:
    """What holds from each instant on at which something changes, without a gap."""
    now, at = _Now(), since
    for when, _, change in sorted(_changes(past, since, until), key=lambda each: each[:2]):
        if when > at:
            yield at, now
            at = when
        change(now)
    if at < until:
        yield at, now


def _changes(
    past: Past, since: datetime, until: datetime
) -> Iterator[tuple[datetime, int, _Change]]:
    """Everything that begins or ends in the window; of one instant, what ends comes first."""
    spans: list[tuple[datetime, datetime | None, _Change, _Change]] = [
        (each.since, each.until, _begins(each), _ends(each)) for each in past.states
    ]
    spans += [(each.since, each.until, _worked_on(1), _worked_on(-1)) for each in past.maintained]
    spans += [(each.since, each.until, _there(1), _there(-1)) for each in past.server or ()]
    for first, last, begins, ends in spans:
        first = max(first, since)
        if first >= until or (last is not None and last <= first):
            continue
        yield first, 1, begins
        if last is not None and last < until:
            yield last, 0, ends


def _begins(state: State) -> _Change:
    def change(now: _Now) -> None:
        now.states[state.subject, state.name] = state

    return change


def _ends(state: State) -> _Change:
    def change(now: _Now) -> None:
        if now.states.get((state.subject, state.name)) is state:
            del now.states[state.subject, state.name]

    return change


def _worked_on(more: int) -> _Change:
    def change(now: _Now) -> None:
        now.maintained += more

    return change


def _there(more: int) -> _Change:
    def change(now: _Now) -> None:
        now.server += more

    return change


def _standing(now: _Now, journey: str, watched: bool) -> tuple[Standing, str]:
    kiosk = now.states.get(("kiosk", ""))
    if kiosk is None:
        return Standing.UNKNOWN, ""
    if watched and not now.server:
        found = (Standing.DOWN, SERVER)
    elif not kiosk.good:
        found = (Standing.DOWN, SILENT)
    else:
        found = _serving(now) if journey == WHOLE else _journey(now, journey)
    if found[0] is Standing.DOWN and now.maintained:
        return Standing.MAINTENANCE, ""
    return found


def _journey(now: _Now, journey: str) -> tuple[Standing, str]:
    told = now.states.get(("journey", journey))
    if told is None:
        return Standing.UNKNOWN, ""
    return (Standing.UP, "") if told.good else (Standing.DOWN, _cause(now, told))


def _serving(now: _Now) -> tuple[Standing, str]:
    """As a whole: anything that is a reason to come. One that tells no journeys serves."""
    told = [each for each in now.of("journey") if not each.name.startswith(_DETAIL)]
    if not told or any(each.good for each in told):
        return Standing.UP, ""
    blocked = min(told, key=lambda each: (each.name != _FIRST, each.name))
    return Standing.DOWN, _cause(now, blocked)


def _cause(now: _Now, blocked: State) -> str:
    if blocked.why in _CAUSES:
        return _CAUSES[blocked.why]
    broken = sorted(each.name for each in now.of("device") if not each.good)
    return f"{DEVICE}{broken[0]}" if broken else f"{OTHER}{blocked.why}"


# --- the site -------------------------------------------------------------------------------------
def together(lines: Sequence[Sequence[Piece]]) -> list[Piece]:
    """How a site stood whose kiosks stood like this, each over the same time."""
    changes: list[tuple[datetime, int, Piece]] = []
    for line in lines:
        for piece in line:
            changes += [(piece.since, 1, piece), (piece.until, -1, piece)]
    changes.sort(key=lambda each: each[0])
    found: list[_Turn] = []
    held: Counter[tuple[Standing, str]] = Counter()
    for place, (at, more, piece) in enumerate(changes):
        held[piece.standing, piece.cause] += more
        if place + 1 < len(changes) and at < changes[place + 1][0]:
            _turn(found, at, _of_all(held))
    return _pieces(found, changes[-1][0]) if changes else []


def _of_all(held: Counter[tuple[Standing, str]]) -> tuple[Standing, str]:
    there = [(count, *what) for what, count in held.items() if count]
    for standing in (Standing.UP, Standing.DOWN, Standing.MAINTENANCE):
        alike = [(count, cause) for count, each, cause in there if each is standing]
        if alike:
            return standing, min(alike, key=lambda each: (-each[0], each[1]))[1]
    return Standing.UNKNOWN, ""


# --- opening hours --------------------------------------------------------------------------------
def clipped(pieces: Iterable[Piece], hours: Sequence[Span]) -> list[Piece]:
    """What of the pieces lies in the opening hours, both in order of time."""
    found: list[Piece] = []
    rest = list(hours)
    for piece in pieces:
        while rest and rest[0].until <= piece.since:
            rest.pop(0)
        for span in rest:
            if span.since >= piece.until:
                break
            begins, ends = max(piece.since, span.since), min(piece.until, span.until)
            found.append(Piece(begins, ends, piece.standing, piece.cause))
    return found


def tally(pieces: Iterable[Piece], hours: Sequence[Span]) -> Tally:
    """The seconds of opening hours (in order, apart from each other) by how it stood."""
    seconds: Counter[Standing] = Counter()
    causes: Counter[str] = Counter()
    for each in clipped(pieces, hours):
        lasted = (each.until - each.since).total_seconds()
        seconds[each.standing] += lasted  # pyright: ignore[reportArgumentType]
        if each.standing is Standing.DOWN:
            causes[each.cause] += lasted  # pyright: ignore[reportArgumentType]
    return Tally(
        seconds[Standing.UP],
        seconds[Standing.DOWN],
        seconds[Standing.MAINTENANCE],
        seconds[Standing.UNKNOWN],
        dict(causes),
    )
