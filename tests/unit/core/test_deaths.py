"""When a process that dies is started again, and when that is given up."""

from queue_server.serve import DEATHS, LAST_PAUSE_S, WITHIN_S, Deaths


def test_the_pause_doubles_while_a_process_goes_on_dying() -> None:
    deaths = Deaths()
    assert [deaths.died(at) for at in (0.0, 0.5, 1.0, 1.5)] == [0.1, 0.2, 0.4, 0.8]


def test_too_many_deaths_in_a_short_time_end_it() -> None:
    deaths = Deaths()
    assert [deaths.died(at / 10) for at in range(DEATHS)][-1] is None


def test_a_death_now_and_then_is_forgotten() -> None:
    deaths = Deaths()
    pauses = [deaths.died(at * (WITHIN_S + 1)) for at in range(50)]
    assert set(pauses) == {0.1}
    assert LAST_PAUSE_S < WITHIN_S, "a pause must never outlast the memory of deaths"
