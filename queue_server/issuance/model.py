"""PURE: applications and their legal states, the issuance port and its closed set of answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from queue_server.payments.model.day_books import TakingsNotTold, TakingsPage
from queue_server.payments.model.vouchers import Voucher, VoucherAnswer


class ApplicationState(StrEnum):
    """Where an application stands. Nothing here says what a certificate contains."""

    REGISTERED = "registered"  # before the first céntimo moved
    ACCEPTED = "accepted"  # paid; the centre will be asked, or is being asked
    UNDER_REVIEW = "under_review"  # people at the centre decide
    ISSUED = "issued"  # the signed PDF is here and verified
    REFUSED = "refused"


# Every change of state that may ever happen; the database holds the same table.
TRANSITIONS: tuple[tuple[str, ApplicationState], ...] = (
    ("", ApplicationState.REGISTERED),
    (ApplicationState.REGISTERED, ApplicationState.ACCEPTED),
    (ApplicationState.ACCEPTED, ApplicationState.UNDER_REVIEW),
    (ApplicationState.ACCEPTED, ApplicationState.ISSUED),
    (ApplicationState.ACCEPTED, ApplicationState.REFUSED),
    (ApplicationState.UNDER_REVIEW, ApplicationState.ISSUED),
    (ApplicationState.UNDER_REVIEW, ApplicationState.REFUSED),
)


class DocumentType(StrEnum):
    """What one can apply with; two-digit codes as the State's registers write them."""

    DNI = "01"
    CE = "04"  # carné de extranjería
    PASSPORT = "07"
    PTP = "23"  # permiso temporal de permanencia
    CPP = "26"  # its card


class Purpose(StrEnum):
    """What an application asks for."""

    NEW = "new"  # a new certificate; it is paid for
    AGAIN = "again"  # the one in force once more; nothing is charged


class LetterKind(StrEnum):
    """What an e-mail is about. None says anything of a result."""

    CERTIFICATE = "certificate"
    PAYMENT_WAITS = "payment_waits"  # the voucher does not show yet; it is kept
    PAYMENT_REFUSED = "payment_refused"
    IN_REVIEW = "in_review"
    REFUSED = "refused"


class LetterState(StrEnum):
    """Where an e-mail stands; `none` where none is owed."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class Refusal(StrEnum):
    """Why the centre says no; each has its own words on the screen."""

    UNKNOWN_DOCUMENT = "unknown_document"
    NOT_IN_FORCE = "not_in_force"
    UNDER_AGE = "under_age"
    DATA_MISMATCH = "data_mismatch"
    PAYMENT_NOT_FOUND = "payment_not_found"
    PAYMENT_USED = "payment_used"
    PAYMENT_OF_ANOTHER = "payment_of_another"
    PAYMENT_TOO_LITTLE = "payment_too_little"
    CALLER_NOT_ALLOWED = "caller_not_allowed"
    NOT_ACCEPTED = "not_accepted"


@dataclass(frozen=True)
class Printed:
    """What else is printed on a DNI whose number was typed: check character, date of issue."""

    check: str
    issued_on: date


@dataclass(frozen=True)
class Applicant:
    """Who applies: two-digit type code, number, birth date as the document says.

    `printed` goes along with the question who this is, and is kept nowhere.
    """

    document_type: str
    document_number: str
    birth_date: date
    printed: Printed | None = None


@dataclass(frozen=True)
class Holder:
    """What the register knows of a document's holder. Names in capitals, without accents.

    `certificate_number` and `certificate_until`: a certificate still in force, if any.
    """

    given_names: str
    first_surname: str
    second_surname: str
    data_match: bool
    of_age: bool
    certificate_number: str | None = None
    certificate_until: date | None = None


@dataclass(frozen=True)
class PaymentEvidence:
    """What the centre is told about a payment. `reference`: the terminal's RRN, or the voucher."""

    means: str
    amount_centimos: int
    reference: str
    paid_at: datetime


# --- the closed set of answers -------------------------------------------------------------------
@dataclass(frozen=True)
class Found:
    """`consultarTitular` knows this document."""

    holder: Holder


@dataclass(frozen=True)
class Issued:
    """The certificate exists at the centre; its PDF is fetched next."""

    certificate_number: str
    verification_code: str


@dataclass(frozen=True)
class UnderReview:
    """People at the centre decide; ask again later."""


@dataclass(frozen=True)
class Refused:
    """The centre says no, for good. `words`: its own text, for staff, never for the screen."""

    reason: Refusal
    words: str = ""


@dataclass(frozen=True)
class NotKnown:
    """`consultarSolicitud` never heard of this id: the request did not arrive, send it again."""


@dataclass(frozen=True)
class TryLater:
    """Nothing was done; try again.

    `reason`: quota, no_connection, payment_not_visible, backend, or `code_…` where nobody knows it.
    """

    reason: str


@dataclass(frozen=True)
class Unknown:
    """The reply was lost: the work may or may not be done. Ask by id before anything else."""

    reason: str


