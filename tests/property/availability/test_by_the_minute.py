"""The report from the history is what somebody finds who looks at every single minute."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queue_server.reports.model import availability
from queue_server.reports.model.availability import (
    WHOLE,
    Past,
    Piece,
    Span,
    Standing,
    State,
    Tally,
    tally,
    timelines,
    together,
)

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LENGTH = 240
JOURNEYS = ("certificate", "pay:card", "turn:information")
DEVICES = ("printer", "terminal")
OBSTACLES = ("backend_away", "no_device", "cleaning", "server_away", "strange")

minutes = st.integers(-20, LENGTH + 20)


def at(minute: int) -> datetime:
    return BEGIN + minute * MINUTE


@st.composite
def spans(draw: st.DrawFn, most: int = 4) -> list[Span]:
    """Apart from each other, in order; some touch."""
    edges = sorted(draw(st.lists(minutes, max_size=2 * most, unique=True)))
    return [Span(at(a), at(b)) for a, b in zip(edges[::2], edges[1::2], strict=False)]


@st.composite
def history(draw: st.DrawFn, subject: str, name: str) -> list[State]:
    """One state after the other, as the book is written; gaps where nothing was told."""
    found: list[State] = []
    for span in draw(spans(5)):
        good = draw(st.booleans())
        why = "" if good or subject != "journey" else draw(st.sampled_from(OBSTACLES))
        found.append(State(subject, name, good, why, span.since, span.until))
    if found and draw(st.booleans()):
        last = found[-1]
        found[-1] = State(subject, name, last.good, last.why, last.since, None)
    return found


@st.composite
def pasts(draw: st.DrawFn, kiosk: str = "A01") -> Past:
    states = draw(history("kiosk", ""))
    for journey in JOURNEYS:
        states += draw(history("journey", journey))
    for device in DEVICES:
        states += draw(history("device", device))
    server = draw(st.one_of(st.none(), spans()))
    return Past(kiosk, draw(st.permutations(states)), draw(spans(2)), server)


# --- the plain way: nothing of the model but its words ------------------------------------------
def holds(state: State, minute: int) -> bool:
    return state.since <= at(minute) and (state.until is None or at(minute) < state.until)


def inside(found: Sequence[Span], minute: int) -> bool:
    return any(each.since <= at(minute) < each.until for each in found)


def looked_at(past: Past, journey: str, minute: int) -> tuple[str, str]:
    """How it stood in this minute, and why."""
    now = [each for each in past.states if holds(each, minute)]
    kiosk = [each for each in now if each.subject == "kiosk"]
    if not kiosk:
        return "unknown", ""
    why = _down(past, now, kiosk[0], journey, minute)
    if why in (None, "?"):
        return ("unknown", "") if why else ("up", "")
    return ("maintenance", "") if inside(past.maintained, minute) else ("down", why)


def _down(past: Past, now: list[State], kiosk: State, journey: str, minute: int) -> str | None:
    if past.server is not None and not inside(past.server, minute):
        return "server"
    if not kiosk.good:
        return "silent"
    told = {each.name: each for each in now if each.subject == "journey"}
    if journey:
        blocked = told.get(journey)
        if blocked is None:
            return "?"
    else:
        mine = {name: each for name, each in told.items() if not name.startswith("pay:")}
        if not mine or any(each.good for each in mine.values()):
            return None
        blocked = mine.get("certificate") or mine[min(mine)]
    return None if blocked.good else _because(now, blocked.why)


def _because(now: list[State], why: str) -> str:
    if why == "backend_away":
        return "backend"
    if why == "server_away":
        return "server"
    if why == "cleaning":
        return "staff"
    broken = sorted(each.name for each in now if each.subject == "device" and not each.good)
    return f"device:{broken[0]}" if broken else f"other:{why}"


def by_the_minute(past: Past, journey: str, hours: Sequence[Span]) -> Tally:
    seconds: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    for minute in range(LENGTH):
        if inside(hours, minute):
            standing, why = looked_at(past, journey, minute)
            seconds[standing] += 60
            if standing == "down":
                causes[why] += 60
    return Tally(
        seconds["up"],
        seconds["down"],
        seconds["maintenance"],
        seconds["unknown"],
        {cause: float(count) for cause, count in causes.items()},
    )


def reported(past: Past, journey: str, hours: Sequence[Span]) -> Tally:
    lines = timelines(past, BEGIN, at(LENGTH))
    return tally(lines.get(journey, [Piece(BEGIN, at(LENGTH), Standing.UNKNOWN)]), hours)


@settings(max_examples=150)
@given(pasts(), spans(3), st.sampled_from((WHOLE, *JOURNEYS)))
def test_the_report_is_what_every_single_minute_says(
    past: Past, hours: list[Span], journey: str
) -> None:
    told = {each.name for each in past.states if each.subject == "journey"}
    if journey != WHOLE and journey not in told:
        return
    assert reported(past, journey, hours) == by_the_minute(past, journey, hours)


@settings(max_examples=60)
@given(st.lists(pasts(), min_size=1, max_size=3), spans(3))
def test_a_site_is_up_in_the_minutes_in_which_one_of_its_kiosks_is(
    kiosks: list[Past], hours: list[Span]
) -> None:
    lines = [timelines(each, BEGIN, at(LENGTH))[WHOLE] for each in kiosks]
    found = tally(together(lines), hours)
    ways = [
        {looked_at(each, WHOLE, minute)[0] for each in kiosks}
        for minute in range(LENGTH)
        if inside(hours, minute)
    ]
    assert found.up_s == 60 * sum("up" in way for way in ways)
    assert found.down_s == 60 * sum("up" not in way and "down" in way for way in ways)
    assert found.unknown_s == 60 * sum(way == {"unknown"} for way in ways)
    assert sum(found.causes.values()) == found.down_s


@settings(max_examples=60)
@given(pasts(), spans(3))
def test_the_order_of_the_rows_and_where_a_day_is_cut_do_not_matter(
    past: Past, hours: list[Span]
) -> None:
    whole = timelines(past, BEGIN, at(LENGTH))
    turned = Past(past.kiosk, past.states[::-1], past.maintained, past.server)
    assert timelines(turned, BEGIN, at(LENGTH)) == whole
    halves = Tally()
    for since, until in ((BEGIN, at(LENGTH // 2)), (at(LENGTH // 2), at(LENGTH))):
        halves = halves.plus(tally(timelines(past, since, until)[WHOLE], hours))
    assert halves == tally(whole[WHOLE], hours)


A_NIGHT = Past(
    "A01",
    [
        State("kiosk", "", True, "", at(0), at(60)),
        State("kiosk", "", False, "", at(60), None),  # switched off for the night
    ],
)
UNTIL_EVENING = [Span(at(0), at(60))]


def test_a_night_in_which_the_site_is_closed_is_not_counted() -> None:
    found = reported(A_NIGHT, WHOLE, UNTIL_EVENING)
    assert (found.up_s, found.down_s, found.share) == (3600, 0, 1)


@pytest.mark.negative_control
def test_a_report_that_counts_closed_hours_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def everything(pieces: list[Piece], _hours: Sequence[Span]) -> list[Piece]:
        return list(pieces)

    monkeypatch.setattr(availability, "clipped", everything)
    assert reported(A_NIGHT, WHOLE, UNTIL_EVENING) != by_the_minute(A_NIGHT, WHOLE, UNTIL_EVENING)


@pytest.mark.negative_control
def test_a_report_that_believes_what_a_silent_kiosk_said_last_is_caught() -> None:
    states = [
        State("kiosk", "", True, "", at(0), at(30)),
        State("kiosk", "", False, "", at(30), None),
        State("journey", "certificate", True, "", at(0), None),
    ]
    believing = Past("A01", [each for each in states if each.subject != "kiosk" or each.good])
    silent = Past("A01", states)
    hours = [Span(at(0), at(LENGTH))]
    assert reported(silent, "certificate", hours) == by_the_minute(silent, "certificate", hours)
    assert reported(believing, "certificate", hours) != by_the_minute(silent, "certificate", hours)
