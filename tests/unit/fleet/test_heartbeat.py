"""A kiosk's heartbeats over a bad line: what the server holds is what the kiosk last said."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from devices.status import DeviceState
from kiosk import heartbeat as ours
from kiosk.heartbeat import EVERY_S, TRIES, Heartbeat, Rest, Told, Urgent
from kiosk.queue_client import Answer, Away, Granted, Refused
from kiosk.vitals import ClockOffset
from queue_server.fleet.api.heartbeat import HeartbeatBody
from queue_server.fleet.model import heartbeat as theirs
from queue_server.fleet.model.heartbeat import Held, receive

WORDS = (DeviceState.ONLINE, DeviceState.OFFLINE, DeviceState.NO_DEVICE)


def device(name: str, state: str = "online") -> dict[str, Any]:
    return {
        "name": name,
        "kind": "receipt_printer",
        "model": "escpos",
        "device": state,
        "parts": {},
        "action": None,
        "detail": "",
    }


@dataclass
class Machine:
    """A kiosk's inside that a test changes, and a time that passes only when somebody waits."""

    states: dict[str, str] = field(
        default_factory=lambda: {"printer": "online", "reader": "online"}
    )
    unsent: int = 0
    at: float = 1000.0
    waits: list[float] = field(default_factory=list)
    on_wait: Callable[[], None] = lambda: None

    def urgent(self) -> Urgent:
        return Urgent(tuple(device(name, state) for name, state in sorted(self.states.items())))

    def rest(self) -> Rest:
        return Rest("Welcome", unsent=self.unsent)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.at += seconds
        self.on_wait()


@dataclass
class Line:
    """A server's rules at the end of a line that loses what a test says."""

    lose: Callable[[], str] = lambda: ""
    held: Held | None = None
    sent: list[dict[str, Any]] = field(default_factory=list)
    late: list[dict[str, Any]] = field(default_factory=list)

    def heartbeat(self, body: dict[str, Any], within_s: float) -> Answer:
        assert within_s * TRIES < EVERY_S
        self.sent.append(body)
        match self.lose():
            case "request":
                self.late.append(body)
                return Away("lost")
            case "reply":
                self.take(body)
                return Away("lost")
            case _:
                return Granted(self.take(body))

    def take(self, body: dict[str, Any]) -> dict[str, Any]:
        self.held = receive(self.held, HeartbeatBody.model_validate(body).heartbeat()) or self.held
        assert self.held is not None
        return {"full_state": self.held.needs_full}

    def holds(self) -> dict[str, str]:
        assert self.held is not None
        return {each.name: str(each.device) for each in self.held.beat.devices}


class Refusing(Line):
    """A server that will have nothing to do with this kiosk."""

    def heartbeat(self, body: dict[str, Any], within_s: float) -> Answer:
        self.sent.append(body)
        return Refused(422, "invalid", f"not within {within_s} s")


def beating(machine: Machine, line: Line, kind: type[Heartbeat] = Heartbeat) -> Heartbeat:
    return kind(
        line,
        machine.urgent,
        machine.rest,
        "1.0",
        ClockOffset(monotonic=lambda: machine.at),
        monotonic=lambda: machine.at,
        wait=machine.wait,
        listen=machine.wait,
    )


def test_the_first_tells_everything_and_the_next_only_what_changed() -> None:
    machine, line = Machine(), Line()
    heart = beating(machine, line)
    heart.beat()
    machine.states["printer"] = "offline"
    heart.beat()
    machine.at += EVERY_S
    heart.beat()
    assert [each["full"] for each in line.sent] == [True, False, False]
    told = [[row["name"] for row in each["devices"]] for each in line.sent]
    assert told == [["printer", "reader"], ["printer"], []]
    assert line.holds() == {"printer": "offline", "reader": "online"}


def test_nothing_is_sent_before_ten_seconds_unless_something_changed() -> None:
    machine, line = Machine(), Line()
    heart = beating(machine, line)
    for _ in range(3):
        heart.beat()
    machine.unsent = 5  # can wait
    heart.beat()
    assert len(line.sent) == 1
    machine.at += EVERY_S
    heart.beat()
    assert [each["unsent"] for each in line.sent] == [0, 5]


def test_what_changes_within_two_tenths_of_a_second_is_told_at_once() -> None:
    machine, line = Machine(), Line()
    heart = beating(machine, line)
    heart.beat()
    machine.states["printer"] = "offline"
    machine.on_wait = lambda: machine.states.update(reader="offline")
    heart.beat()
    assert machine.waits == [0.2]
    assert len(line.sent) == 2
    assert line.holds() == {"printer": "offline", "reader": "offline"}


def test_one_is_tried_three_times_in_its_ten_seconds_under_one_number() -> None:
    machine, line = Machine(), Line(lambda: "request")
    heart = beating(machine, line)
    heart.beat()
    assert [each["sequence"] for each in line.sent] == [1, 1, 1]
    assert machine.at - 1000.0 < EVERY_S
    line.lose = lambda: ""
    machine.at = 1000.0 + EVERY_S
    heart.beat()
    assert line.sent[-1]["sequence"] == 2