@dataclass(frozen=True)
class Document:
    """The signed PDF, its digest and length already checked against the reply."""

    pdf: bytes
    sha256: str


Titular = Found | Refused | TryLater | Unknown
Outcome = Issued | UnderReview | Refused | TryLater | Unknown
Inquiry = Outcome | NotKnown
Fetched = Document | TryLater | Unknown


class IssuanceBackend(Protocol):
    """The centre. Every call ends within its overall deadline and never raises for the network."""

    def holder(self, applicant: Applicant) -> Titular:
        """Who this document belongs to (`consultarTitular`)."""
        ...

    def request(self, application: UUID, applicant: Applicant, paid: PaymentEvidence) -> Outcome:
        """Ask for the certificate; the same id gets the same answer (`solicitarCertificado`)."""
        ...

    def inquire(self, application: UUID) -> Inquiry:
        """What became of a request (`consultarSolicitud`)."""
        ...

    def fetch(self, certificate_number: str) -> Fetched:
        """The signed PDF (`obtenerCertificado`)."""
        ...

    def validate(self, voucher: Voucher) -> VoucherAnswer:
        """Whether a bank's voucher pays (`validarPago`); a question, free to repeat."""
        ...

    def takings(self, day: date, page: int) -> TakingsPage | TakingsNotTold:
        """What the centre recorded for this site on a day (`consultarRecaudacion`); a question."""
        ...

    def healthy(self) -> bool:
        """Whether the centre answers that it serves now (`estadoServicio`)."""
        ...


@dataclass(frozen=True)
class Verdict:
    """What checking a PDF's signature found. `problems` is empty when it may be delivered."""

    valid: bool
    signer: str
    problems: Sequence[str] = ()


class PdfVerifier(Protocol):
    """Checks a PAdES signature against the configured authority."""

    def verify(self, pdf: bytes) -> Verdict:
        """Digest, signature and chain of `pdf`; never raises for a bad document."""
        ...


def masked_name(holder: Holder) -> str:
    """`PR**** JUAN`: enough to recognise oneself, too little for who looks over a shoulder."""
    first = holder.given_names.split(" ")[0]
    shown = max(0, min(2, len(holder.first_surname) - 1))  # at least one letter stays hidden
    return f"{holder.first_surname[:shown]}**** {first}".strip()


def is_of_age(birth_date: date, today: date) -> bool:
    """Eighteen or older on `today`; born on 29 February comes of age on 1 March."""
    years = today.year - birth_date.year
    return years - ((today.month, today.day) < (birth_date.month, birth_date.day)) >= 18


class NotSellable(StrEnum):
    """Why no certificate is sold to this person now; said before any money."""

    UNKNOWN_DOCUMENT = "unknown_document"
    NOT_IN_FORCE = "not_in_force"
    UNDER_AGE = "under_age"
    DATA_MISMATCH = "data_mismatch"
    ALREADY_VALID = "already_valid"
    BACKEND_AWAY = "backend_away"
    PAYMENT_IN_DOUBT = "payment_in_doubt"  # whether this person has paid today is not known yet
    NOT_ACCEPTED = "not_accepted"


class Instead(StrEnum):
    """What can be had when no certificate is sold; a kiosk offers these and no others."""

    SEND_AGAIN = "send_again"  # the certificate in force, once more, for nothing
    OTHER_DOCUMENT = "other_document"
    TURN = "turn"


def instead_of(reason: NotSellable) -> tuple[Instead, ...]:
    """What to offer instead, the most useful first."""
    match reason:
        case NotSellable.ALREADY_VALID:
            return (Instead.SEND_AGAIN, Instead.TURN)
        case NotSellable.UNKNOWN_DOCUMENT | NotSellable.DATA_MISMATCH:
            return (Instead.OTHER_DOCUMENT, Instead.TURN)
        case _:
            return (Instead.TURN,)


def judge(titular: Titular, applicant: Applicant, today: date) -> Holder | NotSellable:
    """Whether a certificate can be sold to `applicant`: the holder, or why not.

    Age is judged twice, by the register and by the document's birth date.
    """
    match titular:
        case TryLater() | Unknown():
            return NotSellable.BACKEND_AWAY
        case Refused(reason):
            known = reason in set(NotSellable)
            return NotSellable(reason) if known else NotSellable.NOT_ACCEPTED
        case Found(holder):
            return _judge_holder(holder, applicant, today)


def is_holder(titular: Titular) -> bool:
    """Whether the register says that what was given is its holder's."""
    return isinstance(titular, Found) and titular.holder.data_match


def _judge_holder(holder: Holder, applicant: Applicant, today: date) -> Holder | NotSellable:
    if not holder.data_match:
        return NotSellable.DATA_MISMATCH
    if not holder.of_age or not is_of_age(applicant.birth_date, today):
        return NotSellable.UNDER_AGE
    if holder.certificate_until is not None and holder.certificate_until >= today:
        return NotSellable.ALREADY_VALID
    return holder
