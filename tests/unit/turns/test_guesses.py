"""Unknown links are counted by address, known turns are never locked out."""

import pytest

from queue_server.core.problem import Problem
from queue_server.turns.api.guesses import (
    ADDRESSES,
    MISS_FORGIVEN_S,
    MISSES_AT_ONCE,
    LinkGuesses,
)


class Watch:
    """A monotonic clock that is set by hand, in seconds."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def after_guessing(watch: Watch, misses: int) -> LinkGuesses:
    guesses = LinkGuesses(watch)
    for number in range(misses):
        guesses.admit("10.0.0.1", f"unknown{number}")
        guesses.missed("10.0.0.1")
    return guesses


def test_an_address_that_only_guesses_has_to_wait_and_others_do_not() -> None:
    watch = Watch()
    guesses = after_guessing(watch, MISSES_AT_ONCE + 1)
    with pytest.raises(Problem) as refused:
        guesses.admit("10.0.0.1", "one more")
    assert refused.value.status == 429
    guesses.admit("10.0.0.2", "one more")
    watch.now_s += 2 * MISS_FORGIVEN_S
    guesses.admit("10.0.0.1", "one more")


def test_a_phone_behind_the_same_address_keeps_its_turn() -> None:
    guesses = after_guessing(Watch(), 0)
    guesses.found("mine")
    for _ in range(MISSES_AT_ONCE + 5):
        guesses.missed("10.0.0.1")
    guesses.admit("10.0.0.1", "mine")


def test_what_is_remembered_is_bounded() -> None:
    guesses = LinkGuesses(Watch())
    for number in range(ADDRESSES + 50):
        guesses.missed(f"address{number}")
    assert len(guesses._full_until) == ADDRESSES


@pytest.mark.negative_control
def test_a_limit_that_forgets_each_miss_lets_guessing_go_on_and_is_caught() -> None:
    class Forgetful(LinkGuesses):
        def missed(self, address: str) -> None:
            self._full_until[address] = 0.0

    guesses = Forgetful(Watch())
    for _ in range(MISSES_AT_ONCE * 3):
        guesses.missed("10.0.0.1")
    with pytest.raises(pytest.fail.Exception), pytest.raises(Problem):
        guesses.admit("10.0.0.1", "one more")
