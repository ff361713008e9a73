"""What the server, a device or the person said: facts that screens show and events carry."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from kiosk.flow.person import AttentionClass
from kiosk.flow.slip import SlipLine
from kiosk.flow.world import Service
from kiosk.order import Means


@dataclass(frozen=True)
class Wait:
    """How long a turn may take, in whole minutes; each language words it."""

    low_min: int
    high_min: int


@dataclass(frozen=True)
class Ticket:
    """A turn as the server issued it. `ahead` counts the people to be called before.

    `wait`: the server's estimate, None when nobody can say.
    `slip`: its paper. `by_voice`: this kiosk gave out the number while the server was away; staff
    call it from the paper.
    """

    ticket_id: str
    number: str
    service: str
    attention_class: AttentionClass
    ahead: int
    wait: Wait | None = None
    slip: tuple[SlipLine, ...] = ()
    by_voice: bool = False


class NoTurn(StrEnum):
    """Why a turn was not given; the server's stable words, and the kiosk's own."""

    SITE_CLOSED = "site_closed"
    SERVICE_CLOSED = "service_closed"
    QUOTA_REACHED = "quota_reached"
    UNKNOWN_SERVICE = "unknown_service"
    AWAY = "away"  # no connection
    NO_NUMBERS = "no_numbers"  # of the kiosk's own
    ASK_STAFF = "ask_staff"  # no line here is for this
    OTHER = "other"  # only the server's sentence says


class ReadProblem(StrEnum):
    """Why a document could not be taken; all of them end in "vuelva a pasar su documento"."""

    CHECK_DIGIT = "check_digit"
    UNREADABLE = "unreadable"
    NOT_TEXT = "not_text"
    UNSUPPORTED = "unsupported"
    NO_DOCUMENT = "no_document"  # a code, but of something else
    BANK_CARD = "bank_card"
    TWO_DOCUMENTS = "two_documents"  # at once: nobody knows whose session it is


class PrintState(StrEnum):
    """What is known about the slip on paper."""

    PRINTING = "printing"
    PRINTED = "printed"
    NOT_PRINTED = "not_printed"
    UNKNOWN = "unknown"


class NotPossible(StrEnum):
    """Why no certificate can be asked for; said before any money, each in its own words."""

    UNKNOWN_DOCUMENT = "unknown_document"
    NOT_IN_FORCE = "not_in_force"
    UNDER_AGE = "under_age"
    DATA_MISMATCH = "data_mismatch"
    ALREADY_VALID = "already_valid"
    BACKEND_AWAY = "backend_away"
    SERVER_AWAY = "server_away"
    NOT_ACCEPTED = "not_accepted"
    TOO_MANY_TRIES = "too_many_tries"  # of data that do not agree
    OTHER_DOCUMENT = "other_document"  # of a kind only a person can judge
    NOT_NOW = "not_now"  # the kiosk was closed, or there is no price
    FOR_ANOTHER = "for_another"  # the document is not of who stands here


class NotPaid(StrEnum):
    """Why nothing was taken; proven, so the person may try again."""

    DECLINED = "declined"
    ABORTED = "aborted"
    NOT_STARTED = "not_started"
    GIVEN_BACK = "given_back"  # the cash that was inside
    NO_CASH = "no_cash"  # nothing was put in
    REFUND_COMING = "refund_coming"  # the wallet's gateway gives it back
    EXPIRED = "expired"  # nobody paid the wallet's code in time


@dataclass(frozen=True)
class Offer:
    """What the server found before any money: whose certificate, for how many céntimos."""

    masked_name: str
    fee_centimos: int


@dataclass(frozen=True)
class Owed:
    """Money somebody can collect at a window with `code`, and follow by it.

    `proven`: it is certain that it is owed; else it is being found out.
    """

    code: str
    amount_centimos: int
    proven: bool = True


@dataclass(frozen=True)
class Counted:
    """What the journal decided of a cash-in: whether the fee is `paid`, and how many céntimos go
    back, as change or because they were not enough."""

    paid: bool
    back_centimos: int


@dataclass(frozen=True)
class Order:
    """One application being paid. `number` is the short one people keep.

    `attempt` counts the tries to pay; each has an id of its own. `amount_centimos` is 0 for a
    certificate in force that is sent again. `means`: how it was paid, None before. `owed`: what the
    person holds claims for. `change_centimos`: the change that came out for them.
    """

    application: UUID
    number: str
    amount_centimos: int
    email: str | None
    attempt: int = 1
    means: Means | None = None
    owed: tuple[Owed, ...] = ()
    change_centimos: int = 0

    @property
    def free(self) -> bool:
        """True when nothing is charged for it."""
        return self.amount_centimos == 0


@dataclass(frozen=True)
class InForce:
    """The person's certificate that can be sent again, and its last day.

    `until` is None while the centre has not been asked: perhaps there is none any more.
    """

    service: Service
    until: date | None = None


class Standing(StrEnum):
    """How an application that was begun before stands."""

    IN_DOUBT = "in_doubt"  # it is being found out whether it was paid
    BANK_WAITS = "bank_waits"  # what was paid at the bank does not show yet
    WORKING = "working"
    UNDER_REVIEW = "under_review"
    OWED = "owed"  # it is over, but money of it waits to be collected


@dataclass(frozen=True)
class Found:
    """This person's application that is not over, by its number. `claim_open`: money waits too."""

    number: str
    standing: Standing
    claim_open: bool = False


