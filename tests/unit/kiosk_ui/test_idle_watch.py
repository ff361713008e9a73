"""The two stages of absence, as pure arithmetic."""

import pytest

from kiosk.flow.follow.states import FollowCode, FollowEnding, FollowNumber
from kiosk.flow.states import ChooseService, GiveNumber, GiveSequence, Terms
from kiosk.idle import ORDINARY, PATIENCE, IdleWatch, Stage


def test_the_warning_comes_twenty_seconds_before_the_end_and_the_end_before_forty_five() -> None:
    watch = IdleWatch()
    assert watch.warning >= 20
    assert watch.quiet + watch.warning <= 45


def test_a_sign_of_life_starts_the_count_again() -> None:
    watch = IdleWatch(quiet=10, warning=20)
    assert [watch.stage(at) for at in (9.9, 10, 29.9, 30)] == [
        Stage.ATTENDED,
        Stage.WARNING,
        Stage.WARNING,
        Stage.EXPIRED,
    ]
    watch.sign_of_life(25)
    assert watch.stage(30) is Stage.ATTENDED
    assert watch.seconds_left(36) == 19
    assert watch.seconds_left(99) == 0


def test_what_takes_long_is_given_longer_but_never_more_than_its_patience() -> None:
    watch = IdleWatch()
    for screen, seconds in PATIENCE.items():
        watch.shows(screen)
        assert watch.stage(seconds - watch.warning - 1.1) is Stage.ATTENDED
        assert watch.stage(seconds) is Stage.EXPIRED
    watch.shows(Terms)
    watch.shows(ChooseService)
    assert watch.stage(45) is Stage.EXPIRED


COPIED = (FollowNumber, FollowEnding, FollowCode, GiveNumber)


def hurried() -> list[str]:
    """Screens that copy something from a paper and wait less than the bank's number does."""
    least = PATIENCE[GiveSequence]
    return [each.__name__ for each in COPIED if PATIENCE.get(each, ORDINARY) < least]


def test_whoever_copies_a_number_from_paper_has_the_time_for_it() -> None:
    assert hurried() == []


@pytest.mark.negative_control
def test_a_screen_that_is_forgotten_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(PATIENCE, FollowCode)
    assert hurried() == ["FollowCode"]
