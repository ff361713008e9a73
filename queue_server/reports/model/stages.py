"""PURE: the story of a ticket as stages, folded from its deeds one by one.

A stage is one place in a line, at most one call from it, and what came of that call. A ticket that
is sent on, comes back after a missed call or goes on to the visit's next service begins another.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from queue_server.reports.model.deeds import Deed, What


class Begun(StrEnum):
    """Why a stage began."""

    ARRIVAL = "arrival"
    DIRECT = "direct"  # served at once by a counter, without waiting
    NEXT = "next"  # the visit's next service
    TRANSFER = "transfer"
    RESUMED = "resumed"  # back in line after a hold or a missed turn
    RETURN = "return"  # the rule put it back after a missed call; or called without being in line
    CARRIED = "carried"  # from a day that was closed


class Result(StrEnum):
    """How a stage ended."""

    OPEN = ""
    FINISHED = "finished"
    CONTINUED = "continued"  # attended, and goes on to the visit's next service
    PAPER = "paper"  # its printed number was called by voice
    MISSED = "missed"  # nobody came, and the ticket went back in line
    NO_SHOW = "no_show"  # nobody came, and the ticket is over
    TRANSFERRED = "transferred"
    HELD = "held"  # put aside at the counter
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    CARRIED = "carried"


# Whoever missed the call, was carried overnight or never stood in line did not wait for it here.
_WAITS = (Begun.ARRIVAL, Begun.NEXT, Begun.TRANSFER, Begun.RESUMED)


@dataclass(frozen=True)
class Stage:
    """One place in a line and what came of it.

    `in_line`: seconds after `joined_at` at which it was in line, not, in line, …; an odd number of
    them: in line now. `wait_s`: seconds in line until the call; None while there is none, and
    where nobody waited. `served_s`: seconds from the call to the end of the attention.
    """

    position: int
    begun: Begun
    service: str
    attention_class: str
    joined_at: datetime
    in_line: tuple[int, ...] = (0,)
    called_at: datetime | None = None
    counter: str = ""
    started_at: datetime | None = None
    transfers: int = 0
    wait_s: int | None = None
    served_s: int | None = None
    result: Result = Result.OPEN
    ended_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the ticket stands in this stage now."""
        return self.result is Result.OPEN


@dataclass(frozen=True)
class Story:
    """A ticket so far. `before`: its stages before a change that may still be undone."""

    ticket: str
    number: str
    stages: tuple[Stage, ...]
    before: tuple[Stage, ...] = ()

    @property
    def last(self) -> Stage:
        """The newest stage."""
        return self.stages[-1]


def after(story: Story | None, deed: Deed) -> Story | None:
    """The story once `deed` happened; None for a ticket whose arrival is not in the log.

    A deed that does not fit is no news: the log holds legal changes only, each once.
    """
    if deed.what is What.ARRIVED:
        return story or _arrived(deed)
    return story and _STEPS[deed.what](story, deed)


def _arrived(deed: Deed) -> Story:
    direct = deed.state == "serving"
    first = Stage(
        position=1,
        begun=Begun.DIRECT if direct else Begun.ARRIVAL,
        service=deed.service,
        attention_class=deed.attention_class,
        joined_at=deed.at,
        in_line=() if deed.state else (0,),
        called_at=deed.at if direct else None,
        counter=deed.counter,
        started_at=deed.at if direct else None,
    )
    if deed.state and not direct:
        result = Result.EXPIRED if deed.state == "expired" else Result.PAPER
        first = replace(first, result=result, ended_at=deed.at)
    return Story(deed.ticket, deed.number, (first,))


# --- what a story becomes -------------------------------------------------------------------------
def _with_last(story: Story, last: Stage) -> Story:
    return replace(story, stages=(*story.stages[:-1], last))


def _settled(story: Story) -> Story:
    """Nothing of it can be undone any more."""
    return replace(story, before=())


def _undoable(before: Story, now: Story) -> Story:
    return replace(now, before=before.stages)


