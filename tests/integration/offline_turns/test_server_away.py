"""The server goes and people still come: their numbers are on paper, and join the line later."""

from pathlib import Path

from kiosk.flow.states import ChooseService, OutOfService, State, Welcome
from kiosk.flow.touches import Cancel
from kiosk.flow.world import Obstacle, turn_obstacle
from tests.integration.offline_turns.room import (
    SERVICE,
    alone,
    choose,
    kiosk,
    switch_off,
    switch_on,
    tickets,
    together,
    turn,
)
from tests.support.site import Site


def test_numbers_on_paper_join_the_line_where_their_people_arrived(
    site: Site, tmp_path: Path
) -> None:
    with kiosk(site, tmp_path, "A01") as bench:
        before = turn(bench)
        switch_off(site)
        alone(bench)
        assert isinstance(bench.state.at, Welcome), "turns go on"
        given = [turn(bench), turn(bench, preferential=True), turn(bench)]
        switch_on(site)
        together(bench)
        after = turn(bench)
        slips = bench.slips()
        site.kiosk("A01")  # a new credential: this one counts no more
        assert bench.until_at(OutOfService).reason is Obstacle.SERVER_AWAY
    numbers = [each.number for each in (before, *given, after)]
    assert len(set(numbers)) == len(numbers)
    assert [row.label for row in tickets(site)] == numbers
    assert {row.state for row in tickets(site)} == {"waiting"}
    offline = slips[1]
    assert given[0].number in offline
    assert "en voz alta" in offline
    assert "personas antes" not in offline
    assert "PREFERENCIAL" in slips[2]
    assert "{" not in offline


def test_two_kiosks_alone_give_different_numbers_until_one_has_none_left(
    site: Site, tmp_path: Path
) -> None:
    before = [row.label for row in tickets(site)]
    with (
        kiosk(site, tmp_path / "b", "B01", numbers=2) as one,
        kiosk(site, tmp_path / "c", "C01") as other,
    ):
        switch_off(site)
        alone(one)
        alone(other)
        given = [turn(bench).number for bench in (one, other, one, other)]
        world = one.until(used_up).world
        obstacles = {each.code: turn_obstacle(world, each) for each in world.services[1:]}
        assert obstacles.pop(SERVICE) is Obstacle.NUMBERS_USED_UP
        assert set(obstacles.values()) == {None}, "turns for other services go on"
        choose(one)
        one.live.runner.drain(0.2)
        assert isinstance(one.state.at, ChooseService), "what is used up is not given"
        one.post(Cancel())
        switch_on(site)
        together(one)
        together(other)
        one.until(lambda state: not used_up(state))
    known = [row.label for row in tickets(site)]
    assert known[: len(before)] == before
    assert sorted(known) == sorted([*before, *given]), "everybody, and nobody twice"
    for each in (given[::2], given[1::2]):
        assert [label for label in known if label in each] == each


def used_up(state: State) -> bool:
    """Whether a service has no number left."""
    return not all(each.left for each in state.world.numbers)
