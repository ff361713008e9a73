"""What was paid and cannot be used becomes a claim: a code for the person, a row for staff."""

import os
from uuid import UUID, uuid5

import structlog

from kiosk.claim_code import RANDOM_BYTES, claim_code
from kiosk.flow.facts import Owed
from kiosk.journal import Journal
from kiosk.journal.claims import Claim, ClaimReason
from kiosk.journal.orders import OrderEntry
from kiosk.news import claim_made
from kiosk.order import Means, OrderState

log = structlog.get_logger("owing")


def refused_for_good(journal: Journal, entry: OrderEntry, payment: UUID, word: str) -> Claim:
    """The server will never take `payment`: owe all of it, unproven until staff have looked why.

    It may have taken it under another key; nothing is paid out before a person has seen that. For
    the same reason no notes and coins are named: they may stand there for this very payment.
    """
    log.error("payment refused by the server", application=str(entry.application), answer=word)
    with journal.together():
        journal.orders.step(entry.application, OrderState.RETURNING)
        claim = journal.claims.make(
            Claim(
                uuid5(payment, "not_registered"),
                claim_code(os.urandom(RANDOM_BYTES)),
                entry.application,
                payment,
                entry.means or Means.CARD,
                entry.amount_centimos,
                ClaimReason.NOT_REGISTERED,
                proven=False,
            )
        )
        journal.outgoing.put(claim_made(claim))
        journal.orders.step(entry.application, OrderState.OWED)
    return claim


def owed_of(claim: Claim) -> Owed:
    """What the person at the screen is told of `claim`."""
    return Owed(claim.code, claim.amount_centimos, claim.proven)
