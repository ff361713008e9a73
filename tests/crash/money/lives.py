"""One life of the kiosk after the other: how each ends, and how long settling takes afterwards."""

import contextlib
import json
import os
import random
import select
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devices.cctalk.physical import PhysicalLedger
from tests.crash.money.points import AFTER, BEFORE, NOTE_STACKED, Point, arming
from tests.crash.money.street import Habits, Street
from tests.crash.money.world import MoneyWorld
from tests.support.nursery import Child

SHORTEST_LIFE_S, LONGEST_LIFE_S = 0.8, 6.0
LONGEST_ABSENCE_S = 3.0  # of the server
REACHED_S = 45.0
RESOLVE_S = 60.0
LOOK_S = 0.05
FROZEN_S = 6.0
FARTHEST_CUT = 90  # writes and syncs of the journal
AT_THE_MONEY = 0.8  # of the cuts
PAYING = ("ReadyToPay", "PayingByCard", "PayingByCash", "PayingByWallet")
SETTLED_AT_ONCE = 0.4  # of the lives; what the others leave open the next ones meet
CERTAIN = Habits(moods=("approve",), notes=(20,), leaves=0.0, coins=0.0, phones=1.0)
# What is still open at the server: codes, doubts, applications on their way to the centre.
_SERVER_OPEN = (
    "SELECT count(*) FROM wallet_charges WHERE state IN"
    " ('opening', 'waiting', 'canceling', 'to_refund')",
    "SELECT count(*) FROM doubts WHERE ended IS NULL OR contradicted",
    "SELECT count(*) FROM applications WHERE state = 'accepted'",
)


@dataclass
class Toll:
    """How often power went, where, and how long settling took at most (seconds)."""

    kills: int = 0
    server_kills: int = 0
    power_cuts: int = 0
    screen_kills: int = 0
    points: dict[str, int] = field(default_factory=dict)
    unreached: list[str] = field(default_factory=list)
    resolves: list[float] = field(default_factory=list)
    late: list[str] = field(default_factory=list)  # settlings that did not come to an end


@dataclass(frozen=True)
class Target:
    """A point to die at: who pays by what, which passing, and of the server which process."""

    name: str
    moment: str
    nth: int
    means: str
    who: str = "web"

    def __str__(self) -> str:
        return f"{self.name}, {self.moment} the {self.nth}. time, by {self.means}"


@dataclass(frozen=True)
class Case:
    """Who pays by `means` is sure to bring so many `passings` of a point in process `who`."""

    means: str
    passings: int = 1
    who: str = "web"


