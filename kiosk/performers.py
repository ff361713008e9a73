"""How each effect is carried out: by the queue server or by a device, within a deadline."""

from collections.abc import Mapping
from concurrent.futures import CancelledError
from dataclasses import asdict
from typing import Any, Protocol

from devices.errors import DeviceError
from devices.kinds.receipt_printer import PrintJob, PrintResult
from kiosk.flow.effects import IssueTicket, PrintTicket
from kiosk.flow.events import SlipPrinted, TicketIssued, TicketRefused
from kiosk.flow.states import AttentionClass, PrintState, Ticket
from kiosk.journal import EffectState
from kiosk.queue_client import Away, Granted, QueueClient, Refused
from kiosk.runner import Outcome
from kiosk.slips import ticket_slip

TICKET_DEADLINE_S = 8.0
PRINT_DEADLINE_S = 12.0
AWAY_WORDS = "No hay conexión en este momento. Intente otra vez o acérquese a una ventanilla."


class Commands(Protocol):
    """The part of a device supervisor that performers use."""

    def submit(self, command: object, deadline_s: float) -> Any:
        """Queue a command; a future of its kind's result."""
        ...


class TicketDesk:
    """Asks the queue server for a turn."""

    lane = "server"
    kind = "issue_ticket"

    def __init__(self, client: QueueClient) -> None:
        self._client = client

    def body(self, effect: IssueTicket) -> Mapping[str, Any]:
        document = effect.document and {
            "type": effect.document.type,
            "number": effect.document.number,
            "birth_date": effect.document.birth_date.isoformat(),
        }
        return {
            "service": effect.service.code,
            "attention_class": effect.attention_class,
            "document": document,
        }

    def perform(self, effect: IssueTicket) -> Outcome:
        body = dict(self.body(effect))
        answer = self._client.put("/api/v1/tickets", body, effect.effect_id, TICKET_DEADLINE_S)
        match answer:
            case Granted(ticket):
                issued = TicketIssued(effect.effect_id, _ticket(ticket))
                return Outcome(EffectState.DONE, issued, ticket["number"])
            case Refused(_, kind, words):
                refused = TicketRefused(effect.effect_id, words or AWAY_WORDS)
                return Outcome(EffectState.FAILED, refused, kind)
            case Away(reason):
                refused = TicketRefused(effect.effect_id, AWAY_WORDS)
                return Outcome(EffectState.UNKNOWN, refused, reason)

    def lost(self, effect: IssueTicket) -> TicketRefused:
        return TicketRefused(effect.effect_id, AWAY_WORDS)


def _ticket(body: Mapping[str, Any]) -> Ticket:
    return Ticket(
        ticket_id=body["ticket_id"],
        number=body["number"],
        service=body["service_name"],
        attention_class=AttentionClass(body["attention_class"]),
        ahead=body["ahead"],
        site=body["site_name"],
        issued_at=body["arrived_at"],
    )


class SlipPrinter:
    """Prints slips, and says what is known about the paper afterwards."""

    lane = "printer"
    kind = "print_ticket"

    def __init__(self, printer: Commands | None) -> None:
        self._printer = printer

    def body(self, effect: PrintTicket) -> Mapping[str, Any]:
        return {"ticket": asdict(effect.ticket)}

    def perform(self, effect: PrintTicket) -> Outcome:
        result = print_once(self._printer, ticket_slip(str(effect.effect_id), effect.ticket))
        state = {
            PrintState.PRINTED: EffectState.DONE,
            PrintState.NOT_PRINTED: EffectState.FAILED,
        }.get(result, EffectState.UNKNOWN)
        return Outcome(state, SlipPrinted(effect.effect_id, result), result)

    def lost(self, effect: PrintTicket) -> SlipPrinted:
        return SlipPrinted(effect.effect_id, PrintState.UNKNOWN)


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
