"""What becomes of a ticket's story, deed by deed."""

from typing import Any

import pytest

from queue_server.reports.model import stages
from queue_server.reports.model.deeds import Logged, Unreadable, What, deeds
from queue_server.reports.model.stages import Begun, Result, Story, in_json, of_json
from tests.unit.reports.telling import at, event, fold, told

ISSUED, CALLED = (0, "ticket.issued"), (10, "ticket.called")
FINISHED = (15, "ticket.finished")
ROW = {
    "ticket": "t1", "number": "J-001", "service": "certificate", "attention_class": "general",
}  # fmt: skip


def shape(story: Story) -> list[tuple[Any, ...]]:
    """Of each stage: why it began, service, counter, wait in minutes, service time, result."""
    return [
        (
            each.begun, each.service, each.counter,
            None if each.wait_s is None else each.wait_s / 60, each.served_s, each.result,
        )
        for each in story.stages
    ]  # fmt: skip


PLAIN = (Begun.ARRIVAL, "certificate", "V1", 10.0, 300, Result.FINISHED)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([ISSUED], [(Begun.ARRIVAL, "certificate", "", None, None, "")], id="waits"),
        pytest.param([ISSUED, CALLED, FINISHED], [PLAIN], id="served"),
        pytest.param(
            [ISSUED, CALLED, (11, "ticket.recalled"), (12, "ticket.started"), FINISHED],
            [PLAIN],
            id="recalled and started",
        ),
        pytest.param(
            [ISSUED, CALLED, (10.5, "ticket.undone", {"undone": "called"})],
            [(Begun.ARRIVAL, "certificate", "", None, None, "")],
            id="a call undone is no wait",
        ),
        pytest.param(
            [
                ISSUED, (4, "ticket.called", {"counter": "V2"}),
                (4.5, "ticket.undone", {"undone": "called"}), CALLED, FINISHED,
            ],
            [PLAIN],
            id="called again after an undone call",
        ),
        pytest.param(
            [ISSUED, CALLED, FINISHED, (15.5, "ticket.undone", {"undone": "finished"})],
            [(Begun.ARRIVAL, "certificate", "V1", 10.0, None, "")],
            id="a finish undone is no service time",
        ),
        pytest.param(
            [
                ISSUED, CALLED, FINISHED, (15.5, "ticket.undone", {"undone": "finished"}),
                (20, "ticket.finished", {"served_s": 600}),
            ],
            [(Begun.ARRIVAL, "certificate", "V1", 10.0, 600, Result.FINISHED)],
            id="finished once more",
        ),
        pytest.param(
            [ISSUED, CALLED, (15, "ticket.finished", {"then": "review"})],
            [
                (Begun.ARRIVAL, "certificate", "V1", 10.0, 300, Result.CONTINUED),
                (Begun.NEXT, "review", "", None, None, ""),
            ],
            id="the visit goes on",
        ),
        pytest.param(
            [
                ISSUED, CALLED, (15, "ticket.finished", {"then": "review"}),
                (15.5, "ticket.undone", {"undone": "finished"}),
            ],
            [(Begun.ARRIVAL, "certificate", "V1", 10.0, None, "")],
            id="going on undone",
        ),
        pytest.param(
            [
                ISSUED, CALLED, (12, "ticket.no_show", {"returns_at": at(17).isoformat()}),
                (20, "ticket.called", {"counter": "V2"}),
                (25, "ticket.finished", {"counter": "V2"}),
            ],
            [
                (Begun.ARRIVAL, "certificate", "V1", 10.0, None, Result.MISSED),
                (Begun.RETURN, "certificate", "V2", None, 300, Result.FINISHED),
            ],
            id="a missed call counts where it was made, the way back is no wait",
        ),
        pytest.param(
            [ISSUED, CALLED, (12, "ticket.no_show"), (30, "ticket.resumed"), (35, "ticket.called")],
            [
                (Begun.ARRIVAL, "certificate", "V1", 10.0, None, Result.MISSED),
                (Begun.RESUMED, "certificate", "V1", 5.0, None, ""),
            ],
            id="came after all",
        ),
        pytest.param(
            [
                ISSUED, CALLED, (12, "ticket.no_show"),
                (12.5, "ticket.undone", {"undone": "no_show"}),
            ],
            [(Begun.ARRIVAL, "certificate", "V1", 10.0, None, "")],
            id="a no-show undone",
        ),
        pytest.param(
            [ISSUED, (4, "ticket.held"), (8, "ticket.resumed"), CALLED],
            [(Begun.ARRIVAL, "certificate", "V1", 6.0, None, "")],
            id="put aside is no wait",
        ),
        pytest.param(
            [ISSUED, (4, "ticket.held", {"return_at": at(7).isoformat()}), CALLED],
            [(Begun.ARRIVAL, "certificate", "V1", 7.0, None, "")],
            id="waits again from the agreed time on",
        ),
        pytest.param(
            [ISSUED, (4, "ticket.held", {"return_at": at(60).isoformat()}), CALLED],
            [(Begun.ARRIVAL, "certificate", "V1", 4.0, None, "")],
            id="called before the agreed time",
        ),
        pytest.param(
            [
                ISSUED, (4, "ticket.held", {"return_at": at(60).isoformat()}),
                (8, "ticket.resumed"), CALLED,
            ],
            [(Begun.ARRIVAL, "certificate", "V1", 6.0, None, "")],
            id="back before the agreed time",
        ),
        pytest.param(
            [
                ISSUED, CALLED, (12, "ticket.held", {"return_at": at(30).isoformat()}),
                (33, "ticket.called"), (40, "ticket.finished"),
            ],
            [
                (Begun.ARRIVAL, "certificate", "V1", 10.0, None, Result.HELD),
                (Begun.RESUMED, "certificate", "V1", 3.0, 300, Result.FINISHED),
            ],
            id="sent for a paper and back",
        ),
        pytest.param(
            [ISSUED, CALLED, (12, "ticket.held"), (33, "ticket.called"), (40, "ticket.finished")],
            [
                (Begun.ARRIVAL, "certificate", "V1", 10.0, None, Result.HELD),
                (Begun.RETURN, "certificate", "V1", None, 300, Result.FINISHED),
            ],
            id="called from hold never stood in line",
        ),
        pytest.param(
            [ISSUED, (6, "ticket.transferred"), (10, "ticket.called", {"service": "review"})],
            [(Begun.ARRIVAL, "review", "V1", 10.0, None, "")],
            id="sent on before the call keeps its wait",
        ),
        pytest.param(
            [
                ISSUED, CALLED, (12, "ticket.transferred"),
                (20, "ticket.called", {"service": "review", "counter": "V2"}),
            ],
            [
                (Begun.ARRIVAL, "certificate", "V1", 10.0, None, Result.TRANSFERRED),
                (Begun.TRANSFER, "review", "V2", 8.0, None, ""),
            ],
            id="sent on at the counter waits anew",
        ),
        pytest.param(
            [ISSUED, CALLED, (12, "ticket.handed_over", {"counter": "V2", "from_counter": "V1"})],
            [(Begun.ARRIVAL, "certificate", "V2", 10.0, None, "")],
            id="taken over",
        ),
        pytest.param(
            [ISSUED, (5, "ticket.cancelled")],
            [(Begun.ARRIVAL, "certificate", "", None, None, Result.CANCELLED)],
            id="cancelled",
        ),
        pytest.param(
            [(0, "ticket.issued", {"route": "direct"}), (9, "ticket.finished", {"served_s": 540})],
            [(Begun.DIRECT, "certificate", "V1", None, 540, Result.FINISHED)],
            id="served at once",
        ),
        pytest.param(
            [
                event(60, "tickets.merged", block="b",
                      tickets=[{**ROW, "arrived_at": at(0).isoformat(), "state": "waiting"}]),
                (70, "ticket.called"),
            ],
            [(Begun.ARRIVAL, "certificate", "V1", 70.0, None, "")],
            id="merged later waits since its arrival",
        ),
        pytest.param(
            [
                event(60, "tickets.merged", block="b",
                      tickets=[{**ROW, "arrived_at": at(0).isoformat(), "state": "finished"}]),
            ],
            [(Begun.ARRIVAL, "certificate", "", None, None, Result.PAPER)],
            id="merged after it was called on paper",
        ),
        pytest.param(
            [ISSUED, event(9, "tickets.called_on_paper", series="J", up_to=4, tickets=["t1"])],
            [(Begun.ARRIVAL, "certificate", "", None, None, Result.PAPER)],
            id="called on paper",
        ),
        pytest.param(
            [ISSUED, event(500, "day.closed", day="", expired=[ROW], carried=[], finished=[])],
            [(Begun.ARRIVAL, "certificate", "", None, None, Result.EXPIRED)],
            id="expired",
        ),
        pytest.param(
            [
                ISSUED, event(500, "day.closed", day="", expired=[], carried=[ROW], finished=[]),
                (1440, "ticket.called"), (1445, "ticket.finished"),
            ],
            [
                (Begun.ARRIVAL, "certificate", "", None, None, Result.CARRIED),
                (Begun.CARRIED, "certificate", "V1", None, 300, Result.FINISHED),
            ],
            id="nobody waits overnight",
        ),
        pytest.param(
            [
                ISSUED, CALLED, (11, "ticket.started"),
                event(500, "day.closed", day="", expired=[], carried=[], finished=[ROW]),
            ],
            [(Begun.ARRIVAL, "certificate", "V1", 10.0, None, Result.FINISHED)],
            id="closed while attended, without a service time",
        ),
        pytest.param(
            [
                ISSUED, CALLED,
                event(500, "day.closed", day="", expired=[], carried=[], finished=[ROW]),
            ],
            [(Begun.ARRIVAL, "certificate", "V1", 10.0, None, Result.NO_SHOW)],
            id="closed while called",
        ),
        pytest.param(
            [(5, "ticket.issued"), (0, "ticket.called")],
            [(Begun.ARRIVAL, "certificate", "V1", 0.0, None, "")],
            id="a clock set back waits nothing",
        ),
    ],
)  # fmt: skip
def test_a_story(events: list[Any], expected: list[Any]) -> None:
    assert shape(told(*events)) == expected


