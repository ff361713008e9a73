"""PURE: which sentences of the catalogue are the listener's business alone, by their keys."""

import re
from collections.abc import Callable, Iterable, Mapping

_OF_ONE_PERSON = (
    "cannot_apply.",
    "followed.",
    "followed_money.",
    "followed_nothing.",
    "goes_on.",
    "holds_claim.",
    "in_review.",
    "paid_but_refused.",
)
"""Why somebody gets no certificate, how theirs stands, what is owed to them."""

_OF_ANYBODY = frozenset(
    {
        "cannot_apply.another_document",
        "cannot_apply.send_again",
        "cannot_apply.type_again",
        "cannot_apply.use_mine",
        "followed.next",
        "goes_on.go_on",
    }
)
"""What stands on controls: it must be heard to be chosen."""

_OF_THE_SYSTEM = (
    "cannot_apply.backend_away",
    "cannot_apply.not_now",
    "cannot_apply.server_away",
)
_VALUE = re.compile(r"\{[^}]*\}")

Shown = Mapping[str, tuple[str, ...]]


def is_of_one_person(key: str) -> bool:
    """Whether bystanders must not hear the sentence `key`, whoever it is said to.

    >>> is_of_one_person("in_review.title"), is_of_one_person("terms.title")
    (True, False)
    """
    if key in _OF_ANYBODY or key.startswith(_OF_THE_SYSTEM):
        return False
    return key.startswith(_OF_ONE_PERSON)


def confidential(catalogues: Iterable[Shown]) -> Callable[[str], bool]:
    """Whether a text of the screen is such a sentence, in one of `catalogues`, values filled in."""
    forms = {
        form
        for shown in catalogues
        for key, own in shown.items()
        if is_of_one_person(key)
        for form in own
        if form
    }
    whole = frozenset(form for form in forms if not _VALUE.search(form))
    filled = [
        re.compile(".+".join(re.escape(part) for part in _VALUE.split(form)), re.DOTALL)
        for form in forms - whole
    ]
    return lambda text: text in whole or any(each.fullmatch(text) for each in filled)