def _begin(story: Story, begun: Begun, at: datetime, **new: Any) -> Story:
    last = story.last
    stage = Stage(
        position=last.position + 1,
        begun=begun,
        service=last.service,
        attention_class=last.attention_class,
        joined_at=at,
    )
    return replace(story, stages=(*story.stages, replace(stage, **new)))


def _end(story: Story, result: Result, at: datetime, **new: Any) -> Story:
    last = story.last
    offset = _offset(last, at)
    ended = max(at, last.called_at or at)
    return _with_last(
        story,
        replace(last, in_line=_out(last.in_line, offset), result=result, ended_at=ended, **new),
    )


# --- in line and out of it ------------------------------------------------------------------------
def _offset(stage: Stage, at: datetime) -> int:
    return int((at - stage.joined_at).total_seconds())


def _out(in_line: tuple[int, ...], offset: int) -> tuple[int, ...]:
    """Not in line from `offset` on. A clock set back never makes a time negative."""
    return (*in_line, max(in_line[-1], offset)) if len(in_line) % 2 else in_line


def _into(in_line: tuple[int, ...], offset: int) -> tuple[int, ...]:
    """In line from `offset` on; one who agreed to come later than that is in line sooner."""
    if len(in_line) % 2:
        since, in_line = min(in_line[-1], offset), in_line[:-1]
    else:
        since = offset
    return (*in_line, max(since, in_line[-1]) if in_line else since)


def _in_line_s(in_line: tuple[int, ...]) -> int:
    return sum(in_line[1::2]) - sum(in_line[: len(in_line) - 1 : 2])


# --- each deed ------------------------------------------------------------------------------------
def _called(story: Story, deed: Deed) -> Story:
    now = story
    if not now.last.is_open:  # called from where it was put aside, or on a later day
        carried = now.last.result is Result.CARRIED
        begun = Begun.CARRIED if carried else Begun.RETURN
        now = _begin(now, begun, deed.at, in_line=())
    last = now.last
    in_line = _out(last.in_line, _offset(last, deed.at))
    called = replace(
        last,
        service=deed.service,
        counter=deed.counter,
        called_at=deed.at,
        in_line=in_line,
        wait_s=_in_line_s(in_line) if last.begun in _WAITS else None,
    )
    return _undoable(story, _with_last(now, called))


def _started(story: Story, deed: Deed) -> Story:
    return _settled(_with_last(story, replace(story.last, started_at=deed.at)))


def _finished(story: Story, deed: Deed) -> Story:
    served = {"served_s": deed.served_s, "counter": deed.counter or story.last.counter}
    if not deed.service:
        return _undoable(story, _end(story, Result.FINISHED, deed.at, **served))
    ended = _end(story, Result.CONTINUED, deed.at, **served)
    return _undoable(story, _begin(ended, Begun.NEXT, deed.at, service=deed.service))


def _nobody_came(story: Story, deed: Deed) -> Story:
    if deed.until is None:
        return _undoable(story, _end(story, Result.NO_SHOW, deed.at))
    missed = _end(story, Result.MISSED, deed.at)
    return _undoable(story, _begin(missed, Begun.RETURN, deed.at))


def _held(story: Story, deed: Deed) -> Story:
    last = story.last
    if last.is_open and last.called_at is None:
        in_line = _out(last.in_line, _offset(last, deed.at))
        if deed.until is not None:
            in_line = _into(in_line, _offset(last, deed.until))
        return _settled(_with_last(story, replace(last, in_line=in_line)))
    aside = _end(story, Result.HELD, deed.at) if last.is_open else story
    back = _begin(aside, Begun.RESUMED, deed.until) if deed.until is not None else aside
    return _settled(back)


def _resumed(story: Story, deed: Deed) -> Story:
    last = story.last
    if last.is_open:
        in_line = _into(last.in_line, _offset(last, deed.at))
        return _settled(_with_last(story, replace(last, in_line=in_line)))
    if last.result is Result.NO_SHOW:  # the person came after all: it was not the end
        story = _with_last(story, replace(last, result=Result.MISSED))
    return _settled(_begin(story, Begun.RESUMED, deed.at))