def test_a_fault_does_not_wait_until_an_outdated_heartbeat_is_given_up() -> None:
    machine, line = Machine(), Line()
    heart = beating(machine, line)
    heart.beat()
    line.lose = lambda: "request"
    machine.at += EVERY_S
    machine.on_wait = lambda: machine.states.update(printer="offline")
    begun = machine.at
    heart.beat()
    line.lose = lambda: ""
    heart.beat()
    assert machine.at - begun < 3
    assert line.holds()["printer"] == "offline"


def test_a_refusal_is_no_reason_to_try_again_at_once() -> None:
    machine, line = Machine(), Refusing()
    heart = beating(machine, line)
    heart.beat()
    heart.beat()
    assert len(line.sent) == 1


def test_a_server_that_lost_what_it_knew_asks_for_everything_and_gets_it() -> None:
    machine, line = Machine(), Line()
    heart = beating(machine, line)
    heart.beat()
    line.held = None  # restored from an old copy
    machine.at += EVERY_S
    heart.beat()
    assert line.held is not None
    assert line.held.needs_full
    heart.beat()
    assert line.sent[-1]["full"]
    assert line.held is not None
    assert not line.held.needs_full
    assert line.holds() == {"printer": "online", "reader": "online"}


def beat_of(sequence: int, run: str = "a", full: bool = True, **states: str) -> theirs.Heartbeat:
    reports = [HeartbeatBody.model_validate(_body(sequence, run, full, states)).heartbeat()]
    return reports[0]


def _body(sequence: int, run: str, full: bool, states: dict[str, str]) -> dict[str, Any]:
    return {
        "boot_id": "6f1c0a52-5e0e-4d0f-9a39-1f6f2f0e7c11",
        "session": f"00000000-0000-4000-8000-{ord(run):012d}",
        "sequence": sequence,
        "full": full,
        "build": "1",
        "screen": "Welcome",
        "devices": [device(name, state) for name, state in states.items()],
        "unsent": 0,
    }


def taken(beats: Sequence[theirs.Heartbeat]) -> Held:
    held: Held | None = None
    for each in beats:
        held = receive(held, each) or held
    assert held is not None
    return held


def test_a_gap_asks_for_everything_until_it_has_come() -> None:
    start = beat_of(1, printer="online")
    gap = beat_of(3, full=False, printer="offline")
    assert not taken([start]).needs_full
    assert taken([start, gap]).needs_full
    assert taken([start, gap, beat_of(4, full=False)]).needs_full
    assert not taken([start, gap, beat_of(4, printer="offline")]).needs_full


@pytest.mark.parametrize(
    "late",
    [
        beat_of(2, printer="offline"),
        beat_of(1, printer="offline"),
        beat_of(9, "b", printer="offline"),
    ],
    ids=["sent again", "overtaken", "of an earlier run"],
)
def test_what_comes_too_late_changes_nothing(late: theirs.Heartbeat) -> None:
    held = taken([beat_of(9, "b", printer="noDevice"), beat_of(1), beat_of(2, printer="online")])
    assert receive(held, late) is None


def test_a_device_that_is_no_more_goes_with_the_difference() -> None:
    machine, line = Machine(), Line()
    heart = beating(machine, line)
    heart.beat()
    del machine.states["reader"]
    heart.beat()
    assert line.sent[-1]["gone"] == ["reader"]
    assert line.holds() == {"printer": "online"}


def storm(
    seed: int, kind: type[Heartbeat] = Heartbeat
) -> list[tuple[dict[str, str], dict[str, str]]]:
    """What kiosk and server thought after each acknowledged heartbeat of a bad hour."""
    dice = random.Random(seed)
    machine, pairs = Machine(), []
    line = Line(lambda: dice.choices(["", "request", "reply"], [4, 1, 1])[0])
    heart = beating(machine, line, kind)
    for _ in range(200):
        if dice.random() < 0.6:
            machine.states[dice.choice(["printer", "reader", "terminal"])] = str(dice.choice(WORDS))
        machine.at += dice.choice([0.5, EVERY_S])
        before = len(line.sent)
        heart.beat()
        if line.late and dice.random() < 0.3:  # what seemed lost arrives after all
            line.take(dice.choice(line.late))
        if len(line.sent) > before and heart.is_acknowledged:
            pairs.append((dict(machine.states), line.holds()))
    return pairs


@pytest.mark.parametrize("seed", range(10))
def test_over_a_line_that_loses_a_third_the_server_never_holds_what_is_not_so(seed: int) -> None:
    pairs = storm(seed)
    assert len(pairs) > 50
    assert all(kiosk == server for kiosk, server in pairs)


class Forgetful(Heartbeat):
    """Tells what differs from the last one it got an answer to, whatever went out since."""

    def _send(self, told: Told) -> None:
        ground = self._acknowledged
        super()._send(told)
        self._acknowledged = self._acknowledged or ground


@pytest.mark.negative_control
def test_a_difference_to_an_older_heartbeat_would_leave_the_server_wrong() -> None:
    assert any(kiosk != server for seed in range(10) for kiosk, server in storm(seed, Forgetful))


def test_a_difference_tells_nothing_that_is_as_it_was() -> None:
    told = Told(Urgent((device("printer"),), ({"journey": "certificate"},)), Rest("Welcome"))
    body = ours.body_of(told, told)
    assert (body["devices"], body["gone"], body["counters"]) == ([], [], {})
    assert body["journeys"] is body["supplies"] is body["notes"] is None
