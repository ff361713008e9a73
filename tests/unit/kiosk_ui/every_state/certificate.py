"""Of the certificate: before paying, what became of it, a corrected address."""

from dataclasses import replace

from kiosk.flow.facts import (
    EmailProblem,
    Found,
    NotCorrected,
    NotPossible,
    Offer,
    PrintState,
    Standing,
)
from kiosk.flow.states import (
    At,
    CannotApply,
    CertificateReady,
    CheckingApplicant,
    ConfirmName,
    CorrectingEmail,
    EmailCorrected,
    GiveEmail,
    GiveEmailAgain,
    GiveNewEmail,
    GiveNumber,
    GoesOn,
    HoldsClaim,
    InReview,
    PaidButRefused,
    PaymentUnknown,
    PaymentWaits,
    Registering,
    SendingAgain,
    StillWorking,
    Terms,
    WithoutEmail,
)
from kiosk.order import Means
from tests.unit.kiosk_ui.every_state.facts import (
    CHANGE,
    DOUBT,
    FREE,
    IN_FORCE,
    LINK,
    LONG_EMAIL,
    NO_EMAIL,
    OFFER,
    ORDER,
    OWED,
    OWED_TWICE,
    PERSON,
    SERVICES,
)

RESULTS = ("payment_unknown", "certificate_ready", "in_review", "still_working", "paid_but_refused")
"""The states in which an application ends."""
READY = CertificateReady(PERSON, ORDER, LINK, PrintState.PRINTED)


def before_paying() -> dict[str, At]:
    """From the terms to the registered order."""
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
        "goes_on-owed_then": GoesOn(
            PERSON,
            Found("A01-00042-K", Standing.OWED, claim_open=True),
            ConfirmName(PERSON, certificate, OFFER),
        ),
        "confirm_name": ConfirmName(PERSON, certificate, OFFER),
        "confirm_name-long": ConfirmName(PERSON, certificate, long_name),
        "give_email": GiveEmail(PERSON, certificate, OFFER),
        "give_email-incomplete": GiveEmail(PERSON, certificate, OFFER, EmailProblem.INCOMPLETE),
        **{
            f"give_email-{why}": GiveEmail(PERSON, certificate, OFFER, why)
            for why in EmailProblem
            if why is not EmailProblem.INCOMPLETE
        },
        "give_email-doubt": GiveEmail(PERSON, certificate, OFFER, doubt=DOUBT),
        "without_email": WithoutEmail(PERSON, GiveEmail(PERSON, certificate, OFFER)),
        "registering": Registering(PERSON, OFFER, ORDER.email),
    }


def results() -> dict[str, At]:
    """What became of it, for every fate of the slip."""
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
        "holds_claim-wants_turn": HoldsClaim(PERSON, OWED, worst, wants_turn=True),
        "holds_claim-several": HoldsClaim(PERSON, OWED_TWICE, worst),
        "payment_waits-other_way": PaymentWaits(PERSON, ORDER, PrintState.PRINTED, other_way=True),
        "payment_waits-other_way_no_paper": PaymentWaits(PERSON, NO_EMAIL, worst, other_way=True),
        **{
            f"payment_unknown-by_{means}": PaymentUnknown(
                PERSON, replace(ORDER, means=means), PrintState.PRINTED
            )
            for means in Means
        },
        "paid_but_refused-by_card": PaidButRefused(
            PERSON, replace(ORDER, means=Means.CARD), PrintState.PRINTED
        ),
        "payment_unknown-no_email": PaymentUnknown(PERSON, NO_EMAIL, worst),
        "certificate_ready-no_link": CertificateReady(PERSON, ORDER, None, worst),
        "certificate_ready-no_email": CertificateReady(PERSON, NO_EMAIL, LINK, worst),
        "certificate_ready-neither": CertificateReady(PERSON, NO_EMAIL, None, worst),
        "certificate_ready-long": CertificateReady(PERSON, LONG_EMAIL, LINK, worst),
        "certificate_ready-change": CertificateReady(PERSON, CHANGE, LINK, PrintState.PRINTED),
        "in_review-change": InReview(PERSON, CHANGE, PrintState.PRINTED),
        "in_review-no_email": InReview(PERSON, NO_EMAIL, worst),
        "in_review-long": InReview(PERSON, LONG_EMAIL, worst),
        "still_working-free": StillWorking(PERSON, FREE, worst),
        "still_working-no_email": StillWorking(PERSON, NO_EMAIL, worst),
        "still_working-long": StillWorking(PERSON, LONG_EMAIL, worst),
    }


def correction() -> dict[str, At]:
    """Of an address that is corrected."""
    return {
        "give_number": GiveNumber(PERSON),
        "give_number-too_often": GiveNumber(PERSON, NotCorrected.TOO_OFTEN),
        "give_email-new": GiveNewEmail(PERSON, ORDER.number),
        "correcting_email": CorrectingEmail(PERSON, ORDER.number, "carmen@example.com"),
        "give_email-too_often": GiveNewEmail(
            PERSON, ORDER.number, NotCorrected.TOO_OFTEN, before=READY
        ),
        "email_corrected": EmailCorrected(PERSON, "carmen@example.com", ORDER.number),
        "email_corrected-long": EmailCorrected(PERSON, LONG_EMAIL.email or "", ORDER.number, READY),
    }
