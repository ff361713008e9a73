"""Who stands at the kiosk, and what their document says."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class AttentionClass(StrEnum):
    """Ley 28683: beneficiaries are attended first."""

    GENERAL = "general"
    PREFERENTIAL = "preferential"


@dataclass(frozen=True)
class Document:
    """What the identity document says: enough to identify, nothing more.

    `type` is the two-digit code of the State's registers (01 DNI, 04 CE, 07 passport …).
    """

    type: str
    number: str
    birth_date: date
    surname: str = ""
    given_names: str = ""


@dataclass(frozen=True)
class Person:
    """The applicant of this session. `session` is minted at the first touch, once.

    `sends` and `corrections` count how often they asked for their certificate to be sent again, and
    for their address to be changed, `papers` how often a number's paper failed: each further try is
    a request with an id of its own.
    """

    session: UUID
    attention_class: AttentionClass
    document: Document | None = None
    sends: int = 0
    corrections: int = 0
    papers: int = 0