def _transferred(story: Story, deed: Deed) -> Story:
    last = story.last
    sent_on = replace(last, transfers=last.transfers + 1)
    if last.is_open and last.called_at is None:
        in_line = _into(last.in_line, _offset(last, deed.at))
        here = replace(sent_on, service=deed.service, in_line=in_line)
        return _settled(_with_last(story, here))
    left = _with_last(story, sent_on)
    if last.is_open:
        left = _end(left, Result.TRANSFERRED, deed.at)
    return _settled(_begin(left, Begun.TRANSFER, deed.at, service=deed.service))


def _reclassed(story: Story, deed: Deed) -> Story:
    return _with_last(story, replace(story.last, attention_class=deed.attention_class))


def _handed_over(story: Story, deed: Deed) -> Story:
    return _settled(_with_last(story, replace(story.last, counter=deed.counter)))


def _ends_as(result: Result) -> Callable[[Story, Deed], Story]:
    return lambda story, deed: _settled(_end(story, result, deed.at))


def _closed(story: Story, deed: Deed) -> Story:
    """The day ended while it was at a counter: attended if the attention had begun."""
    result = Result.FINISHED if story.last.started_at else Result.NO_SHOW
    return _undoable(story, _end(story, result, deed.at))


def _undone(story: Story, _: Deed) -> Story:
    """As before the last call, finish or no-show; what changed in between stays."""
    if not story.before:
        return story
    went_on = story.last.begun is Begun.NEXT and story.last.position > story.before[-1].position
    last = replace(story.before[-1], attention_class=story.last.attention_class)
    if went_on:  # it stands as called again, whether the attention had begun or not
        last = replace(last, started_at=None)
    return replace(story, stages=(*story.before[:-1], last), before=())


_STEPS: dict[What, Callable[[Story, Deed], Story]] = {
    What.CALLED: _called,
    What.STARTED: _started,
    What.FINISHED: _finished,
    What.NOBODY_CAME: _nobody_came,
    What.HELD: _held,
    What.RESUMED: _resumed,
    What.TRANSFERRED: _transferred,
    What.RECLASSED: _reclassed,
    What.CANCELLED: _ends_as(Result.CANCELLED),
    What.HANDED_OVER: _handed_over,
    What.CALLED_ON_PAPER: _ends_as(Result.PAPER),
    What.UNDONE: _undone,
    What.EXPIRED: _ends_as(Result.EXPIRED),
    What.CARRIED: _ends_as(Result.CARRIED),
    What.CLOSED: _closed,
}


# --- as rows --------------------------------------------------------------------------------------
_INSTANTS = ("joined_at", "called_at", "started_at", "ended_at")


def row_of(stage: Stage) -> dict[str, Any]:
    """The stage as plain values; instants stay instants."""
    return {**stage.__dict__, "in_line": list(stage.in_line)}


def of_row(row: dict[str, Any]) -> Stage:
    """The stage of `row_of`."""
    words: dict[str, Any] = {
        **row,
        "begun": Begun(row["begun"]),
        "result": Result(row["result"]),
        "in_line": tuple(row["in_line"]),
    }
    return Stage(**words)


def in_json(stages: tuple[Stage, ...]) -> list[dict[str, Any]]:
    """Stages as JSON has them: instants in ISO 8601."""
    return [
        {**row_of(each), **{name: _iso(getattr(each, name)) for name in _INSTANTS}}
        for each in stages
    ]


def of_json(rows: list[dict[str, Any]]) -> tuple[Stage, ...]:
    """The stages of `in_json`."""
    return tuple(
        of_row({**row, **{name: _instant(row[name]) for name in _INSTANTS}}) for row in rows
    )


def _iso(instant: datetime | None) -> str | None:
    return instant and instant.isoformat()


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
