"""How often somebody may try to say who they are, and whether they may try once more."""

from kiosk.flow.facts import NotPossible
from kiosk.flow.person import Person
from kiosk.flow.states import CannotApply

MAX_RETRIES = 2
"""Three tries in all; then somebody at a window looks at the document."""

_AGAIN = (
    NotPossible.UNKNOWN_DOCUMENT,
    NotPossible.DATA_MISMATCH,
    NotPossible.OTHER_DOCUMENT,
    NotPossible.FOR_ANOTHER,
)


def may_retry(at: CannotApply) -> bool:
    """Whether another document, or the same one typed again, may be tried here."""
    return at.reason in _AGAIN and at.person.retries < MAX_RETRIES


def wants_card(at: CannotApply) -> bool:
    """Whether the card itself opens what its number does not: a certificate in force is sent again
    to a document that was seen."""
    document = at.person.document
    unseen = document is not None and not document.is_proven
    return unseen and at.reason is NotPossible.ALREADY_VALID


def reason_told(person: Person, reason: NotPossible) -> NotPossible:
    """The reason as it is told: after the last try of typed data, that it was the last."""
    typed = person.document is not None and person.document.typed
    guessed = reason in (NotPossible.DATA_MISMATCH, NotPossible.UNKNOWN_DOCUMENT)
    if typed and guessed and person.retries >= MAX_RETRIES:
        return NotPossible.TOO_MANY_TRIES
    return reason