def test_the_class_given_meanwhile_survives_an_undo() -> None:
    story = told(
        ISSUED, CALLED, (10.2, "ticket.class_changed", {"attention_class": "preferential"}),
        (10.4, "ticket.undone", {"undone": "called"}),
    )  # fmt: skip
    assert story.last.attention_class == "preferential"
    assert story.last.called_at is None


def test_attended_after_going_on_was_undone_and_the_day_closed_is_a_no_show() -> None:
    story = told(
        ISSUED, CALLED, (11, "ticket.started"), (15, "ticket.finished", {"then": "review"}),
        (15.5, "ticket.undone", {"undone": "finished"}),
        event(500, "day.closed", day="", expired=[], carried=[], finished=[ROW]),
    )  # fmt: skip
    assert story.last.result is Result.NO_SHOW  # it stood as called again


def test_in_line_are_those_who_wait_not_those_put_aside_or_called() -> None:
    story = told(ISSUED, (4, "ticket.held"), (8, "ticket.resumed"), CALLED)
    assert story.last.in_line == (0, 240, 480, 600)


def test_a_ticket_whose_arrival_is_not_in_the_log_is_left_out() -> None:
    assert fold([event(3, "ticket.called")]) == {"t1": None}


def test_an_arrival_told_twice_is_one() -> None:
    assert told(ISSUED, CALLED, (20, "ticket.issued")) == told(ISSUED, CALLED)


