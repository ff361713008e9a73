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

    `type` is the two-digit code of the State's registers (01 DNI, 04 CE, 07 passport …). `typed`:
    it was not read, and nothing private is shown on its word; of a DNI `check` and `issue_date`
    then say what else is printed on it.
    """

    type: str
    number: str
    birth_date: date
    surname: str = ""
    given_names: str = ""
    typed: bool = False
    check: str = ""
    issue_date: date | None = None

    @property
    def is_proven(self) -> bool:
        """Whether more is known than a number and a birth date, which many people know: it was
        read, or it is a DNI typed with what only its card says."""
        return not self.typed or bool(self.check and self.issue_date)


@dataclass(frozen=True)
class Person:
    """The applicant of this session. `session` is minted at the first touch, once.

    `sends` and `corrections` count how often they asked for their certificate to be sent again, and
    for their address to be changed, `checks` how often the centre was asked about them, `papers`
    how often a number's paper failed, `lookups` how often they asked where something stands,
    `orders` how often they went back from an order to its address: each further try is a request
    with an id of its own.
    `retries`: how often another identity was tried instead.
    `came_by_document`: the first screen, with its preferential way in, was passed over; `declined`:
    they do not want to be attended first. `began_as`: their first session, where this is another.
    """

    session: UUID
    attention_class: AttentionClass
    document: Document | None = None
    sends: int = 0
    corrections: int = 0
    papers: int = 0
    lookups: int = 0
    checks: int = 0
    orders: int = 0
    retries: int = 0
    came_by_document: bool = False
    declined: bool = False
    began_as: UUID | None = None

    @property
    def visit(self) -> UUID:
        """The session they came with: the same until they leave, whoever they say they are."""
        return self.began_as or self.session
