"""Deletes what is held of one person (Ley 29733, article 20), as far as the law lets it go."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import String, cast, delete, or_, select

from queue_server.core.idempotency import REPLIES_KEPT_HOURS
from queue_server.core.problem import Problem
from queue_server.core.tables import events, replies
from queue_server.core.unit_of_work import Actor, UnitOfWork
from queue_server.issuance.services import erasing as applications
from queue_server.payments.services import forgetting as payments
from queue_server.turns.services import forgetting as visits

ERASED = "person_data.erased"

# What stays, and why; printed, and nothing of it names the person.
STAYS: tuple[tuple[str, str], ...] = (
    (
        "application numbers, states, amounts, days and kiosks; payments, returns and claims with "
        "their amounts, of a card the last four digits and the terminal's references",
        "the books of money that was taken: kept as accounting demands, without who paid",
    ),
    ("a keyed digest of each bank voucher", "a bank's payment must not be used twice"),
    (
        "visits and turns without a document; the figures of the reports",
        "they are about nobody any more",
    ),
    ("the audit log", "it holds ids and words only, and nothing may be deleted from it"),
    ("backups made before now", "until their own time is over; delete again after a restore"),
    ("what INPE's own system and the mail server keep", "ask them: it is theirs"),
)


@dataclass(frozen=True)
class Deleted:
    """What went: the ids of the applications and visits that are about nobody now, and how many
    rows of other tables lost something."""

    applications: tuple[str, ...]
    visits: tuple[str, ...]
    others: Mapping[str, int]


def delete_person(uow: UnitOfWork, actor: Actor, document_type: str, number: str) -> Deleted:
    """Erase this document and all that belongs to it at `actor`'s site; recorded by records' ids.

    Raises Problem 409 while something of it is under way or its money is open, with the numbers of
    the applications; 404 where nothing is held of it.
    """
    uow.lock_site(actor.site)
    mine = applications.of_document(uow, actor.site, document_type, number)
    unsettled = applications.not_settled(uow, actor.site, mine)
    if unsettled:
        words = (
            "nothing was deleted: these applications are under way, or their money is not settled "
            f"yet: {', '.join(unsettled)}. Settle them (page Resolver), then ask again"
        )
        raise Problem(409, "not_settled", words, numbers=unsettled)
    others = payments.erase_of(uow, actor.site, mine)
    applications.erase(uow, actor.site, mine)
    came = visits.forget_person(uow, actor.site, document_type, number)
    if not mine and not came:
        raise Problem(404, "nobody", "nothing is held of this document at this site")
    others["replies"] = _forget_replies(uow, actor.site, [*mine, *came])
    uow.record(actor, ERASED, records={"application": mine, "visit": came}, others=others)
    return Deleted(tuple(mine), tuple(came), others)


def _forget_replies(uow: UnitOfWork, site: str, ids: Collection[str]) -> int:
    """Delete the kept answers to requests about these records."""
    body, kept = cast(events.c.body, String), timedelta(hours=REPLIES_KEPT_HOURS + 1)
    about = or_(*(body.contains(each, autoescape=True) for each in ids))
    keys = select(events.c.key).where(events.c.site == site, events.c.at > uow.now - kept, about)
    gone = delete(replies).where(replies.c.site == site, replies.c.key.in_(keys))
    return uow.connection.execute(gone).rowcount
