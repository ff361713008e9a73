"""Guesses at a typed document are bounded: a number is known to many, its dates to few.

A try is counted before the centre is asked, by document and site, and forgiven unless the centre
said that the data do not agree. Only a keyed digest of the document is kept.
"""

from queue_server.core.unit_of_work import UnitOfWork
from queue_server.issuance.model import (
    Applicant,
    Found,
    Refusal,
    Refused,
    Titular,
    TryLater,
    Unknown,
)
from queue_server.issuance.services.identification import count_try, forgive

_MISSES = (Refusal.DATA_MISMATCH, Refusal.UNKNOWN_DOCUMENT)


def begin(uow: UnitOfWork, site: str, who: Applicant) -> None:
    """One more try; the unit must be committed. Raises Problem 429 when there were too many."""
    count_try(uow, site, _counted(uow, who))


def end(uow: UnitOfWork, site: str, who: Applicant, titular: Titular) -> None:
    """What the centre said: a miss stays counted, no answer is no try, the right data wipe all."""
    match titular:
        case Found(holder) if not holder.data_match:
            return
        case Refused(reason) if reason in _MISSES:
            return
        case TryLater() | Unknown():
            forgive(uow, site, _counted(uow, who), every=False)
        case _:
            forgive(uow, site, _counted(uow, who), every=True)


def _counted(uow: UnitOfWork, who: Applicant) -> str:
    document = f"{who.document_type}:{who.document_number}"
    return "T" + uow.vault.index("typed_documents.number", document).hex()[:4]
