"""One action at a time, after whoever stands there, and never without a word on how it went."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.actions import desk as desk_module
from kiosk.actions.door import Door
from kiosk.flow.staff.events import ClosureChanged
from kiosk.flow.states import OutOfService, State, TakingTurn, Welcome
from kiosk.flow.step import step
from kiosk.flow.world import Closure, Obstacle, World
from kiosk.queue_client import Away
from queue_server.fleet.actions.model import Kind
from tests.support.told_kiosk import Server, ToldKiosk


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def kiosk(tmp_path: Path, server: Server) -> ToldKiosk:
    return ToldKiosk(tmp_path, server)


def while_waiting(
    kiosk: ToldKiosk, monkeypatch: pytest.MonkeyPatch, happens: Callable[[int], None]
) -> None:
    """Each look at the door of a kiosk that somebody uses is one turn of `happens`."""
    turns = iter(range(1000))
    kiosk.door.people = True

    def shut() -> bool:
        happens(next(turns))
        return not kiosk.door.people

    monkeypatch.setattr(kiosk.door, "shut", shut)
    monkeypatch.setattr(desk_module, "LOOK_AGAIN_S", 0.0)


def test_a_person_is_served_first(
    kiosk: ToldKiosk, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leaves(turn: int) -> None:
        assert kiosk.executed == []
        kiosk.door.people = turn < 5

    while_waiting(kiosk, monkeypatch, leaves)
    assert kiosk.hear(server.offer(server.order(kiosk.me, Kind.RESTART))) == 1
    assert kiosk.line.states == ["taken", "waiting", "running"]
    assert kiosk.restarts == 1


def test_a_person_who_stays_lets_it_expire(
    kiosk: ToldKiosk, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    while_waiting(kiosk, monkeypatch, lambda _: server.later(10))
    assert kiosk.hear(server.offer(server.order(kiosk.me))) == 0
    assert kiosk.line.states == ["taken", "waiting", "expired"]


def test_shut_out_while_somebody_is_served_nothing_is_carried_out(
    kiosk: ToldKiosk, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shut_out(turn: int) -> None:
        if turn == 3:
            kiosk.trust, kiosk.door.people = None, False

    while_waiting(kiosk, monkeypatch, shut_out)
    assert kiosk.hear(server.offer(server.order(kiosk.me))) == 0


@pytest.mark.parametrize("state", ["taken", "running"])
def test_what_the_server_does_not_confirm_does_not_begin(
    kiosk: ToldKiosk, server: Server, state: str
) -> None:
    kiosk.line.refuses = {state}
    assert kiosk.hear(server.offer(server.order(kiosk.me))) == 0
    assert kiosk.book.begun is None
    assert not kiosk.door.is_shut


def test_the_program_that_follows_tells_of_the_restart(kiosk: ToldKiosk, server: Server) -> None:
    assert kiosk.hear(server.offer(server.order(kiosk.me, Kind.RESTART))) == 1
    assert "done" not in kiosk.line.states
    kiosk.start()
    kiosk.desk.settle()
    assert kiosk.line.states[-1] == "done"
    kiosk.start()
    kiosk.desk.settle()
    assert kiosk.line.states.count("done") == 1


def test_a_program_that_died_in_the_middle_says_so(kiosk: ToldKiosk, server: Server) -> None:
    kiosk.hear(server.offer(server.order(kiosk.me, Kind.RESTART)))
    begun = (kiosk.folder / "actions.json").read_text()
    (kiosk.folder / "actions.json").write_text(begun.replace('"restart"', '"self_test"'))
    kiosk.start()
    kiosk.desk.settle()
    assert kiosk.line.states[-1] == "failed"


def test_how_it_went_is_kept_while_the_server_is_away(
    kiosk: ToldKiosk, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out = kiosk.executed.append

    def dies(action: str) -> None:
        kiosk.line.refusal = Away("cut")
        carry_out(action)

    monkeypatch.setattr(kiosk, "executed", Noting(dies))
    kiosk.desk.hear(server.offer(server.order(kiosk.me)))
    kiosk.desk.look()
    [news] = kiosk.outbox.news
    assert news.path.endswith("/reports")
    assert news.body["state"] == "done"


class Noting:
    """A list as far as the kiosk uses one."""

    def __init__(self, append: Callable[[str], None]) -> None:
        self.append = append


def test_a_full_disk_begins_nothing(
    kiosk: ToldKiosk, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr("kiosk.actions.whole_file.write", full)
    assert kiosk.hear(server.offer(server.order(kiosk.me))) == 0
    assert kiosk.line.states == ["refused"]


class Flow:
    """The flow's own rule on who is let in, and a person who may be quicker."""

    def __init__(self, at: object) -> None:
        self.state = State(world=World(server=True, asked=True, journal=True))
        self.state = replace(self.state, at=at)
        self.closure: Closure | None = None
        self.before_it_shuts: Callable[[], None] = lambda: None

    def post(self, event: ClosureChanged) -> None:
        self.before_it_shuts()
        self.state, _ = step(self.state, event)

    def door(self, *, paying: bool = False) -> Door:
        times = iter(range(10_000))
        return Door(
            lambda: self.state,
            self.post,
            lambda: self.closure,
            lambda: paying,
            monotonic=lambda: next(times) / 10,
            wait=lambda _: None,
        )


def person() -> TakingTurn:
    return TakingTurn.__new__(TakingTurn)


def test_the_door_shuts_while_nobody_is_there_and_opens_again() -> None:
    flow = Flow(Welcome())
    assert flow.door().shut()
    assert isinstance(flow.state.at, OutOfService)
    flow.door().open()
    assert flow.state.world.closure is None


def test_who_was_quicker_than_the_door_is_served_first() -> None:
    flow = Flow(Welcome())
    someone = person()

    def begins() -> None:
        if flow.state.world.closure is None and isinstance(flow.state.at, Welcome):
            flow.state = replace(flow.state, at=someone)

    flow.before_it_shuts = begins
    assert not flow.door().shut()
    assert flow.state.at is someone
    assert flow.state.world.closure is None


def test_the_door_stays_open_while_money_moves() -> None:
    flow = Flow(Welcome())
    assert not flow.door(paying=True).shut()
    assert isinstance(flow.state.at, Welcome)


def test_what_staff_closed_stays_closed() -> None:
    flow = Flow(OutOfService(Obstacle.CLEANING))
    flow.closure = Closure.CLEANING
    flow.post(ClosureChanged(Closure.CLEANING))
    door = flow.door()
    assert door.shut()
    door.open()
    assert flow.state.world.closure is Closure.CLEANING


@pytest.mark.negative_control
def test_a_door_that_only_looks_leaves_somebody_in_front_of_a_restart() -> None:
    """It says that it is shut because nobody stood there a moment ago."""

    class OnlyLooks(Door):
        def _is_shut(self) -> bool:
            return True

    flow = Flow(Welcome())
    flow.before_it_shuts = lambda: setattr(flow, "state", replace(flow.state, at=person()))
    door = OnlyLooks(
        lambda: flow.state, flow.post, lambda: None, lambda: False, wait=lambda _: None
    )
    assert door.shut()
    assert isinstance(flow.state.at, TakingTurn)