class Lives:
    """Ends lives in one world. All chance comes from `seed`."""

    def __init__(self, world: MoneyWorld, seed: int) -> None:
        self.world = world
        self.toll = Toll()
        self.dice = random.Random(seed)
        self.street = Street(world, self.dice)
        self._marks = 0
        self._charged_before = 0

    # --- how a life ends --------------------------------------------------------------------------
    def kill_kiosk(self) -> None:
        """SIGKILL of the kiosk at any moment."""
        process, people = self._begun(Habits())
        time.sleep(self.dice.uniform(SHORTEST_LIFE_S, LONGEST_LIFE_S))
        self._end(process, people)
        self.toll.kills += 1
        self.settle_now_and_then()

    def kill_server(self) -> None:
        """SIGKILL of the whole server at any moment; the kiosk lives on for a while, or does not.

        One in three times it is away for long enough to be missed.
        """
        process, people = self._begun(Habits())
        time.sleep(self.dice.uniform(SHORTEST_LIFE_S, LONGEST_LIFE_S))
        self.world.kill_server()
        self.toll.kills += 1
        self.toll.server_kills += 1
        time.sleep(self.dice.choice((0.0, 0.5, LONGEST_ABSENCE_S)))
        self.world.start_server()
        time.sleep(self.dice.uniform(0.0, 2.0))
        self._end(process, people)
        self.settle_now_and_then()

    def cut_power(self) -> None:
        """Power of the kiosk goes at any write or sync of its journal; what was not synced goes.

        Most often once somebody is about to pay, else while it starts.
        """
        disk = self.world.kiosk.disk
        assert disk is not None
        process, people = self._begun(Habits())
        if self.dice.random() < AT_THE_MONEY:
            until(lambda: self.street.at in PAYING, FROZEN_S)
        disk.cut_after(self.dice.randint(1, FARTHEST_CUT), "freeze")
        with contextlib.suppress(TimeoutError):  # who did nothing more has the cut all the same
            disk.wait_refusing(FROZEN_S)
        disk.cut(process.pid)
        self._end(process, people)
        self.toll.power_cuts += 1
        self.settle_now_and_then()

    def live(self, habits: Habits, moment: Callable[[], bool]) -> None:
        """SIGKILL of the kiosk at a moment of one's choice."""
        process, people = self._begun(habits)
        until(moment, REACHED_S)
        self._end(process, people)
        self.toll.kills += 1

    def cut_when(self, habits: Habits, moment: Callable[[], bool]) -> None:
        """Power of the kiosk goes at a moment of one's choice."""
        disk = self.world.kiosk.disk
        assert disk is not None
        process, people = self._begun(habits)
        until(moment, REACHED_S)
        disk.cut(process.pid)
        self._end(process, people)
        self.toll.power_cuts += 1

    def charged(self) -> bool:
        """Whether the terminal has charged a card in this life."""
        return len(self.world.kiosk.hardware.charged()) > self._charged_before

    def die_at(self, target: Target) -> bool:
        """Whoever passes the point dies of itself; False, and a fault, when nobody came there."""
        point = Point(target.name, target.moment, target.nth, str(self._mark()))
        habits = self._habits_for(target)
        match target.name:
            case "server commit":
                reached = self._server_dies(point, habits, target.who)
            case "backend commit":
                reached = self._centre_dies(point, habits)
            case "note stacked":
                reached = self._kiosk_dies_with_note(point, habits)
            case _:
                reached = self._kiosk_dies(point, habits)
        self.toll.points[target.name] = self.toll.points.get(target.name, 0) + reached
        self.toll.kills += 1
        if not reached:
            self.toll.unreached.append(str(target))
        self._settle()
        return reached

    # --- settling ---------------------------------------------------------------------------------
    def settle(self) -> None:
        """A last life without visitors, begun from nothing: all must end within a minute."""
        self._settle(cold=True)

    def settle_quickly(self) -> None:
        """The same in a process that has its imports already."""
        self._settle()

    def settle_now_and_then(self) -> None:
        """Settle what the last life left, or leave it to the next one."""
        if self.dice.random() < SETTLED_AT_ONCE:
            self._settle()

    def _settle(self, *, cold: bool = False) -> None:
        kiosk, begun = self.world.kiosk, time.monotonic()
        kiosk.hardware.terminal.obey("approve")
        kiosk.hardware.terminal.obey("delay 0")
        process = kiosk.start_cold() if cold else kiosk.start()
        try:
            if not _is_up(process, RESOLVE_S):
                self.toll.late.append(f"the kiosk did not come up, see {kiosk.log}")
            elif not until(self._is_settled, RESOLVE_S):
                self.toll.late.append(f"not settled after {RESOLVE_S:.0f} s")
            self.toll.resolves.append(round(time.monotonic() - begun, 2))
        finally:
            process.kill()
            process.wait(10)
            _close(process)

    def _is_settled(self) -> bool:
        left = (self.world.booked(query)[0][0] for query in _SERVER_OPEN)
        return self.world.kiosk.is_settled() and not any(left)

    # --- who dies ---------------------------------------------------------------------------------
    def _kiosk_dies(self, point: Point, habits: Habits) -> bool:
        process = self.world.kiosk.start(prepare=[arming(point)])
        people = self.street.attend(process, habits)
        ended = _ends(process, REACHED_S)
        self._end(process, people)
        return ended and point.reached

    def _kiosk_dies_with_note(self, point: Point, habits: Habits) -> bool:
        """The note falls into the box, and in that moment the kiosk loses power."""
        till = self.world.kiosk.hardware.till
        assert till is not None
        process = self.world.kiosk.start()
        with _fatal_note(till.bills.ledger, point, process):
            people = self.street.attend(process, habits)
            ended = _ends(process, REACHED_S)
        self._end(process, people)
        return ended and point.reached

    def _server_dies(self, point: Point, habits: Habits, who: str) -> bool:
        """The web worker, or the jobs, commits and loses power; then all of the server."""
        world, armed = self.world, [arming(point)]
        world.kill_server()
        world.start_server(**{who: armed})
        process = world.kiosk.start()
        people = self.street.attend(process, habits)
        ended = _ends(world.jobs if who == "jobs" else world.web, REACHED_S)
        self._end_or_wait(process, people)
        world.kill_server()
        world.start_server()
        self._end(process, people)
        return ended and point.reached

    def _centre_dies(self, point: Point, habits: Habits) -> bool:
        centre = self.world.centre
        centre.die()
        centre.start([arming(point)])
        process = self.world.kiosk.start()
        people = self.street.attend(process, habits)
        ended = _ends(centre.process, REACHED_S)
        self._end_or_wait(process, people)
        centre.die()
        centre.start()
        self._end(process, people)
        return ended and point.reached

    def _begun(self, habits: Habits) -> tuple[Child, threading.Thread]:
        self._charged_before = len(self.world.kiosk.hardware.charged())
        process = self.world.kiosk.start()
        return process, self.street.attend(process, habits)

    def _end_or_wait(self, process: Child, people: threading.Thread) -> None:
        """Half of the kiosks live on through the death of what they talk to, for a while."""
        if self.dice.random() < 0.5:
            self._end(process, people)
        else:
            time.sleep(self.dice.uniform(0.0, 1.5))

    def _end(self, process: Child, people: threading.Thread) -> None:
        process.kill()
        process.wait(10)
        people.join(timeout=20)
        process.close()

    # --- details ----------------------------------------------------------------------------------
    def _habits_for(self, target: Target) -> Habits:
        coins = 1.0 if target.name == "coin credited" else 0.0
        habits = CERTAIN
        return Habits(
            means=(target.means,),
            moods=habits.moods,
            notes=habits.notes,
            leaves=habits.leaves,
            coins=coins,
            phones=habits.phones,
        )

    def _mark(self) -> Path:
        self._marks += 1
        return self.world.folder / f"mark{self._marks}"


