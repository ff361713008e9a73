"""Somebody walks away, from every state there is: asked in time, then gone, money settled first."""

from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from kiosk.flow.effects import ForgetPerson
from kiosk.flow.events import IdleExpired, NotCharged
from kiosk.flow.facts import NotPaid
from kiosk.flow.paying.ways import payment_id
from kiosk.flow.states import PayingByCash, PayingByWallet, Welcome
from kiosk.flow.step import NOBODY_IS_HERE, is_busy
from kiosk.flow.turn import person_of
from kiosk.idle import ORDINARY, PATIENCE
from tests.unit.kiosk_ui.every_state import STATES

LEAST_WARNING_S = 20
ROUNDS = 4
"""So often somebody can be asked before the first screen: what stands under it, what is owed."""

THEIRS = (
    *("PRADO", "PR****", "JUAN", "10203040", "DANIEL", "10117410", "800117495"),
    *("carmen@", "maria.del.rosario", "juan@", "m***@a***"),
    *("A01-00042-K", "C-7KQ2-M9XT-9", "J-042", "PRE-1042", "0012345", "supervisora.lima"),
)
"""All that the states of `every_state` know of anybody."""

ONE_OF_EACH = {type(at): name for name, at in reversed(STATES.items())}
NOBODY_IS_ASKED = [at for at in ONE_OF_EACH if at in NOBODY_IS_HERE]


class Stayed(AssertionError):
    """A promise to whoever walked away was broken; the message says which."""


def pass_time(bench: Any, seconds: float) -> None:
    bench.shift(seconds)
    bench.frames(2)


def asked_and_gone(bench: Any, name: str) -> None:
    """One round: nobody touches anything until the session ends. Raises Stayed."""
    at = bench.engine.state.at
    patience, watch = PATIENCE.get(type(at), ORDINARY), bench.app.idle
    pass_time(bench, 0.5)  # the watch has seen which screen it is
    pass_time(bench, watch.quiet + watch.more - 2)
    if bench.app.warning is not None:
        raise Stayed(f"{name}: asked too early")
    pass_time(bench, 1.9)
    if bench.app.warning is None:
        raise Stayed(f"{name}: never asked")
    if bench.app.warning.seconds < LEAST_WARNING_S:
        raise Stayed(f"{name}: asked {bench.app.warning.seconds} s before the end")
    if watch.quiet + watch.more + watch.warning > patience:
        raise Stayed(f"{name}: more than {patience} s")
    pass_time(bench, watch.warning + 0.1)
    if IdleExpired() not in bench.engine.posted:
        raise Stayed(f"{name}: it never ends")
    bench.engine.posted.clear()


def money_goes_back(bench: Any) -> None:
    """The machines give back what was put in, and say so."""
    at = bench.engine.state.at
    if isinstance(at, PayingByCash | PayingByWallet) and at.stopping:
        bench.engine.post(NotCharged(payment_id(at.person, at.order), NotPaid.GIVEN_BACK))
        bench.frames(2)


def walks_away(bench: Any, name: str) -> None:
    """Whoever stands at this state goes; the first screen must come. Raises Stayed."""
    bench.show(STATES[name])
    person = person_of(bench.engine.state.at)
    if bench.app.page.draft == "":
        bench.app.page.draft = "zubi"
    for _ in range(ROUNDS):
        asked_and_gone(bench, name)
        money_goes_back(bench)
        if isinstance(bench.engine.state.at, Welcome):
            break
    else:
        raise Stayed(f"{name}: still at {type(bench.engine.state.at).__name__}")
    left = left_of_them(bench)
    if left:
        raise Stayed(f"{name}: {left}")
    forgotten = [each.session for each in bench.engine.effects if isinstance(each, ForgetPerson)]
    if person is not None and person.session not in forgotten:
        raise Stayed(f"{name}: nothing was told to forget them")


def left_of_them(bench: Any) -> list[str]:
    """What is still on the glass of anybody, and how it is not as the next person must find it."""
    from kivy.uix.label import Label

    app = bench.app
    words = " ".join(each.text for each in app.root.walk() if isinstance(each, Label))
    left = [each for each in (*THEIRS, "zubi") if each in words]
    left += [] if app.page.name == "welcome" else [app.page.name]
    left += [] if app.page.draft == "" else ["what was typed"]
    left += [] if app.comfort == app.usual else ["how they wished to see it"]
    left += [] if app.warning is None and app.chooser is None else ["what lay over it"]
    return left + ([] if app.ring.on is None else ["where their keys were"])


