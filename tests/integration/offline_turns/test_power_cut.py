"""Power goes at any point of a turn without server: no number is given to two people."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

import pytest

from kiosk.bootstrap import build_kiosk
from kiosk.config import load_config
from kiosk.flow.states import Welcome
from kiosk.flow.world import Part
from tests.integration.offline_turns.dying import ASKED, POINTS
from tests.integration.offline_turns.room import (
    Placed,
    ready,
    switch_off,
    switch_on,
    tickets,
    together,
    turn,
)
from tests.support.kiosk import Bench
from tests.support.nursery import shared_nursery
from tests.support.site import Site

ALWAYS = ("paper out",)
# Nobody can know whether the paper of a number came out when power went while it was printed.
UNCERTAIN = ("before printing",)


class Machine(Placed):
    """A kiosk whose hardware goes on when its program dies."""

    @contextmanager
    def life(self) -> Iterator[Bench]:
        """The program runs, in this process."""
        self.kiosk = build_kiosk(load_config(self.folder / "kiosk.toml"))
        with self.kiosk:
            yield self

    def last_life(self, *words: str) -> None:
        """It runs in a process of its own, until power goes."""
        config, log = str(self.folder / "kiosk.toml"), self.folder / "kiosk.log"
        dying = f"{__package__}.dying"
        process = shared_nursery().start(dying, "--config", config, *words, log=log)
        assert process.wait(60) == -signal.SIGKILL, log.read_text()

    def numbers_on_paper(self) -> list[str]:
        """Every number that really came out."""
        return [re.findall(r"I-\d{3,}", slip)[0] for slip in self.slips()]


@pytest.fixture
def machine(site: Site, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Machine]:
    code = f"D{crc32(request.node.name.encode()) % 90 + 10}"
    machine = Machine(tmp_path, site, code)
    machine.hardware.start()
    machine.configure()
    try:
        with machine.life() as bench:
            ready(bench)
        yield machine
    finally:
        machine.hardware.stop()
        if not site.processes:
            switch_on(site)


def die_and_go_on(site: Site, machine: Machine, *words: str) -> None:
    """One person's turn dies; after a restart somebody else takes one; then the server is back."""
    switch_off(site)
    machine.last_life(*words)
    with machine.life() as bench:
        bench.until(lambda state: isinstance(state.at, Welcome) and state.world.usable(Part.READER))
        turn(bench)
        switch_on(site)
        together(bench)


def given_twice(machine: Machine) -> list[str]:
    """Numbers that two papers carry."""
    numbers = machine.numbers_on_paper()
    return sorted({each for each in numbers if numbers.count(each) > 1})


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(point, marks=() if point in ALWAYS else pytest.mark.thorough)
        for point in POINTS
        if point not in (ASKED, "server told")
    ],
)
def test_whoever_holds_a_paper_stands_in_line_and_nobody_else_has_that_number(
    site: Site, machine: Machine, point: str
) -> None:
    before = {row.label for row in tickets(site)}
    die_and_go_on(site, machine, "--at", point)
    assert given_twice(machine) == []
    known = {row.label for row in tickets(site)} - before
    assert set(machine.numbers_on_paper()) <= known
    assert (len(known) > len(machine.numbers_on_paper())) == (point in UNCERTAIN)


@pytest.mark.negative_control
def test_a_number_written_down_after_its_paper_is_given_twice(site: Site, machine: Machine) -> None:
    die_and_go_on(site, machine, "--at", "paper out", "--careless")
    assert len(given_twice(machine)) == 1


@pytest.mark.thorough
def test_a_turn_nobody_was_told_of_leaves_the_line_after_the_restart(
    site: Site, machine: Machine
) -> None:
    before = len(tickets(site))
    machine.last_life("--at", ASKED)
    (row,) = tickets(site)[before:]
    assert row.state == "waiting", "and nobody would ever answer to that number"
    with machine.life() as bench:
        together(bench)
    (row,) = tickets(site)[before:]
    assert row.state == "cancelled"


@pytest.mark.thorough
def test_a_server_told_twice_of_a_number_has_it_once(site: Site, machine: Machine) -> None:
    switch_off(site)
    with machine.life() as bench:
        bench.until(lambda state: isinstance(state.at, Welcome) and state.world.usable(Part.READER))
        number = turn(bench).number
    switch_on(site)
    machine.last_life("--at", "server told")
    with machine.life() as bench:
        together(bench)
    assert [row.label for row in tickets(site)].count(number) == 1
