"""One of each state the flow can be in, and every variant that says something of its own."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from kiosk.flow.facts import (
    EmailProblem,
    Found,
    InForce,
    NotCorrected,
    NotPaid,
    NotPossible,
    Offer,
    Order,
    Owed,
    PrintState,
    ReadProblem,
    Standing,
    Ticket,
    VoucherProblem,
)
from kiosk.flow.person import AttentionClass, Document, Person
from kiosk.flow.states import (
    At,
    CannotApply,
    CertificateReady,
    CheckingApplicant,
    CheckingVoucher,
    ChooseService,
    ConfirmName,
    CorrectingEmail,
    EmailCorrected,
    GiveDay,
    GiveEmail,
    GiveEmailAgain,
    GiveNewEmail,
    GiveNumber,
    GiveSequence,
    GoesOn,
    HoldsClaim,
    InReview,
    OutOfService,
    PaidButRefused,
    PayingByCard,
    PayingByCash,
    PayingByWallet,
    PaymentUnknown,
    PaymentWaits,
    ReadDocument,
    ReadyToPay,
    Registering,
    SendingAgain,
    StillWorking,
    TakingTurn,
    Terms,
    TicketReady,
    TypeDay,
    Welcome,
    Working,
)
from kiosk.flow.world import Obstacle, Part, PartState, Service, ServiceKind, World

SERVICES = (
    Service("certificate", "Certificado de antecedentes judiciales", "J", ServiceKind.CERTIFICATE),
    Service("review", "Revisión manual de mi caso", "R"),
    Service("conduct", "Constancia de comportamiento y conducta en el penal", "C"),
    Service("release", "Constancia de libertad", "L"),
    Service("information", "Información y orientación", "I"),
)
WORLD = World(
    site="MAC Lima Norte",
    server=True,
    backend=True,
    services=SERVICES,
    fee_centimos=3770,
    public_address=True,
    wallet=True,
    parts=tuple((part, PartState(True)) for part in Part),
)
PERSON = Person(
    UUID(int=7),
    AttentionClass.PREFERENTIAL,
    Document("01", "10203040", date(1990, 2, 3), "PRADO QUISPE", "JUAN CARLOS"),
)
TICKET = Ticket(
    "t-1",
    "J-042",
    SERVICES[0].name,
    AttentionClass.PREFERENTIAL,
    7,
    "unos 105 a 118 minutos",
)
OFFER = Offer("PR**** JUAN", 3770)
IN_FORCE = InForce(SERVICES[0], date(2027, 9, 30))
ORDER = Order(UUID(int=8), "A01-00042-K", 3770, "carmen@example.com")
NO_EMAIL = replace(ORDER, email=None)
FREE = replace(ORDER, amount_centimos=0)
LONG_EMAIL = replace(
    ORDER, email="maria.del.rosario.quispe@alumnos.universidad-nacional-mayor.example.com"
)
OWED = replace(ORDER, owed=(Owed("C-7KQ2-M9XT-9", 2010),))
WALLET_CODE = (
    "00020101021226280010pe.example0110012345678952049399530360454053"
    "7.705802PE5911INPE PRUEBA6004Lima62140510K07-0001236304A519"
)
LINK = "https://certificados.example.pe/d/4Zk1vQ8sXo2LrT9wYb7NcE5hJm3KpUaDfGi6RtSxWqA"
REFUSED = "Ya tiene el turno J-017 para este trámite. Espere su llamado."


def _every_state() -> dict[str, At]:
    """One of each, and every variant that says something of its own."""
    return {
        **{f"out_of_service-{why}": OutOfService(why) for why in Obstacle},
        "welcome": Welcome(),
        "read_document": ReadDocument(PERSON),
        **{
            f"read_document-{problem}-{attempts}": ReadDocument(PERSON, problem, attempts)
            for problem in ReadProblem
            for attempts in (1, 2)
        },
        "choose_service": ChooseService(PERSON, SERVICES),
        "choose_service-refused": ChooseService(PERSON, SERVICES, REFUSED),
        "choose_service-unread": ChooseService(replace(PERSON, document=None), SERVICES[:1]),
        "choose_service-few": ChooseService(PERSON, SERVICES[:1]),
        "choose_service-many": ChooseService(PERSON, SERVICES + SERVICES),
        "taking_turn": TakingTurn(PERSON, SERVICES[2]),
        **{f"ticket_ready-{paper}": TicketReady(PERSON, TICKET, paper) for paper in PrintState},
        "ticket_ready-next": TicketReady(
            PERSON, replace(TICKET, ahead=0, number="PRE-1042"), PrintState.PRINTED
        ),
        "ticket_ready-no_estimate": TicketReady(
            PERSON, replace(TICKET, wait=""), PrintState.PRINTED
        ),
        **_before_paying(),
        **_paying(),
        **_results(),
        **_correction(),
    }


def _correction() -> dict[str, At]:
    return {
        "give_number": GiveNumber(PERSON),
        "give_number-too_often": GiveNumber(PERSON, NotCorrected.TOO_OFTEN),
        "give_email-new": GiveNewEmail(PERSON, ORDER.number),
        "correcting_email": CorrectingEmail(PERSON, ORDER.number, "carmen@example.com"),
        "email_corrected": EmailCorrected(PERSON, "carmen@example.com"),
        "email_corrected-long": EmailCorrected(PERSON, LONG_EMAIL.email or ""),
    }


def _before_paying() -> dict[str, At]:
    certificate = SERVICES[0]
    long_name = Offer("CH**** MAXIMILIANO", 3770)
    return {
        "terms": Terms(PERSON, certificate),
        "checking_applicant": CheckingApplicant(PERSON, certificate),
        **{f"cannot_apply-{why}": CannotApply(PERSON, why) for why in NotPossible},
        "cannot_apply-in_force": CannotApply(PERSON, NotPossible.ALREADY_VALID, IN_FORCE),
        "give_email-again": GiveEmailAgain(PERSON, IN_FORCE),
        "sending_again": SendingAgain(PERSON, IN_FORCE),
        **{f"goes_on-{each}": GoesOn(PERSON, Found("A01-00042-K", each)) for each in Standing},
        "goes_on-claim": GoesOn(PERSON, Found("A01-00042-K", Standing.WORKING, claim_open=True)),
        "confirm_name": ConfirmName(PERSON, certificate, OFFER),
        "confirm_name-long": ConfirmName(PERSON, certificate, long_name),
        "give_email": GiveEmail(PERSON, certificate, OFFER),
        "give_email-incomplete": GiveEmail(PERSON, certificate, OFFER, EmailProblem.INCOMPLETE),
        "registering": Registering(PERSON, OFFER, ORDER.email),
    }


def _paying() -> dict[str, At]:
    return {
        "ready_to_pay": ReadyToPay(PERSON, ORDER),
        **{f"ready_to_pay-{why}": ReadyToPay(PERSON, ORDER, why) for why in NotPaid},
        "paying_by_card": PayingByCard(PERSON, ORDER),
        "paying_by_cash": PayingByCash(PERSON, ORDER, 2010),
        "give_sequence": GiveSequence(PERSON, ORDER),
        **{f"give_sequence-{why}": GiveSequence(PERSON, ORDER, why) for why in VoucherProblem},
        "give_day": GiveDay(PERSON, ORDER, "0012345"),
        "type_day": TypeDay(PERSON, ORDER, "0012345"),
        "type_day-mistyped": TypeDay(PERSON, ORDER, "0012345", mistyped=True),
        "checking_voucher": CheckingVoucher(PERSON, ORDER),
        "paying_by_wallet": PayingByWallet(PERSON, ORDER),
        "paying_by_wallet-shown": PayingByWallet(PERSON, ORDER, WALLET_CODE),
        "paying_by_wallet-stopping": PayingByWallet(PERSON, ORDER, WALLET_CODE, stopping=True),
        "paying_by_cash-stopping": PayingByCash(PERSON, ORDER, 2010, stopping=True),
        "working": Working(PERSON, ORDER),
    }


def _results() -> dict[str, At]:
    found: dict[str, At] = {}
    for paper in PrintState:
        found |= {
            f"payment_unknown-{paper}": PaymentUnknown(PERSON, ORDER, paper),
            f"payment_waits-{paper}": PaymentWaits(PERSON, ORDER, paper),
            f"holds_claim-{paper}": HoldsClaim(PERSON, OWED, paper),
            f"certificate_ready-{paper}": CertificateReady(PERSON, ORDER, LINK, paper),
            f"in_review-{paper}": InReview(PERSON, ORDER, paper),
            f"still_working-{paper}": StillWorking(PERSON, ORDER, paper),
            f"paid_but_refused-{paper}": PaidButRefused(PERSON, ORDER, paper),
        }
    worst = PrintState.UNKNOWN
    return found | {
        "payment_unknown-no_email": PaymentUnknown(PERSON, NO_EMAIL, worst),
        "certificate_ready-no_link": CertificateReady(PERSON, ORDER, None, worst),
        "certificate_ready-no_email": CertificateReady(PERSON, NO_EMAIL, LINK, worst),
        "certificate_ready-neither": CertificateReady(PERSON, NO_EMAIL, None, worst),
        "certificate_ready-long": CertificateReady(PERSON, LONG_EMAIL, LINK, worst),
        "in_review-no_email": InReview(PERSON, NO_EMAIL, worst),
        "in_review-long": InReview(PERSON, LONG_EMAIL, worst),
        "still_working-free": StillWorking(PERSON, FREE, worst),
        "still_working-no_email": StillWorking(PERSON, NO_EMAIL, worst),
        "still_working-long": StillWorking(PERSON, LONG_EMAIL, worst),
    }


STATES = _every_state()