def test_stages_survive_their_way_through_json() -> None:
    story = told(ISSUED, CALLED, (12, "ticket.transferred"))
    assert of_json(in_json(story.stages)) == story.stages


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("ticket.called", {}),
        ("ticket.issued", {"ticket": "t", "route": "kiosk", "arrived_at": "at nine"}),
        ("day.closed", {"expired": "all"}),
        ("tickets.merged", {"tickets": [{"ticket": "t", "arrived_at": "2026-03-03T09:00:00"}]}),
    ],
)
def test_an_event_of_another_shape_says_which_one_it_is(kind: str, body: dict[str, Any]) -> None:
    with pytest.raises(Unreadable, match=rf"event 7 \({kind}\)"):
        deeds(Logged(7, "x", kind, body, at(0)))


def test_events_that_say_nothing_of_tickets_are_passed_over() -> None:
    assert deeds(Logged(1, "x", "counter.opened", {"counter": "V1"}, at(0))) == ()


@pytest.mark.negative_control
def test_a_fold_without_undo_keeps_a_wait_that_never_was(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {**stages._STEPS, What.UNDONE: lambda story, _: story}
    monkeypatch.setattr(stages, "_STEPS", broken)
    story = told(ISSUED, CALLED, (10.5, "ticket.undone", {"undone": "called"}))
    assert shape(story) != [(Begun.ARRIVAL, "certificate", "", None, None, "")]
