"""On every screen somebody can leave, or reads why not now; and nobody waits before a still one."""

from typing import Any

import pytest

from kiosk.flow.states import At
from kiosk.flow.step import NOBODY_IS_HERE, is_busy

LEAVE = {"cancel", "finish", "home", "back"}


def one_of_each(states: dict[str, At]) -> dict[str, At]:
    """A state for every pair of screen and being busy: what else varies changes no way out."""
    return {
        name: at
        for name, at in {
            (type(at), is_busy(at)): (name, at) for name, at in states.items()
        }.values()
        if not isinstance(at, NOBODY_IS_HERE) and not type(at).__name__.startswith("Staff")
    }


def way_out(bench: Any) -> str:
    """What is wrong with the way out of the screen shown; empty when nothing is."""
    from kiosk.widgets.control import controls

    ways = [each for each in controls(bench.app.page) if each.name in LEAVE]
    if not ways:
        return "there is none"
    told = bench.touch.texts()
    silent = [each.name for each in ways if each.disabled and each.reason not in told]
    return f"disabled without a reason: {silent}" if silent else ""


def test_every_screen_can_be_left_or_says_why_not_now(bench: Any, states: dict[str, At]) -> None:
    wrong = {}
    for name, at in one_of_each(states).items():
        bench.show(at)
        wrong[name] = way_out(bench)
    assert {name: what for name, what in wrong.items() if what} == {}


@pytest.mark.negative_control
def test_a_way_out_that_is_missing_or_gives_no_reason_is_caught(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["paying_by_card"])
    cancel = bench.named("cancel")
    cancel.reason = ""
    bench.frames()
    assert way_out(bench) == "disabled without a reason: ['cancel']"
    cancel.parent.remove_widget(cancel)
    assert way_out(bench) == "there is none"


def test_wherever_one_waits_something_moves_and_says_what_for(
    bench: Any, states: dict[str, At]
) -> None:
    from kiosk.widgets.control import shown
    from kiosk.widgets.moving_picture import MovingPicture
    from kiosk.widgets.progress_line import ProgressLine

    moves, still = (ProgressLine, MovingPicture), []
    for name, at in one_of_each(states).items():
        if not is_busy(at):
            continue
        bench.show(at)
        lines = [each for each in shown(bench.app.page) if isinstance(each, moves)]
        if not any(each.moving for each in lines):
            still.append(name)
    assert still == []
