"""Of documents that are typed, and of preference."""

from dataclasses import replace
from datetime import date

from kiosk.flow.facts import (
    Found,
    NotPossible,
    Standing,
    Typed,
    TypingProblem,
)
from kiosk.flow.identity.states import (
    ChooseDocument,
    FinishFirst,
    OfferPreference,
    TypeBirth,
    TypeCheck,
    TypeIssue,
    TypeNumber,
)
from kiosk.flow.person import Document
from kiosk.flow.states import (
    At,
    CannotApply,
    GoesOn,
    Terms,
)
from tests.unit.kiosk_ui.every_state.facts import (
    PERSON,
    SERVICES,
)


def identity() -> dict[str, At]:
    """Of documents that are typed, and of preference."""
    unknown = replace(PERSON, document=None)
    read = Document("", "800117495", date(1996, 12, 7), "PRUEBA", "DANIEL ALEJANDRO")
    dni = Typed("01", "10117410", "2", date(1980, 1, 1))
    typed = Document("01", "10117410", date(1980, 1, 1), typed=True)
    somebody = replace(PERSON, document=typed)
    passport = Document("07", "XB0200001", date(1985, 7, 28), typed=True)
    problems = (TypingProblem.TOO_SHORT, TypingProblem.NOT_A_NUMBER)
    days = (TypingProblem.NO_SUCH_DAY, TypingProblem.NOT_YET, TypingProblem.TOO_LONG_AGO)
    wrong = TypingProblem.CHECK_CHARACTER
    return {
        "choose_document": ChooseDocument(unknown),
        "choose_document-read": ChooseDocument(unknown, read=read),
        **{
            f"type_number-{kind}": TypeNumber(unknown, Typed(kind))
            for kind in ("01", "04", "07", "23", "26")
        },
        **{f"type_number-{why}": TypeNumber(unknown, Typed("01"), why) for why in problems},
        **{f"type_number-ce-{why}": TypeNumber(unknown, Typed("04"), why) for why in problems},
        "type_check": TypeCheck(unknown, dni),
        "type_check-wrong": TypeCheck(unknown, dni, wrong),
        "type_birth": TypeBirth(unknown, dni),
        **{f"type_birth-{why}": TypeBirth(unknown, dni, why) for why in days},
        "type_issue": TypeIssue(unknown, dni),
        "type_issue-before": TypeIssue(unknown, dni, TypingProblem.BEFORE_BIRTH),
        "offer_preference": OfferPreference(PERSON, SERVICES[1]),
        "finish_first": FinishFirst(PERSON, Terms(PERSON, SERVICES[0])),
        "cannot_apply-typed": CannotApply(somebody, NotPossible.DATA_MISMATCH),
        "cannot_apply-typed_unknown": CannotApply(somebody, NotPossible.UNKNOWN_DOCUMENT),
        "cannot_apply-not_shown": CannotApply(
            replace(PERSON, document=passport), NotPossible.ALREADY_VALID
        ),
        "goes_on-typed": GoesOn(somebody, Found("", Standing.WORKING)),
    }
