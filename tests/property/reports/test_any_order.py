"""Whatever may legally happen to a ticket, however the log is cut: times that are times."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.reports.model import stages
from queue_server.reports.model.deeds import Logged, deeds
from queue_server.reports.model.stages import Result, Stage, Story, after, in_json, of_json
from tests.unit.reports.telling import at, event

ROW = {"ticket": "t1"}
# What may happen to a ticket in each state, and the state it is then in.
NEXT: dict[str, list[tuple[str, dict[str, Any], str]]] = {
    "waiting": [
        ("ticket.called", {}, "called"),
        ("ticket.called", {"counter": "V2", "service": "review"}, "called"),
        ("ticket.transferred", {}, "waiting"),
        ("ticket.held", {}, "on_hold"),
        ("ticket.held", {"return_at": "later"}, "on_hold"),
        ("ticket.class_changed", {"attention_class": "preferential"}, "waiting"),
        ("ticket.cancelled", {}, "over"),
        ("tickets.called_on_paper", {"tickets": ["t1"]}, "over"),
        ("day.closed", {"expired": [ROW], "carried": [], "finished": []}, "over"),
        ("day.closed", {"expired": [], "carried": [ROW], "finished": []}, "waiting"),
    ],
    "on_hold": [
        ("ticket.called", {}, "called"),
        ("ticket.resumed", {}, "waiting"),
        ("ticket.transferred", {}, "waiting"),
        ("ticket.held", {"return_at": "later"}, "on_hold"),
        ("ticket.cancelled", {}, "over"),
        ("day.closed", {"expired": [], "carried": [ROW], "finished": []}, "on_hold"),
    ],
    "called": [
        ("ticket.recalled", {}, "called"),
        ("ticket.started", {}, "called"),
        ("ticket.handed_over", {"counter": "V2"}, "called"),
        ("ticket.finished", {}, "finished"),
        ("ticket.finished", {"then": "review"}, "went_on"),
        ("ticket.no_show", {}, "no_show"),
        ("ticket.no_show", {"returns_at": "later"}, "missed"),
        ("ticket.held", {}, "on_hold"),
        ("ticket.held", {"return_at": "later"}, "on_hold"),
        ("ticket.transferred", {}, "waiting"),
        ("ticket.undone", {"undone": "called"}, "waiting"),
        ("ticket.cancelled", {}, "over"),
        ("day.closed", {"expired": [], "carried": [], "finished": [ROW]}, "over"),
    ],
    "finished": [("ticket.undone", {"undone": "finished"}, "called")],
    "no_show": [
        ("ticket.undone", {"undone": "no_show"}, "called"),
        ("ticket.resumed", {}, "waiting"),
    ],
    "over": [],
}
NEXT["went_on"] = [("ticket.undone", {"undone": "finished"}, "called"), *NEXT["waiting"]]
NEXT["missed"] = [("ticket.undone", {"undone": "no_show"}, "called"), *NEXT["waiting"]]


@st.composite
def lives(draw: st.DrawFn) -> list[Logged]:
    """The events of one ticket, in a legal order; now and then the clock is set back a little."""
    route = draw(st.sampled_from(("kiosk", "direct")))
    log = [event(0, "ticket.issued", route=route)]
    state = "waiting" if route == "kiosk" else "called"
    undoable, minute = False, 0.0
    for _ in range(draw(st.integers(0, 14))):
        minute += draw(st.sampled_from((-2.0, 0.0, 0.3, 5.0, 700.0)))
        choices = [
            each for each in NEXT[state] if each[0] != "ticket.undone" or undoable
        ]  # an undo is not undone, nor is what was done to a ticket in between
        if not choices:
            break
        kind, body, state = draw(st.sampled_from(choices))
        words = {name: at(minute + 30).isoformat() if value == "later" else value
                 for name, value in body.items()}  # fmt: skip
        log.append(event(minute, kind, **words))
        keeps = undoable and kind in ("ticket.recalled", "ticket.class_changed")
        undoable = kind in ("ticket.called", "ticket.finished", "ticket.no_show") or keeps
    return log


def told(story: Story | None, log: list[Logged]) -> Story | None:
    for each in log:
        for deed in deeds(each):
            story = after(story, deed)
    return story


def kept(story: Story | None) -> Story | None:
    """The story as it comes back from the database."""
    if story is None:
        return None
    again = [of_json(json.loads(json.dumps(in_json(s)))) for s in (story.stages, story.before)]
    return replace(story, stages=again[0], before=again[1])


def faults(story: Story) -> list[str]:
    """What no story may say."""
    found = []
    for number, stage in enumerate(story.stages, 1):
        found += _faults_of(stage)
        if stage.position != number:
            found.append(f"stage {number} is called {stage.position}")
        if stage.is_open and number < len(story.stages):
            found.append(f"stage {number} is open and not the last")
    return found


def _faults_of(stage: Stage) -> list[str]:
    rules = {
        "a wait below nothing": stage.wait_s is not None and stage.wait_s < 0,
        "a service time below nothing": stage.served_s is not None and stage.served_s < 0,
        "a wait without a call": stage.wait_s is not None and stage.called_at is None,
        "in line out of order": list(stage.in_line) != sorted(stage.in_line),
        "in line and over": len(stage.in_line) % 2 == 1 and not stage.is_open,
        "in line and called": len(stage.in_line) % 2 == 1 and stage.called_at is not None,
        "ended without an end": (stage.ended_at is None) is not stage.is_open,
        "ended before the call": bool(
            stage.ended_at and stage.called_at and stage.ended_at < stage.called_at
        ),
        "served and not finished": stage.served_s is not None
        and stage.result not in (Result.FINISHED, Result.CONTINUED),
    }
    return [words for words, broken in rules.items() if broken]


@given(lives())
def test_any_legal_life_has_times_that_are_times(log: list[Logged]) -> None:
    story = told(None, log)
    assert story is not None
    assert faults(story) == []
    # A clock that is set back makes hours pass twice; nobody waits longer than what passed.
    steps = [(after.at - before.at) / timedelta(seconds=1) for before, after in pairwise(log)]
    passed = sum(max(0.0, step) for step in steps)
    assert sum(each.wait_s or 0 for each in story.stages) <= passed


@given(lives(), st.data())
def test_it_does_not_matter_where_the_log_is_cut(log: list[Logged], data: st.DataObject) -> None:
    whole = told(None, log)
    cut = data.draw(st.integers(0, len(log)))
    assert told(kept(told(None, log[:cut])), log[cut:]) == whole


@given(lives())
def test_an_undo_leaves_nothing_but_what_changed_in_between(log: list[Logged]) -> None:
    undone = [place for place, each in enumerate(log) if each.kind == "ticket.undone"]
    if undone:
        story, before = told(None, log[: undone[0] + 1]), told(None, log[: undone[0]])
        assert story is not None
        assert before is not None
        assert len(story.stages) == len(before.before)
        assert story.before == ()


@pytest.mark.negative_control
def test_a_clock_set_back_makes_a_broken_wait_negative(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "_out", lambda in_line, offset: (*in_line, offset))
    story = told(None, [event(5, "ticket.issued"), event(0, "ticket.called")])
    assert story is not None
    assert "a wait below nothing" in faults(story)
