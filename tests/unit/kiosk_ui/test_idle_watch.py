"""The two stages of absence, as pure arithmetic."""

from kiosk.idle import IdleWatch, Stage


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