@contextmanager
def _fatal_note(ledger: PhysicalLedger, point: Point, process: Child) -> Iterator[None]:
    """Kill `process` around the nth note that is stacked, on the machine's own thread."""
    add: Callable[..., None] = ledger.add
    stacked = 0

    def fatal(what: str, *words: Any) -> None:
        nonlocal stacked
        stacked += what == "stacked"
        here = what == "stacked" and stacked == point.nth
        if here and point.moment == BEFORE:
            _die(process, point)
        add(what, *words)
        if here and point.moment == AFTER:
            _die(process, point)

    ledger.add = fatal  # type: ignore[method-assign]
    try:
        yield
    finally:
        ledger.add = add  # type: ignore[method-assign]


def _die(process: Child, point: Point) -> None:
    process.kill()
    Path(point.mark).write_text(f"{NOTE_STACKED}\n")


def _is_up(process: "Child | subprocess.Popen[str]", seconds: float) -> bool:
    """Whether the kiosk said in time that it could serve: every device and the server answer."""
    assert process.stdout is not None
    ends, said = time.monotonic() + seconds, b""
    while time.monotonic() < ends:
        if not select.select([process.stdout], [], [], 0.5)[0]:
            continue
        heard = os.read(process.stdout.fileno(), 1 << 16)
        *lines, said = (said + heard).split(b"\n")
        if not heard or any(json.loads(line)["ready"] for line in lines):
            return bool(heard)
    return False


def _close(process: "Child | subprocess.Popen[str]") -> None:
    if isinstance(process, Child):
        process.close()
    elif process.stdin is not None and process.stdout is not None:
        process.stdin.close()
        process.stdout.close()


def _ends(process: Child, seconds: float) -> bool:
    """Whether it ended by SIGKILL in time."""
    try:
        return process.wait(seconds) == -9
    except subprocess.TimeoutExpired:
        return False


def until(check: Callable[[], bool], seconds: float) -> bool:
    """Wait for something; False when it did not come in time."""
    ends = time.monotonic() + seconds
    while not check():
        if time.monotonic() > ends:
            return False
        time.sleep(LOOK_S)
    return True


def targets(name: str, cases: Sequence[Case], count: int) -> list[Target]:
    """`count` targets at a point: each case with each passing, before and after."""
    every = [
        Target(name, moment, nth, case.means, case.who)
        for case in cases
        for nth in range(1, case.passings + 1)
        for moment in (BEFORE, AFTER)
    ]
    return [every[index % len(every)] for index in range(count)]
