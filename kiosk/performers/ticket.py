"""Asks the queue server for a turn."""

from collections.abc import Mapping
from typing import Any

from kiosk.flow.effects import IssueTicket
from kiosk.flow.events import TicketIssued, TicketRefused
from kiosk.flow.facts import Ticket
from kiosk.flow.person import AttentionClass
from kiosk.flow.slip import slip_lines
from kiosk.journal import EffectState
from kiosk.performers.words import AWAY_WORDS
from kiosk.queue_client import Away, Granted, QueueClient, Refused
from kiosk.runner import Outcome

TICKET_DEADLINE_S = 8.0


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

    def lost(self, effect: IssueTicket, *, begun: bool) -> TicketRefused:
        return TicketRefused(effect.effect_id, AWAY_WORDS)


def _ticket(body: Mapping[str, Any]) -> Ticket:
    return Ticket(
        ticket_id=body["ticket_id"],
        number=body["number"],
        service=body["service_name"],
        attention_class=AttentionClass(body["attention_class"]),
        ahead=body["ahead"],
        wait=body["wait"]["words"] if body.get("wait") else "",
        slip=slip_lines(body.get("slip")),
    )
