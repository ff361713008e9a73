"""A card left in the terminal is said before anything else about the paper."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from kiosk.flow.facts import NotPaid
from kiosk.flow.states import At, CertificateReady, ReadyToPay
from kiosk.flow.world import Part, PartState
from kiosk.order import Means

if TYPE_CHECKING:
    from kiosk.flow.world import World

TAKE_IT = "Retire su tarjeta del terminal."


def with_terminal(world: "World", words: str) -> tuple[tuple[Part, PartState], ...]:
    state = PartState(usable=words == "online", words=words)
    return tuple({**dict(world.parts), Part.TERMINAL: state}.items())


def said(bench: Any, at: At, words: str) -> str:
    bench.show(at)
    bench.put_world(parts=with_terminal(bench.engine.state.world, words))
    bench.frames()
    return " ".join(bench.touch.texts())


def ready(states: dict[str, At], means: Means) -> CertificateReady:
    at = states["certificate_ready-printed"]
    assert isinstance(at, CertificateReady)
    return replace(at, order=replace(at.order, means=means))


def test_it_is_said_as_long_as_the_terminal_is_busy(bench: Any, states: dict[str, At]) -> None:
    at = ready(states, Means.CARD)
    assert TAKE_IT in said(bench, at, "deviceBusy")
    assert bench.faults() == []
    assert TAKE_IT not in said(bench, at, "online")


def test_it_is_not_said_to_who_paid_otherwise(bench: Any, states: dict[str, At]) -> None:
    assert TAKE_IT not in said(bench, ready(states, Means.CASH), "deviceBusy")


@pytest.mark.parametrize("why", [NotPaid.DECLINED, NotPaid.ABORTED])
def test_after_a_try_that_failed_it_comes_first_and_nothing_was_charged(
    bench: Any, states: dict[str, At], why: NotPaid
) -> None:
    at = states[f"ready_to_pay-{why}"]
    assert isinstance(at, ReadyToPay)
    words = said(bench, at, "deviceBusy")
    assert TAKE_IT in words
    assert "No se cobró nada" in words
    assert bench.faults() == []
    assert TAKE_IT not in said(bench, at, "online")
