"""Guessing from one address waits longer and longer; the owner elsewhere does not."""

import pytest

from queue_server.core.problem import Problem
from queue_server.staff.services import guesses
from queue_server.staff.services.guesses import GuessLimit

SITE, HERE, THERE = "PRUEBA", "192.0.2.7", "192.0.2.8"


class Watch:
    """A clock in seconds that a test sets."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def guess(limit: GuessLimit, times: int, address: str = HERE) -> None:
    for _ in range(times):
        limit.begin(SITE, "ana", address)


def refusal(limit: GuessLimit) -> Problem | None:
    """Why the next guess was refused, None when it was let through."""
    try:
        guess(limit, 1)
    except Problem as problem:
        return problem
    return None


def check_guessing_is_slowed(limit: GuessLimit, watch: Watch) -> None:
    """Raise AssertionError unless the sixth try waits, in words, and the wait grows."""
    guess(limit, 5)
    for wait in (30, 60, 120):
        refused = refusal(limit)
        assert refused is not None, "one more guess was let through"
        assert (refused.status, refused.extra["retry_after_s"]) == (429, wait)
        assert "Espere" in refused.detail
        watch.at += wait
        guess(limit, 1)


def test_the_sixth_wrong_try_waits_and_every_further_one_twice_as_long() -> None:
    watch = Watch()
    check_guessing_is_slowed(GuessLimit(watch), watch)


@pytest.mark.negative_control
def test_a_limit_that_forgets_at_once_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "FORGOTTEN_AFTER_S", 0.0)
    watch = Watch()
    with pytest.raises(AssertionError):
        check_guessing_is_slowed(GuessLimit(watch), watch)


def test_the_wait_never_exceeds_fifteen_minutes() -> None:
    watch = Watch()
    limit = GuessLimit(watch)
    for _ in range(30):
        guess(limit, 1)
        watch.at += 900
    guess(limit, 1)
    with pytest.raises(Problem) as refused:
        guess(limit, 1)
    assert refused.value.extra["retry_after_s"] == 900
    assert "15 minutos" in refused.value.detail


def test_the_owner_at_another_machine_signs_in_as_ever() -> None:
    limit = GuessLimit(Watch())
    guess(limit, 5)
    guess(limit, 4, THERE)


def test_the_right_password_makes_the_wrong_ones_forgotten() -> None:
    limit = GuessLimit(Watch())
    guess(limit, 4)
    limit.succeeded(SITE, "ana", HERE)
    guess(limit, 4)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "MAX_REMEMBERED", 3)
    limit = GuessLimit(Watch())
    guess(limit, 4)
    for number in range(3):
        limit.begin(SITE, "ana", f"198.51.100.{number}")
    guess(limit, 4)  # the oldest was forgotten