class EmailProblem(StrEnum):
    """What is wrong with a typed e-mail."""

    INCOMPLETE = "incomplete"
    NO_AT = "no_at"
    NO_DOMAIN = "no_domain"  # nothing after the @
    TWO_ATS = "two_ats"
    SPACES = "spaces"
    SIGNS = "signs"  # letters with accents, pictures
    TOO_LONG = "too_long"


@dataclass(frozen=True)
class Doubt:
    """An address that looks like a slip of the finger: as it was typed, and as it was meant."""

    typed: str
    meant: str


class VoucherProblem(StrEnum):
    """Why a bank's payment does not pay; each in its own words."""

    MISTYPED = "mistyped"
    NOT_FOUND = "not_found"
    USED = "used"
    OF_ANOTHER = "of_another"
    TOO_LITTLE = "too_little"
    TRIES = "tries"
    NOT_ACCEPTED = "not_accepted"
    AWAY = "away"  # nobody could be asked; it may be presented again


class NotCorrected(StrEnum):
    """Why the address was not changed; all of them leave the person in front of the number."""

    MISTYPED = "mistyped"  # no such number can exist
    NOT_FOUND = "not_found"  # not with this document
    TOO_MANY_TRIES = "too_many_tries"
    TOO_OFTEN = "too_often"
    AWAY = "away"


class Outcome(StrEnum):
    """What became of an application within the time a person waits."""

    ISSUED = "issued"
    UNDER_REVIEW = "under_review"
    REFUSED = "refused"
    PENDING = "pending"


class HelpState(StrEnum):
    """How a call for a person stands; it outlives the screen it was made on."""

    NOT_CALLED = "not_called"
    CALLING = "calling"  # the server is being told
    CALLED = "called"  # the consoles show it
    COMING = "coming"  # somebody at a console said so
    NO_ANSWER = "no_answer"  # the server could not be told


class TypingProblem(StrEnum):
    """What is wrong with what was typed from a document."""

    TOO_SHORT = "too_short"
    NOT_A_NUMBER = "not_a_number"
    CHECK_CHARACTER = "check_character"
    NO_SUCH_DAY = "no_such_day"
    NOT_YET = "not_yet"  # a day to come
    TOO_LONG_AGO = "too_long_ago"
    BEFORE_BIRTH = "before_birth"  # issued before its holder was born


@dataclass(frozen=True)
class Typed:
    """What was typed of a document so far, of the State's type `type`; "" and None are open.

    `then`: the service that asked for it; None: the person chooses afterwards.
    """

    type: str = ""
    number: str = ""
    check: str = ""
    birth_date: date | None = None
    then: Service | None = None
