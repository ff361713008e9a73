"""Gets a turn: from the queue server, or from the kiosk's own numbers while it is away."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from kiosk.flow.effects import IssueTicket, TakeNumber
from kiosk.flow.events import TicketIssued, TicketRefused, TicketUnanswered
from kiosk.flow.facts import NoTurn, Ticket, Wait
from kiosk.flow.person import AttentionClass, Document
from kiosk.flow.slip import SlipLine, slip_lines
from kiosk.journal import EffectState, Journal
from kiosk.journal.block import Block
from kiosk.queue_client import Away, Granted, QueueClient, Refused
from kiosk.runner import Outcome

TICKET_DEADLINE_S = 8.0
# Answers that do not say whether the turn was issued.
_UNSAID = (500, 502, 503, 504)


class TicketDesk:
    """Asks the queue server for a turn."""

    lane = "server"
    kind = "issue_ticket"

    def __init__(self, client: QueueClient) -> None:
        self._client = client

    def body(self, effect: IssueTicket) -> Mapping[str, Any]:
        return {
            "service": effect.service.code,
            "attention_class": effect.attention_class,
            "document": _document(effect.document),
        }

    def perform(self, effect: IssueTicket) -> Outcome:
        body = dict(self.body(effect))
        answer = self._client.put("/api/v1/tickets", body, effect.effect_id, TICKET_DEADLINE_S)
        match answer:
            case Granted(ticket):
                issued = TicketIssued(effect.effect_id, _ticket(ticket))
                return Outcome(EffectState.DONE, issued, ticket["number"])
            case Refused(status, kind, words) if status not in _UNSAID:
                refused = TicketRefused(effect.effect_id, words, no_turn(kind))
                return Outcome(EffectState.FAILED, refused, kind)
            case Refused(kind=reason) | Away(reason):
                unanswered = TicketUnanswered(effect.effect_id)
                return Outcome(EffectState.UNKNOWN, unanswered, reason)

    def lost(self, effect: IssueTicket, *, begun: bool) -> TicketRefused:
        return TicketRefused(effect.effect_id, why=NoTurn.AWAY)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class NumberDesk:
    """Gives out the next number of the kiosk's own block, written down before anybody sees it."""

    lane = "numbers"  # never behind a request that waits for the server
    kind = "take_number"

    def __init__(self, journal: Journal, clock: Callable[[], datetime] = _utc_now) -> None:
        self._blocks = journal.blocks
        self._clock = clock

    def body(self, effect: TakeNumber) -> Mapping[str, Any]:
        return {
            "service": effect.service.code,
            "attention_class": effect.attention_class,
            "asked_as": effect.asked_as and str(effect.asked_as),
        }

    def perform(self, effect: TakeNumber) -> Outcome:
        now = self._clock()
        taken = self._blocks.take(
            effect.effect_id,
            effect.service.code,
            effect.attention_class,
            _document(effect.document),
            now,
            effect.asked_as,
        )
        if taken is None:
            refused = TicketRefused(effect.effect_id, why=NoTurn.NO_NUMBERS)
            return Outcome(EffectState.FAILED, refused, "no number")
        ticket = numbered(effect, *taken, now)
        return Outcome(EffectState.DONE, TicketIssued(effect.effect_id, ticket), ticket.number)

    def lost(self, effect: TakeNumber, *, begun: bool) -> TicketRefused:
        return TicketRefused(effect.effect_id, why=NoTurn.AWAY)


def numbered(effect: TakeNumber, block: Block, number: int, at: datetime) -> Ticket:
    """The turn of `number`, its paper written from the block's template at `at`."""
    label = f"{block.series}-{number:03d}"
    local = at.astimezone(block.expires_at.tzinfo)
    places = {"{number}": label, "{day}": f"{local:%d/%m/%Y}", "{time}": f"{local:%H:%M}"}
    return Ticket(
        ticket_id=str(effect.effect_id),
        number=label,
        service=block.service_name,
        attention_class=effect.attention_class,
        ahead=0,
        slip=tuple(
            _filled(line, places) for line in slip_lines(block.slips.get(effect.attention_class))
        ),
        by_voice=True,
    )


def _filled(line: SlipLine, places: Mapping[str, str]) -> SlipLine:
    text = line.text
    for place, words in places.items():
        text = text.replace(place, words)
    return SlipLine(line.style, text)


def _document(document: Document | None) -> Mapping[str, str] | None:
    return document and {
        "type": document.type,
        "number": document.number,
        "birth_date": document.birth_date.isoformat(),
    }


def _ticket(body: Mapping[str, Any]) -> Ticket:
    return Ticket(
        ticket_id=body["ticket_id"],
        number=body["number"],
        service=body["service_name"],
        attention_class=AttentionClass(body["attention_class"]),
        ahead=body["ahead"],
        wait=_wait(body.get("wait")),
        slip=slip_lines(body.get("slip")),
    )


def _wait(body: Mapping[str, Any] | None) -> Wait | None:
    """None too from a server that says it in words only."""
    if not body or "wait_low_min" not in body:
        return None
    return Wait(body["wait_low_min"], body["wait_high_min"])


def no_turn(kind: str) -> NoTurn:
    """Why a turn was refused, by the server's stable word."""
    return NoTurn(kind) if kind in set(NoTurn) else NoTurn.OTHER
