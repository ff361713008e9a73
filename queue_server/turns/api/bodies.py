"""What requests and answers of the queue look like."""

from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.turns.model.estimate import minutes, words
from queue_server.turns.model.site import SiteRules
from queue_server.turns.model.slip import slip
from queue_server.turns.model.ticket import AttentionClass, IdentityClaim, Ticket, Wish
from queue_server.turns.services.estimates import Prospect
from queue_server.turns.services.my_turn import link_token

Code = Annotated[str, Field(min_length=1, max_length=30, pattern=r"^[A-Za-z0-9_-]+$")]
Reason = Annotated[str, Field(min_length=1, max_length=60)]


class Body(BaseModel):
    """A request; fields nobody knows are refused."""

    model_config = ConfigDict(extra="forbid")


class IdentityBody(Body):
    """The identity document shown at the kiosk."""

    type: Annotated[str, Field(pattern=r"^\d{2}$")]
    number: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,15}$")]
    birth_date: date | None = None

    def claim(self) -> IdentityClaim:
        """As the services take it."""
        return IdentityClaim(self.type, self.number, self.birth_date)


class WishBody(Body):
    """A place in the queue. `then`: further services of the visit; `people` came together."""

    service: Code
    attention_class: AttentionClass = AttentionClass.GENERAL
    attention_reason: Annotated[str, Field(max_length=40)] = ""
    people: Annotated[int, Field(ge=1, le=20)] = 1
    then: Annotated[list[Code], Field(max_length=5)] = []
    document: IdentityBody | None = None

    def wish(self) -> Wish:
        """As the services take it."""
        return Wish(
            self.service,
            self.attention_class,
            self.attention_reason,
            self.people,
            tuple(self.then),
        )

    def claim(self) -> IdentityClaim | None:
        """The document, if one was shown."""
        return self.document.claim() if self.document else None


class WaitBody(BaseModel):
    """How long it will take: in seconds, in whole minutes for whoever words it in another language,
    and in words ("unos 5 a 12 minutos"). From 120 minutes on only the least is worth saying."""

    optimistic_s: int
    pessimistic_s: int
    wait_low_min: int
    wait_high_min: int
    words: str


class SlipLineBody(BaseModel):
    """One line of the printed ticket."""

    style: str
    text: str


class TicketBody(BaseModel):
    """A ticket. `ahead` counts the people of the service to be called before, `wait` says how
    long that takes; both are null unless it waits. `link` is where a phone follows it."""

    ticket_id: str
    number: str
    service: str
    service_name: str
    needs: str
    attention_class: AttentionClass
    attention_reason: str
    people: int
    then: list[str]
    state: str
    day: date
    arrived_at: str
    due_at: str | None
    called_at: str | None
    counter: str | None
    counter_name: str | None
    aimed_at: str
    no_shows: int
    visit: str
    ahead: int | None
    wait: WaitBody | None
    link: str | None
    site_name: str
    slip: list[SlipLineBody]


def link_of(request: Request, uow: UnitOfWork, ticket: Ticket) -> str | None:
    """Where the holder's phone follows the ticket; None where no public address is configured."""
    address: str | None = request.app.state.config.public_address
    return f"{address.rstrip('/')}/t/{link_token(uow, ticket.id)}" if address else None


def wait_body(prospect: Prospect | None) -> dict[str, Any] | None:
    """The JSON of a wait."""
    if prospect is None or prospect.wait is None:
        return None
    wait = prospect.wait
    low, high = minutes(wait)
    return {
        "optimistic_s": wait.optimistic_s,
        "pessimistic_s": wait.pessimistic_s,
        "wait_low_min": low,
        "wait_high_min": high,
        "words": words(wait),
    }


def ticket_body(
    rules: SiteRules, ticket: Ticket, prospect: Prospect | None = None, link: str | None = None
) -> dict[str, Any]:
    """The JSON of a ticket (the shape of `TicketBody`)."""
    service = rules.services.get(ticket.service)
    counter = rules.counters.get(ticket.counter or "")
    return {
        "ticket_id": ticket.id,
        "number": ticket.label,
        "service": ticket.service,
        "service_name": service.name if service else ticket.service,
        "needs": service.needs if service else "",
        "attention_class": ticket.attention_class,
        "attention_reason": ticket.attention_reason,
        "people": ticket.people,
        "then": list(ticket.then),
        "state": ticket.state,
        "day": ticket.day.isoformat(),
        "arrived_at": ticket.arrived_at.isoformat(),
        "due_at": ticket.due_at.isoformat() if ticket.due_at else None,
        "called_at": ticket.called_at.isoformat() if ticket.called_at else None,
        "counter": ticket.counter,
        "counter_name": counter.name if counter else None,
        "aimed_at": ticket.aimed_at,
        "no_shows": ticket.no_shows,
        "visit": ticket.visit,
        "ahead": prospect.ahead if prospect else None,
        "wait": wait_body(prospect),
        "link": link,
        "site_name": rules.name,
        "slip": [],
    }


def printed(
    rules: SiteRules, ticket: Ticket, prospect: Prospect | None, link: str | None
) -> dict[str, Any]:
    """`ticket_body` with the lines to print."""
    body = ticket_body(rules, ticket, prospect, link)
    lines = slip(
        site_name=rules.name,
        number=ticket.label,
        attention_class=ticket.attention_class,
        service_name=body["service_name"],
        ahead=body["ahead"],
        wait_words=body["wait"]["words"] if body["wait"] else "",
        link=link,
        issued_local=ticket.arrived_at.astimezone(ZoneInfo(rules.zone)),
        complaints=rules.complaints,
    )
    return {**body, "slip": [{"style": line.style, "text": line.text} for line in lines]}
