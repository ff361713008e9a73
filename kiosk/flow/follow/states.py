"""Where a person stands who asks about something they began before."""

from dataclasses import dataclass
from enum import StrEnum

from kiosk.flow.facts import ReadProblem
from kiosk.flow.person import Document, Person


class NotFollowed(StrEnum):
    """Why nothing can be said; all of them leave the person in front of what they typed."""

    MISTYPED = "mistyped"  # no such number or code can exist
    NOT_FOUND = "not_found"
    TOO_MANY_TRIES = "too_many_tries"
    AWAY = "away"


class Story(StrEnum):
    """How an application stands, as it is told to its person; never what a certificate says."""

    NOT_PAID = "not_paid"
    CONFIRMING = "confirming"  # the payment is being found out
    PAYMENT_REFUSED = "payment_refused"  # what the bank printed does not pay
    MONEY_BACK = "money_back"  # a wallet's payment goes back
    WORKING = "working"
    IN_REVIEW = "in_review"
    SENT = "sent"
    SENDING = "sending"
    NOT_DELIVERED = "not_delivered"  # the address takes no letter
    TO_COLLECT = "to_collect"  # no address was given
    KEPT_NO_MORE = "kept_no_more"  # issued and sent; the file is deleted
    NOT_KEPT = "not_kept"  # issued; the file is deleted, and nobody knows that it arrived
    REFUSED = "refused"  # paid, and refused: the money is returned


class ClaimStory(StrEnum):
    """How a claim stands."""

    OWED = "owed"
    BEING_FOUND_OUT = "being_found_out"
    PAID_OUT = "paid_out"
    SETTLED = "settled"  # otherwise: it went back, or pays for its certificate


@dataclass(frozen=True)
class Followed:
    """One application. `masked_email`: where its letters go, None without an address."""

    number: str
    story: Story
    masked_email: str | None = None
    claim_open: bool = False


@dataclass(frozen=True)
class FollowedClaim:
    """One claim, by the code its holder typed."""

    code: str
    amount_centimos: int
    story: ClaimStory


@dataclass(frozen=True)
class FollowMenu:
    """An application, or money that is owed?"""

    person: Person


@dataclass(frozen=True)
class FollowDocument:
    """The document is enough, where a reader reads it. `scanned`: only its bar code was read, and
    a number proves nothing."""

    person: Person
    problem: ReadProblem | None = None
    scanned: bool = False


@dataclass(frozen=True)
class FollowKind:
    """The document was read, and did not say of which kind it is."""

    person: Person
    read: Document


@dataclass(frozen=True)
class FollowNumber:
    """Which application? Its number is on the paper."""

    person: Person
    problem: NotFollowed | None = None


@dataclass(frozen=True)
class FollowEnding:
    """And the last four characters of its document, as on the page for phones."""

    person: Person
    number: str
    short: bool = False


@dataclass(frozen=True)
class FollowCode:
    """Which claim? Its code is on the slip."""

    person: Person
    problem: NotFollowed | None = None


@dataclass(frozen=True)
class Following:
    """The server is asked. `by_code`: about a claim."""

    person: Person
    by_code: bool = False
    code: str = ""


@dataclass(frozen=True)
class FollowedNothing:
    """Nothing was applied for with this document."""

    person: Person


@dataclass(frozen=True)
class FollowedOnes:
    """Where the person's applications stand, one at a time."""

    person: Person
    found: tuple[Followed, ...]
    shown: int = 0

    @property
    def one(self) -> Followed:
        """The one on the screen."""
        return self.found[self.shown]


@dataclass(frozen=True)
class FollowedMoney:
    """Where the claim stands."""

    person: Person
    claim: FollowedClaim


Follow = (
    FollowMenu
    | FollowDocument
    | FollowKind
    | FollowNumber
    | FollowEnding
    | FollowCode
    | Following
    | FollowedNothing
    | FollowedOnes
    | FollowedMoney
)
