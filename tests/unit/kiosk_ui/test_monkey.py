"""Senseless touches, keys and news: nothing falls, nobody gets out, nothing stays of anybody."""

import os
import time
from dataclasses import replace
from multiprocessing import get_context
from typing import Any
from uuid import UUID

import pytest

from kiosk.flow.states import At, ConfirmName, Welcome
from tests.unit.kiosk_ui.monkey import Caught, Monkey

ACTS = 250
MANY = int(os.environ.get("MONKEY_ACTS", "100000"))
FEW_FRAMES = 10
"""In the long run so many acts come between two frames."""


@pytest.fixture
def no_traces(bench: Any) -> Any:
    """The bench, and afterwards nothing that a monkey left behind."""
    yield bench
    bench.engine.begin_anew()
    bench.app._end_warning()
    bench.frames(2)


def test_a_few_hundred_senseless_acts(no_traces: Any) -> None:
    monkey = Monkey(no_traces, 20261122)
    monkey.act(ACTS)
    monkey.leave()
    assert monkey.rests > 3, "nobody ever left: the acts say nothing about what stays"
    assert monkey.own > 3, "nobody's own words were ever shown: nor about what must not"
    assert len(monkey.seen) >= 10, monkey.seen


@pytest.mark.thorough
@pytest.mark.timeout(7200)
def test_a_hundred_thousand_senseless_acts(no_traces: Any) -> None:
    """As many monkeys as there are processors, each on a kiosk of its own."""
    seed = int(os.environ.get("MONKEY_SEED", "") or int.from_bytes(os.urandom(4), "big"))
    monkeys = os.cpu_count() or 1
    print(f"monkey: {MANY} acts by {monkeys}; MONKEY_SEED={seed} repeats them", flush=True)
    fork, began = get_context("fork"), time.monotonic()
    running = [
        fork.Process(target=alone, args=(no_traces, seed + one, MANY // monkeys))
        for one in range(monkeys)
    ]
    for each in running:
        each.start()
    for each in running:
        each.join()
    print(f"monkey: {MANY / (time.monotonic() - began):.0f} acts a second", flush=True)
    assert [each.exitcode for each in running] == [0] * monkeys


def alone(bench: Any, seed: int, acts: int) -> None:
    """One monkey in a process of its own; what it broke is on its standard error."""
    monkey, began = Monkey(bench, seed, FEW_FRAMES), time.process_time()
    monkey.act(acts)
    monkey.leave()
    rate = acts / (time.process_time() - began)
    print(f"monkey {seed}: {rate:.0f} acts a second of its processor, {monkey.own} times")
    print(f"somebody's own words, {monkey.rests} times nobody there, {len(monkey.seen)} screens:")
    print(*sorted(monkey.seen), flush=True)


@pytest.mark.negative_control
def test_a_screen_that_falls_over_a_key_is_caught(
    no_traces: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken variant raises when somebody presses an arrow."""

    def broken(name: str) -> None:
        if name == "left":
            raise ZeroDivisionError

    monkeypatch.setattr(no_traces.app, "key", broken)
    with pytest.raises(ZeroDivisionError):
        Monkey(no_traces, 1).act(2 * ACTS)


@pytest.mark.negative_control
def test_a_key_that_reaches_kivy_is_caught(
    no_traces: Any, kivy_window: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken variant lets Kivy hear Escape and F1 too."""
    handler = no_traces.app._window_handlers["on_key_down"]
    kivy_window.unbind(on_key_down=handler)
    try:
        with pytest.raises(Caught, match="reached Kivy"):
            Monkey(no_traces, 1).act(ACTS)
    finally:
        kivy_window.bind(on_key_down=handler)


@pytest.mark.negative_control
def test_a_window_that_closes_is_caught(
    no_traces: Any, kivy_window: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = no_traces.app._window_handlers["on_request_close"]
    kivy_window.unbind(on_request_close=handler)
    try:
        with pytest.raises(Caught, match="closes"):
            Monkey(no_traces, 1).act(ACTS)
    finally:
        kivy_window.bind(on_request_close=handler)


@pytest.mark.negative_control
def test_a_name_left_on_the_first_screen_is_caught(no_traces: Any) -> None:
    """The broken variant shows the last person's name where nobody stands any more."""
    monkey = Monkey(no_traces, 1)
    no_traces.show(Welcome())
    no_traces.app.page.site = monkey._around.word(None)
    with pytest.raises(Caught, match="of another person"):
        monkey._look(0)


@pytest.mark.negative_control
def test_a_name_on_the_next_persons_screen_is_caught(no_traces: Any, states: dict[str, At]) -> None:
    """The broken variant offers to the second person what was found out about the first."""
    monkey, first = Monkey(no_traces, 1), states["confirm_name"]
    assert isinstance(first, ConfirmName)
    theirs = replace(first, offer=replace(first.offer, masked_name=monkey._around.word(None)))
    no_traces.show(theirs)
    monkey._look(0)
    no_traces.show(replace(theirs, person=replace(theirs.person, session=UUID(int=77))))
    with pytest.raises(Caught, match="of another person"):
        monkey._look(0)
