"""Carries out what staff ask for at the kiosk's own menu, one thing at a time."""

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import structlog

from devices.supervisor import Supervisor
from kiosk.flow.events import Event
from kiosk.flow.facts import PrintState
from kiosk.flow.staff.events import (
    ChoreEnded,
    CloseKiosk,
    ClosureChanged,
    DevicesTested,
    KeepCalibration,
    LookForPorts,
    MenuOpened,
    MenuRefused,
    MovePart,
    NotePaper,
    OpenMenu,
    PortsSeen,
    RestartKiosk,
    StaffEffect,
    TestDevices,
)
from kiosk.flow.staff.states import Chore, CodeProblem, TestedPart, TestEnd
from kiosk.journal import Journal, JournalFailed
from kiosk.journal.outgoing import Outgoing
from kiosk.performers.printer import print_once
from kiosk.queue_client import Granted, QueueClient, Refused
from kiosk.staff.calibration import correction
from kiosk.staff.closure import ClosureBook
from kiosk.staff.ports import PortDesk
from kiosk.staff.self_tests import prove, report
from kiosk.staff.touch_correction import TouchCorrection

OPEN_PATH, CHORE_PATH = "/api/v1/kiosk-codes/open", "/api/v1/kiosk-chores"
ASK_DEADLINE_S = 8.0
_REFUSALS = {"wrong_code": CodeProblem.WRONG, "kiosk_blocked": CodeProblem.BLOCKED}

log = structlog.get_logger("staff")


def end_program() -> None:
    """As the host ends it: cleanly. Whoever watches over it starts it again."""
    os.kill(os.getpid(), signal.SIGTERM)


class StaffDesk:
    """One call for each effect; each ends within a deadline, and posts how it ended.

    `money_inside`: whether a payment with cash is under way. `moves`: the ports.
    """

    def __init__(
        self,
        code: str,
        client: QueueClient,
        journal: Journal,
        devices: Sequence[Supervisor],
        printer: Supervisor | None,
        closure: ClosureBook,
        touches: TouchCorrection,
        moves: PortDesk,
        money_inside: Callable[[], bool],
        post: Callable[[Event], None],
        restart: Callable[[], None] = end_program,
    ) -> None:
        self._code = code
        self._client = client
        self._journal = journal
        self._devices = devices
        self._printer = printer
        self._closure = closure
        self._touches = touches
        self._moves = moves
        self._money_inside = money_inside
        self._post = post
        self._restart = restart

    def __call__(self, effect: StaffEffect) -> None:
        """Do it, and post its answer."""
        match effect:
            case OpenMenu():
                self._post(self._open(effect))
            case TestDevices():
                self._post(self._test(effect))
            case LookForPorts(asked):
                self._post(PortsSeen(asked, self._moves.parts(), self._moves.ports()))
            case _:
                self._post(ChoreEnded(effect.effect_id, well=self._do(effect)))

    def _open(self, effect: OpenMenu) -> MenuOpened | MenuRefused:
        if self._money_inside():
            return MenuRefused(effect.effect_id, CodeProblem.MONEY_INSIDE)
        body = {"code": effect.code}
        answer = self._client.put(OPEN_PATH, body, effect.effect_id, ASK_DEADLINE_S)
        match answer:
            case Granted(body):
                return MenuOpened(effect.effect_id, body["asked_by"], _known(body["chores"]))
            case Refused(_, kind, _):
                return MenuRefused(effect.effect_id, _REFUSALS.get(kind, CodeProblem.AWAY))
            case _:
                return MenuRefused(effect.effect_id, CodeProblem.AWAY)

    def _test(self, effect: TestDevices) -> DevicesTested:
        parts = tuple(prove(each) for each in self._devices)
        when = datetime.now().astimezone().strftime("%d/%m/%Y %H:%M")
        job = report(str(effect.effect_id), self._code, when, parts)
        printed = print_once(self._printer, job)
        well = all(each.end is TestEnd.PASSED for each in parts)
        self._note(effect.visit, Chore.SELF_TEST, well=well)
        return DevicesTested(effect.effect_id, parts, printed)

    def _do(self, effect: StaffEffect) -> bool:
        match effect:
            case NotePaper(asked, visit):
                well = self._proves_paper(asked)
                self._note(visit, Chore.PAPER, well=well)
            case CloseKiosk(_, visit, closure):
                well = self._kept(lambda: self._closure.keep(closure))
                if well:
                    self._post(ClosureChanged(closure))
                self._note(visit, Chore.SERVICE, well=well)
            case KeepCalibration(_, visit, marks, felt):
                found = correction(marks, felt)
                well = found is not None and self._kept(lambda: self._touches.keep(found))
                self._note(visit, Chore.CALIBRATE, well=well)
            case MovePart(_, visit, name, port):
                well = self._may_end() and self._moved(name, port)
                self._note(visit, Chore.PORTS, well=well)
                if well:
                    self._restart()
            case RestartKiosk(_, visit):
                well = self._may_end()
                self._note(visit, Chore.RESTART, well=well)
                if well:
                    self._restart()
            case _:
                raise TypeError(f"{type(effect).__name__} has an answer of its own")
        return well

    def _may_end(self) -> bool:
        """Coins may still be on their way out to somebody who left: they are seen through first."""
        return not self._money_inside()

    def _proves_paper(self, asked: UUID) -> bool:
        """One short slip, confirmed by the printer itself."""
        fed = (TestedPart("paper", "receipt_printer", TestEnd.PASSED),)
        when = datetime.now().astimezone().strftime("%d/%m/%Y %H:%M")
        job = report(str(asked), self._code, when, fed)
        return print_once(self._printer, job) is PrintState.PRINTED

    def _moved(self, name: str, port: str) -> bool:
        try:
            return self._moves.move(name, port)
        except OSError as error:
            log.error("the port could not be kept", why=str(error))
            return False

    def _kept(self, write: Callable[[], None]) -> bool:
        try:
            write()
        except OSError as error:
            log.error("it could not be written down", why=str(error))
            return False
        return True

    def _note(self, visit: UUID, chore: Chore, *, well: bool) -> None:
        """The server hears of it when it can; a journal that is down keeps nobody from a chore."""
        body: Mapping[str, Any] = {
            "visit": str(visit),
            "chore": str(chore),
            "outcome": "done" if well else "failed",
        }
        try:
            self._journal.outgoing.put(Outgoing(uuid4(), CHORE_PATH, body))
        except JournalFailed as error:
            log.error("a chore is not in the books", chore=chore, why=str(error))


def _known(words: Sequence[str]) -> tuple[Chore, ...]:
    """A newer server may grant what this kiosk cannot do."""
    return tuple(Chore(each) for each in words if each in set(Chore))
