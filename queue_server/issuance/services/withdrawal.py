"""Letters that nobody should get any more."""

from collections.abc import Collection

from sqlalchemy import update

from queue_server.core import outbox
from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance import tables
from queue_server.issuance.model import LetterKind, LetterState
from queue_server.issuance.services.letters import MAIL


def withdraw(
    uow: UnitOfWork, site: str, application: str, kinds: Collection[LetterKind] = tuple(LetterKind)
) -> list[LetterKind]:
    """Withdraw the application's letters of these kinds that still wait; their kinds, in order.

    One that is with the mail server at this very moment may still arrive.
    """
    letters = tables.letters
    rows = uow.connection.execute(
        update(letters)
        .where(
            letters.c.application == application,
            letters.c.kind.in_(kinds),
            letters.c.state == LetterState.WAITING,
        )
        .values(state=LetterState.WITHDRAWN, changed_at=uow.now)
        .returning(letters.c.id, letters.c.kind, letters.c.position)
    ).all()
    for row in rows:
        outbox.call_off(uow, site, MAIL, row.id)
    return [LetterKind(row.kind) for row in sorted(rows, key=lambda row: row.position)]
