"""The answer to "a turn, please" is lost: one person, one place in line, whatever was done."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import pytest

from kiosk.flow.effects import effect_id
from kiosk.flow.facts import NoTurn
from kiosk.flow.states import ChooseService, OutOfService, State, TicketReady
from kiosk.flow.touches import Finish
from kiosk.flow.world import Obstacle, Part
from kiosk.journal import EffectState
from kiosk.number_blocks import NumberBlocks
from tests.integration.offline_turns.cable import Cable
from tests.integration.offline_turns.room import (
    SERVICE,
    choose,
    kiosk,
    together,
    untold,
    waiting,
)
from tests.support.kiosk import Bench
from tests.support.site import KioskHttp, Site

TICKETS = "/api/v1/tickets"


@dataclass
class Scene:
    """A kiosk at the end of a cable, and who stood in line before."""

    site: Site
    bench: Bench
    cable: Cable
    before: set[str]

    def newcomers(self) -> list[str]:
        """Who has come since."""
        return [label for label in waiting(self.site) if label not in self.before]

    def paper(self) -> str:
        """The number somebody holds now."""
        return self.bench.until_printed(TicketReady).ticket.number


@pytest.fixture
def scene(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Scene]:
    monkeypatch.setattr("kiosk.performers.ticket.TICKET_DEADLINE_S", 0.1)
    code = f"C{crc32(request.node.name.encode()) % 90 + 10}"
    with Cable(site.port) as cable, kiosk(site, tmp_path, code, cable.url) as bench:
        yield Scene(site, bench, cable, set(waiting(site)))


def test_a_turn_whose_answer_was_lost_leaves_its_place_to_the_paper(scene: Scene) -> None:
    scene.cable.lose_reply_to(TICKETS)
    choose(scene.bench)
    paper = scene.paper()
    assert paper not in scene.newcomers(), "the server issued a number that nobody knows of"
    assert len(scene.newcomers()) == 1
    scene.cable.mend()
    together(scene.bench)
    assert scene.newcomers() == [paper]


def test_a_request_that_never_arrived_can_arrive_late_and_gives_nobody_a_second_turn(
    scene: Scene,
) -> None:
    scene.cable.cut()
    session = choose(scene.bench)
    paper = scene.paper()
    scene.cable.mend()
    together(scene.bench)
    request = effect_id(session, f"issue:{SERVICE}")
    late = _as_kiosk(scene).issue(SERVICE, key=str(request))
    assert (late.status_code, late.json()["title"]) == (422, "key_reused")
    assert scene.newcomers() == [paper]
    entries = {each.id: each.state for each in scene.bench.live.journal.effects.entries(session)}
    assert entries[request] is EffectState.FAILED, "it is known now that nothing came of it"


def test_who_was_given_no_number_at_all_leaves_nothing_in_the_line(scene: Scene) -> None:
    scene.bench.printer.obey("paper out")
    scene.bench.until(lambda state: "out" in state.world.part(Part.PRINTER).words)
    scene.cable.lose_reply_to(TICKETS)
    choose(scene.bench)
    scene.bench.until_at(ChooseService, lambda at: at.no_turn is NoTurn.AWAY)
    assert len(scene.newcomers()) == 1, "the server issued a number that nobody knows of"
    scene.bench.post(Finish())
    closed = scene.bench.until_at(OutOfService)
    assert closed.reason is Obstacle.NO_PAPER_FOR_NUMBERS, "a number is nothing without its paper"
    scene.cable.mend()
    together(scene.bench)
    assert scene.newcomers() == []


@pytest.mark.negative_control
def test_without_clearing_up_one_person_would_stand_in_line_twice(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken variant takes no answer for "no"; the check above catches it."""

    def believe_in_nothing(numbers: NumberBlocks, state: State) -> bool:
        for lost in numbers._book.lost_requests(None, numbers._clock()):
            numbers._book.cleared_up(lost, "none")
        return True

    monkeypatch.setattr(NumberBlocks, "_clear_up", believe_in_nothing)
    scene.cable.lose_reply_to(TICKETS)
    choose(scene.bench)
    paper = scene.paper()
    scene.cable.mend()
    scene.bench.until(lambda state: state.world.server and not untold(scene.bench))
    assert paper in scene.newcomers()
    assert len(scene.newcomers()) == 2


def _as_kiosk(scene: Scene) -> KioskHttp:
    token = (scene.bench.folder / "credential").read_text().strip()
    return KioskHttp(scene.site.url, token)
