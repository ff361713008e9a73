"""What is taken off a screen is still there when it is to be shown again."""

import gc
from typing import Any

import pytest

from kiosk.flow.states import At


def vanished(bench: Any, states: dict[str, At]) -> dict[str, list[str]]:
    """By screen: what a kiosk that goes on for hours would look for in vain.

    A screen's ids hold weakly, and one that is shown again looks its parts up by them.
    """
    found = {}
    for name, at in states.items():
        bench.show(at)
        gc.collect(0)  # all that came since the last look
        ids = bench.app.page.ids
        found[name] = [part for part in ids if is_gone(ids, part)]
    return {name: parts for name, parts in found.items() if parts}


def is_gone(ids: Any, part: str) -> bool:
    try:
        return getattr(ids, part).__self__ is None
    except ReferenceError:
        return True


def test_every_part_of_every_kind_of_screen_outlives_a_collection(
    bench: Any, states: dict[str, At]
) -> None:
    one_each = dict({type(at): (name, at) for name, at in reversed(states.items())}.values())
    assert vanished(bench, {**one_each, **some(states, "goes_on", "payment_waits")}) == {}


@pytest.mark.thorough
def test_every_part_of_every_screen_outlives_a_collection(
    bench: Any, states: dict[str, At]
) -> None:
    assert vanished(bench, states) == {}


def some(states: dict[str, At], *kinds: str) -> dict[str, At]:
    return {name: at for name, at in states.items() if name.startswith(kinds)}


class Forgetful:
    """Takes its part off the screen, and keeps no hand on it."""

    def __init__(self, part: Any) -> None:
        self._part = part

    def offer(self, *, offered: bool) -> None:
        if not offered:
            self._part.parent.remove_widget(self._part.__self__)


@pytest.mark.negative_control
def test_a_part_that_nobody_holds_is_caught(
    bench: Any, states: dict[str, At], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = some(states, "payment_waits-printed")
    monkeypatch.setattr("kiosk.screens.paying.payment_waits.Offered", Forgetful)
    assert vanished(bench, waits) == {"payment_waits-printed": ["pay_otherwise"]}
