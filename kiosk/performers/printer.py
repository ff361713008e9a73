"""Prints slips once, and says what is known about the paper afterwards."""

from collections.abc import Mapping
from concurrent.futures import CancelledError
from dataclasses import asdict
from typing import Any, Protocol

from devices.errors import DeviceError
from devices.kinds.receipt_printer import PrintJob, PrintResult
from kiosk.flow.effects import PrintReceipt, PrintTicket
from kiosk.flow.events import SlipPrinted
from kiosk.flow.facts import PrintState
from kiosk.journal import EffectState, Journal, JournalFailed
from kiosk.journal.blocks import PaperState
from kiosk.journal.claims import SlipState
from kiosk.runner import Outcome
from kiosk.slips import receipt_slip, ticket_slip

PRINT_DEADLINE_S = 12.0


class Commands(Protocol):
    """The part of a device supervisor that performers use."""

    def submit(self, command: object, deadline_s: float) -> Any:
        """Queue a command; a future of its kind's result."""
        ...


class SlipPrinter:
    """Carries out PrintTicket and PrintReceipt."""

    lane = "printer"
    kind = "print_slip"

    def __init__(self, printer: Commands | None, journal: Journal) -> None:
        self._printer = printer
        self._claims = journal.claims
        self._blocks = journal.blocks

    def body(self, effect: PrintTicket | PrintReceipt) -> Mapping[str, Any]:
        match effect:
            case PrintTicket():
                return {"ticket": asdict(effect.ticket)}
            case PrintReceipt():
                return {"application": str(effect.order.application), "receipt": effect.receipt}

    def perform(self, effect: PrintTicket | PrintReceipt) -> Outcome:
        try:
            self._note(effect, SlipState.PRINTING)
        except JournalFailed:  # nothing was sent to the printer, and nothing will be
            not_printed = SlipPrinted(effect.effect_id, PrintState.NOT_PRINTED)
            return Outcome(EffectState.FAILED, not_printed, PrintState.NOT_PRINTED)
        result = print_once(self._printer, _job(effect))
        self._note(effect, SlipState(result))
        state = {
            PrintState.PRINTED: EffectState.DONE,
            PrintState.NOT_PRINTED: EffectState.FAILED,
        }.get(result, EffectState.UNKNOWN)
        return Outcome(state, SlipPrinted(effect.effect_id, result), result)

    def _note(self, effect: PrintTicket | PrintReceipt, state: SlipState) -> None:
        """A receipt that carries claims is their paper; a number of a block counts by its own."""
        match effect:
            case PrintReceipt():
                for owed in effect.order.owed:
                    self._claims.slip_is(owed.code, state)
            case PrintTicket(ticket=ticket) if ticket.by_voice:
                self._blocks.paper_is(ticket.ticket_id, PaperState(state))
            case PrintTicket():
                pass

    def lost(self, effect: PrintTicket | PrintReceipt, *, begun: bool) -> SlipPrinted:
        return SlipPrinted(
            effect.effect_id, PrintState.UNKNOWN if begun else PrintState.NOT_PRINTED
        )


def _job(effect: PrintTicket | PrintReceipt) -> PrintJob:
    job_id = str(effect.effect_id)
    if isinstance(effect, PrintTicket):
        return ticket_slip(job_id, effect.ticket)
    return receipt_slip(job_id, effect.order, effect.receipt, effect.site, code=effect.code)


def print_once(printer: Commands | None, job: PrintJob) -> PrintState:
    """Send `job` once; what is known about the paper. Never repeats a job by itself."""
    if printer is None:
        return PrintState.NOT_PRINTED
    try:
        result = printer.submit(job, PRINT_DEADLINE_S).result(PRINT_DEADLINE_S + 2.0)
    except (TimeoutError, CancelledError, DeviceError):
        return PrintState.UNKNOWN
    if not isinstance(result, PrintResult):
        return PrintState.UNKNOWN
    return PrintState(result.evidence)
