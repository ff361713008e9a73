"""Everything that is held of one person, opened, and who looked at it."""

from typing import Any

from sqlalchemy import String, cast, or_, select

from queue_server.core.looks import SEEN
from queue_server.core.tables import events
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.services import own_data as of_applications
from queue_server.turns.services import own_data as of_visits

EXPORTED = "person_data.exported"


def export(uow: UnitOfWork, actor: Actor, document_type: str, number: str) -> dict[str, Any]:
    """What `actor`'s site holds of this document, as JSON; recorded by the records' ids.

    Payments, claims and vouchers are the institution's books: each application names its amount,
    and staff find the rest by the application's number.
    """
    uow.lock_site(actor.site)
    applications = of_applications.of_person(uow, actor.site, document_type, number)
    visits = of_visits.of_person(uow, actor.site, document_type, number)
    ids = {
        "application": [each["id"] for each in applications],
        "visit": [each["id"] for each in visits],
    }
    found = {
        "site": actor.site,
        "at": uow.now.isoformat(),
        "applications": applications,
        "visits": visits,
        "looks": _looks(uow, actor.site, [each for some in ids.values() for each in some]),
    }
    uow.record(actor, EXPORTED, records=ids)
    return found


def _looks(uow: UnitOfWork, site: str, ids: list[str]) -> list[dict[str, str]]:
    """Who of the staff looked at one of these records, where and when; oldest first."""
    if not ids:
        return []
    body = cast(events.c.body, String)
    rows = uow.connection.execute(
        select(events.c.actor, events.c.body, events.c.at)
        .where(events.c.site == site, events.c.kind == SEEN)
        .where(or_(*(body.contains(each, autoescape=True) for each in ids)))
        .order_by(events.c.id)
    )
    return [{"who": row.actor, "page": row.body["page"], "at": row.at.isoformat()} for row in rows]
