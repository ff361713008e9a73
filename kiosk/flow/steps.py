"""PURE: how far along the certificate's journey each screen is."""

from enum import StrEnum

from kiosk.flow import states
from kiosk.flow.identity import states as identity_states
from kiosk.flow.states import At


class Step(StrEnum):
    """The four steps of a certificate, in their order."""

    DOCUMENT = "document"
    DATA = "data"
    PAYMENT = "payment"
    CERTIFICATE = "certificate"


STEPS = tuple(Step)

STEP_OF: dict[type, Step] = {
    states.ReadDocument: Step.DOCUMENT,
    identity_states.ChooseDocument: Step.DOCUMENT,
    identity_states.TypeNumber: Step.DOCUMENT,
    identity_states.TypeCheck: Step.DOCUMENT,
    identity_states.TypeBirth: Step.DOCUMENT,
    identity_states.TypeIssue: Step.DOCUMENT,
    states.Terms: Step.DATA,
    states.CheckingApplicant: Step.DATA,
    states.ConfirmName: Step.DATA,
    states.GiveEmail: Step.DATA,
    states.Registering: Step.DATA,
    states.ReadyToPay: Step.PAYMENT,
    states.PayingByCard: Step.PAYMENT,
    states.PayingByCash: Step.PAYMENT,
    states.PayingByWallet: Step.PAYMENT,
    states.GiveSequence: Step.PAYMENT,
    states.GiveDay: Step.PAYMENT,
    states.TypeDay: Step.PAYMENT,
    states.CheckingVoucher: Step.PAYMENT,
    states.Working: Step.CERTIFICATE,
    states.CertificateReady: Step.CERTIFICATE,
}
"""Screens that are not here belong to no step: nothing is said of steps on them.

What is under review, or takes longer, is not finished: a full line would say that it is.
"""


def step_of(at: At) -> Step | None:
    """The step that `at` belongs to, None beside the journey."""
    return STEP_OF.get(type(at))
