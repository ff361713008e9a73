"""A ticket as a page of 80 mm paper, for counters that print with the browser."""

from dataclasses import dataclass
from typing import Any

import segno
from markupsafe import Markup

from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.turns.api.bodies import link_of, printed
from queue_server.turns.services import change, estimates
from queue_server.turns.services.rules import site_rules


@dataclass(frozen=True)
class PrintedLine:
    """One line of the slip. `code`: the QR drawn as SVG, for lines of style `qr` only."""

    style: str
    text: str
    code: Markup | None = None


def printed_ticket(request: Any, uow: UnitOfWork, actor: Actor, ticket_id: str) -> dict[str, Any]:
    """The number and the lines of a ticket of this site. Raises Problem 404."""
    rules = site_rules(uow, actor.site)
    ticket = change.known(uow, actor.site, ticket_id)
    place = estimates.prospect(uow, rules, ticket)
    body = printed(rules, ticket, place, link_of(request, uow, ticket))
    lines = [_line(each["style"], each["text"]) for each in body["slip"]]
    return {"number": body["number"], "lines": lines}


def _line(style: str, text: str) -> PrintedLine:
    if style != "qr":
        return PrintedLine(style, text)
    drawn = segno.make(text, error="m", micro=False)
    # Only path data leaves segno: the text of the code never becomes markup.
    return PrintedLine(style, text, Markup(drawn.svg_inline(omitsize=True, border=0)))