def left_alone(bench: Any, name: str) -> None:
    """Where something is under way it is finished first. Raises Stayed."""
    bench.show(STATES[name])
    before = bench.engine.state
    for _ in range(4):
        pass_time(bench, 60)
    if bench.app.warning is not None or bench.engine.posted or bench.engine.state != before:
        raise Stayed(f"{name}: torn in two")


def may_leave(name: str) -> bool:
    return not is_busy(STATES[name]) and type(STATES[name]) not in NOBODY_IS_ASKED


def stays(name: str, bench: Any) -> None:
    walks_away(bench, name) if may_leave(name) else left_alone(bench, name)


@pytest.fixture
def clean(bench: Any) -> Iterator[Any]:
    """The bench with a clock that only `shift` moves; afterwards nothing is left over it."""
    from kivy import clock

    Clock: Any = clock.Clock
    running, now = Clock.time, [Clock.time()]
    Clock.time = lambda: now[0]

    def forwards(seconds: float) -> None:
        now[0] += seconds

    mine = copy(bench)
    mine.shift = forwards
    yield mine
    bench.shift(max(0.0, now[0] - running()))  # going back would stop every scheduled event
    Clock.time = running
    mine.engine.begin_anew()
    mine.app._end_warning()
    mine.frames(2)


@pytest.mark.parametrize("name", sorted(ONE_OF_EACH.values()))
def test_one_of_each_state_is_left_as_it_must_be(clean: Any, name: str) -> None:
    stays(name, clean)


@pytest.mark.thorough
@pytest.mark.parametrize("name", sorted(STATES.keys() - set(ONE_OF_EACH.values())))
def test_every_variant_of_them_too(clean: Any, name: str) -> None:
    stays(name, clean)


def test_in_large_text_and_another_language_the_next_person_finds_neither(clean: Any) -> None:
    clean.show(STATES["terms"])
    clean.app.comfort = replace(clean.app.comfort, large=True, contrast=True)
    clean.app.speak("qu")
    walks_away(clean, "terms")


@pytest.mark.negative_control
def test_a_screen_that_waits_for_ever_is_caught(
    clean: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        type(clean.app.idle), "shows", lambda watch, _at: setattr(watch, "more", 900.0)
    )
    with pytest.raises(Stayed, match="more than 45"):
        walks_away(clean, "confirm_name")


@pytest.mark.negative_control
def test_a_question_that_comes_too_late_is_caught(
    clean: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clean.app.idle, "warning", 10.0)
    with pytest.raises(Stayed, match="10 s before the end"):
        walks_away(clean, "confirm_name")


@pytest.mark.negative_control
def test_a_session_that_forgets_nothing_is_caught(
    clean: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken variant leaves the wishes of whoever went away."""
    monkeypatch.setattr(type(clean.app), "_forget", lambda _app: None)
    clean.show(STATES["terms"])
    clean.app.comfort = replace(clean.app.comfort, large=True)
    with pytest.raises(Stayed, match="how they wished to see it"):
        walks_away(clean, "terms")


@pytest.mark.negative_control
def test_a_ticket_left_on_the_first_screen_is_caught(clean: Any) -> None:
    clean.show(Welcome())
    clean.app.page.site = "J-042"
    clean.frames(2)
    assert left_of_them(clean) == ["J-042"]


@pytest.mark.negative_control
def test_leaving_in_the_middle_of_a_payment_is_caught(
    clean: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken variant thinks nothing of a card in the terminal."""
    monkeypatch.setattr("kiosk.app.is_busy", lambda _at: False)
    with pytest.raises(Stayed, match="torn in two"):
        left_alone(clean, "paying_by_card")


def test_there_are_people_to_walk_away() -> None:
    assert sum(may_leave(name) for name in STATES) > 150
    assert person_of(STATES["terms"]) is not None
    assert UUID(int=7) == getattr(person_of(STATES["terms"]), "session", None)
