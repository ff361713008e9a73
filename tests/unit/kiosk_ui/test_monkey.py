"""Senseless touches, keys and news: nothing falls, nobody gets out, nothing stays of anybody."""

import os
from typing import Any

import pytest

from kiosk.flow.states import Welcome
from tests.unit.kiosk_ui.monkey import SECRETS, Caught, Monkey

ACTS = 500
MANY = int(os.environ.get("MONKEY_ACTS", "100000"))


@pytest.fixture
def no_traces(bench: Any) -> Any:
    """The bench, and afterwards nothing that a monkey left behind."""
    yield bench
    bench.engine.begin_anew()
    bench.app._end_warning()
    bench.frames(2)


def test_five_hundred_senseless_acts(no_traces: Any) -> None:
    monkey = Monkey(no_traces, 20261122)
    monkey.act(ACTS)
    monkey.leave()
    assert monkey.rests > 3, "nobody ever left: the acts say nothing about what stays"


@pytest.mark.thorough
@pytest.mark.timeout(7200)
def test_a_hundred_thousand_senseless_acts(no_traces: Any) -> None:
    seed = int(os.environ.get("MONKEY_SEED", "") or int.from_bytes(os.urandom(4), "big"))
    print(f"monkey: {MANY} acts; MONKEY_SEED={seed} repeats them")
    monkey = Monkey(no_traces, seed)
    monkey.act(MANY)
    monkey.leave()


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
        Monkey(no_traces, 1).act(ACTS)


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
def test_a_name_left_on_the_first_screen_is_caught(no_traces: Any) -> None:
    """The broken variant shows the last person's name where nobody stands any more."""
    no_traces.show(Welcome())
    no_traces.app.page.site = SECRETS[0]
    with pytest.raises(Caught, match="of the last person"):
        Monkey(no_traces, 1)._look(0)
