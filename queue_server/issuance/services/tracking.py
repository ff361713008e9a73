"""Where an application stands, for who applied: its state and its letters, never the result."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from hmac import compare_digest
from typing import Any

from sqlalchemy import Row, bindparam, select

from queue_server.core.prepared import Prepared
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.model import (
    Applicant,
    ApplicationState,
    LetterKind,
    LetterState,
    Refusal,
)
from queue_server.issuance.services import applications, delivery, letters
from queue_server.issuance.services.identification import application_number, identified
from queue_server.payments.model.standing import PaymentStanding
from queue_server.payments.services import claims, vouchers
from queue_server.turns.services.rules import site_codes

LOOKED_AT = 20
ENDING = 4  # characters of the document
NO_LETTER = "none"
SHOWN = 3  # applications of one document
_letters = tables.letters
_LAST_LETTER = Prepared(
    select(_letters.c.state)
    .where(
        _letters.c.application == bindparam("application"),
        _letters.c.state != str(LetterState.WITHDRAWN),
    )
    .order_by(_letters.c.position.desc())
    .limit(1)
)


@dataclass(frozen=True)
class Tracked:
    """An application for its tracking page. Nothing of the person but the masked address.

    `payment`: what paid, or how the voucher presented last stands. `email`: how the letter that
    matters stands, `none` where none is owed. `kept_until`: until when an issued certificate can be
    had; None before, and once it is deleted. `claim_open`: money can be collected for it.
    """

    site: str
    number: str
    state: ApplicationState
    refusal: Refusal | None
    payment: PaymentStanding
    masked_email: str | None
    email: str
    kept_until: datetime | None
    claim_open: bool = False


def track(uow: UnitOfWork, site: str, typed: str, ending: str) -> Tracked | None:
    """The application with the number `typed`, if its document ends in `ending` (4 characters).

    None when it does not, or there is none: a miss that is counted at `site`, so the unit must be
    committed. Raises Problem 429 as `identified` does.
    """
    number, ends = application_number(typed), document_ending(ending)
    if number is None or len(ends) != ENDING:
        return None

    def proves(who: Applicant) -> bool:
        return compare_digest(who.document_number[-ENDING:].encode(), ends.encode())

    row = identified(uow, site, site_codes(uow), number, proves)
    return None if row is None else _tracked(uow, row)


def of_document(uow: UnitOfWork, site: str, who: Applicant) -> list[Tracked]:
    """What was applied for at `site` with this document, the newest first, at most `SHOWN`.

    Not what was left before anything was paid or presented: that is no application to its person.
    The document was read, so of an address they see enough to find a slip in the domain too.
    """
    applications_ = tables.applications
    index = applications.document_index(uow, who.document_type, who.document_number)
    rows = uow.connection.execute(
        select(applications_)
        .where(applications_.c.site == site, applications_.c.document_index == index)
        .order_by(applications_.c.registered_at.desc())
        .limit(LOOKED_AT)
    ).all()
    mine = (row for row in rows if _born(uow, row) == who.birth_date)
    found = (_shown_to_holder(uow, row) for row in mine)
    return [each for each in found if not _left(each)][:SHOWN]


def _born(uow: UnitOfWork, row: Row[Any]) -> date:
    return applications.open_applicant(uow, row.applicant).birth_date


def _left(of: Tracked) -> bool:
    return (
        of.state is ApplicationState.REGISTERED
        and of.payment is PaymentStanding.NONE
        and not of.claim_open
    )


def document_ending(typed: str) -> str:
    """What was typed of a document, without spaces and dashes, in capitals."""
    return "".join(sign for sign in typed.upper() if sign.isascii() and sign.isalnum())


def masked(email: str) -> str:
    """`a***@d***`: enough to see a slip of the first letters, the same length for everybody."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}***@{domain[:1]}***"


def masked_for_holder(email: str) -> str:
    """`a****@domain.com`: as the kiosk masks what was typed there."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}****@{domain}"


def email_state(uow: UnitOfWork, application: str) -> str:
    """How the certificate's letter stands, as a `LetterState`; `none` where none is owed.

    Before there is one, `failed` says that another letter will never reach the address.
    """
    letter = letters.newest(uow, application, LetterKind.CERTIFICATE)
    if letter is not None:
        return letter.state
    last = _LAST_LETTER.scalar(uow.connection, {"application": application})
    return LetterState.FAILED if last == LetterState.FAILED else NO_LETTER


def _shown_to_holder(uow: UnitOfWork, row: Row[Any]) -> Tracked:
    email = applications.email_of(uow, row)
    address = None if email is None else masked_for_holder(email)
    return replace(_tracked(uow, row), masked_email=address)


def _tracked(uow: UnitOfWork, row: Row[Any]) -> Tracked:
    email = applications.email_of(uow, row)
    return Tracked(
        site=row.site,
        number=row.number,
        state=ApplicationState(row.state),
        refusal=row.refusal and Refusal(row.refusal),
        payment=vouchers.payment_standing(uow, row.id),
        masked_email=None if email is None else masked(email),
        email=email_state(uow, row.id),
        kept_until=delivery.kept_until(uow, row.id),
        claim_open=row.id in claims.open_for(uow, [row.id]),
    )
