"""What each kind of action does, with what the staff's own menu uses."""

from collections.abc import Callable, Sequence
from datetime import datetime

from devices.supervisor import Supervisor
from kiosk.actions.desk import Outcome, Work
from kiosk.actions.model import Action, Kind
from kiosk.flow.facts import PrintState
from kiosk.flow.staff.events import ClosureChanged
from kiosk.flow.staff.states import TestedPart, TestEnd
from kiosk.flow.world import Closure
from kiosk.notes import redacted
from kiosk.performers.printer import print_once
from kiosk.staff.closure import ClosureBook
from kiosk.staff.self_tests import prove, report

_ENDS = {TestEnd.PASSED: "bien", TestEnd.FAILED: "falla", TestEnd.NOT_RUN: "no se probó"}
_PAPER = {
    PrintState.PRINTED: "La impresora confirmó el papel.",
    PrintState.NOT_PRINTED: "No se imprimió.",
}


class Works:
    """The kinds that need nothing but devices and closure."""

    def __init__(
        self,
        code: str,
        devices: Sequence[Supervisor],
        printer: Supervisor | None,
        closure: ClosureBook,
        post: Callable[[ClosureChanged], None],
    ) -> None:
        self._code = code
        self._devices = devices
        self._printer = printer
        self._closure = closure
        self._post = post

    def table(self) -> dict[Kind, Work]:
        """How each of these kinds is done."""
        return {
            Kind.SELF_TEST: Work(self._self_test),
            Kind.TEST_PRINT: Work(self._test_print),
            Kind.RESTART: Work(lambda _: Outcome(well=True, ends_program=True)),
            Kind.OUT_OF_SERVICE: Work(self._close),
            Kind.IN_SERVICE: Work(self._open, alone=False),
        }

    def _self_test(self, action: Action) -> Outcome:
        name = action.arguments.get("device")
        chosen = [each for each in self._devices if name in (None, each.device)]
        if not chosen:
            return Outcome(well=False, detail="Este quiosco no tiene ese dispositivo.")
        parts = [prove(each) for each in chosen]
        well = all(each.end is TestEnd.PASSED for each in parts)
        return Outcome(well, "; ".join(map(_words, parts)))

    def _test_print(self, action: Action) -> Outcome:
        fed = (TestedPart("paper", "receipt_printer", TestEnd.PASSED),)
        when = datetime.now().astimezone().strftime("%d/%m/%Y %H:%M")
        printed = print_once(self._printer, report(action.id, self._code, when, fed))
        words = _PAPER.get(printed, "No se sabe si salió el papel.")
        return Outcome(printed is PrintState.PRINTED, words)

    def _close(self, action: Action) -> Outcome:
        reason = action.arguments.get("reason")
        if reason not in set(Closure):
            return Outcome(well=False, detail="Este quiosco no conoce ese motivo.")
        return self._keep(Closure(reason), "Cerrado al público.")

    def _open(self, action: Action) -> Outcome:  # noqa: ARG002 - one signature for all kinds
        return self._keep(None, "Abierto al público.")

    def _keep(self, closure: Closure | None, words: str) -> Outcome:
        try:
            self._closure.keep(closure)
        except OSError:
            return Outcome(well=False, detail="El disco del quiosco no deja escribir.")
        self._post(ClosureChanged(closure))
        return Outcome(well=True, detail=words)


def _words(part: TestedPart) -> str:
    found = f" ({redacted(part.found)[:80]})" if part.found else ""
    return f"{part.name}: {_ENDS[part.end]}{found}"
