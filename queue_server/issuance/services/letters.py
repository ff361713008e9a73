"""The e-mails an application owes: each written down once, with the Message-ID it keeps."""

from typing import Any
from uuid import uuid4

from sqlalchemy import Row, bindparam, func, insert, select, update

from queue_server.core import outbox
from queue_server.core.prepared import Prepared
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.model import LetterKind, LetterState

MAIL = "mail"
_letters = tables.letters
_NEWEST = Prepared(
    select(_letters)
    .where(_letters.c.application == bindparam("application"), _letters.c.kind == bindparam("kind"))
    .order_by(_letters.c.position.desc())
    .limit(1)
)


def owe(uow: UnitOfWork, application: Row[Any], kind: LetterKind) -> None:
    """Leave a letter to the application's address, if it has one; its letters go in order."""
    if application.email is None:
        return
    uow.lock_site(application.site)
    letters, letter = tables.letters, str(uuid4())
    count = uow.connection.execute(
        select(func.count()).where(letters.c.application == application.id)
    ).scalar_one()
    uow.connection.execute(
        insert(letters),
        {
            "id": letter,
            "application": application.id,
            "kind": kind,
            "position": count + 1,
            "message_id": f"<{letter}@{application.site.lower()}.ventanilla.invalid>",
            "state": LetterState.WAITING,
            "written_at": uow.now,
            "changed_at": uow.now,
        },
    )
    chain = f"mail {application.id[:35]}"
    outbox.post(uow, application.site, MAIL, letter, chain=chain, live=False)


def find(uow: UnitOfWork, letter: str) -> Row[Any]:
    """The row of a letter. Raises LookupError."""
    row = uow.connection.execute(
        select(tables.letters).where(tables.letters.c.id == letter)
    ).one_or_none()
    if row is None:
        raise LookupError(f"no letter {letter}")
    return row


def newest(uow: UnitOfWork, application: str, kind: LetterKind) -> Row[Any] | None:
    """The last letter of this kind that an application owed."""
    return _NEWEST.one_or_none(uow.connection, {"application": application, "kind": kind})


def settled(uow: UnitOfWork, letter: str, state: LetterState, code: int | None = None) -> None:
    """How a letter ended, with the mail server's code."""
    uow.connection.execute(
        update(tables.letters)
        .where(tables.letters.c.id == letter)
        .values(state=state, code=code, changed_at=uow.now)
    )
