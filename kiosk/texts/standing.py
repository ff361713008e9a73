"""PURE: whether a speaker of the language has read a sentence, by the mark beside it."""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

NEEDS_A_SPEAKER = ("qu", "ay")
"""Languages written by a machine first; each sentence waits for somebody who speaks it."""

DRAFT = "draft: not reviewed by a speaker"
"""The mark of a sentence nobody has read."""

_REVIEWED = re.compile(r"reviewed by: (?P<who>[^,]*\S), (?P<day>\d{4}-\d{2}-\d{2})")


class Standing(StrEnum):
    """Who answers for a sentence."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    UNMARKED = "unmarked"


def standing(marks: Iterable[str]) -> Standing:
    """What the translator's comments say; both marks, or a mark without name or day, are none.

    >>> standing(["reviewed by: Rosa Mamani Quispe, 2027-03-01"])
    <Standing.REVIEWED: 'reviewed'>
    """
    marks = list(marks)
    found = {Standing.DRAFT for mark in marks if mark == DRAFT}
    found |= {Standing.REVIEWED for mark in marks if _is_review(mark)}
    return found.pop() if len(found) == 1 else Standing.UNMARKED


def _is_review(mark: str) -> bool:
    match = _REVIEWED.fullmatch(mark)
    if match is None:
        return False
    try:
        date.fromisoformat(match["day"])
    except ValueError:
        return False
    return True
