"""What the loudspeaker may say: never why somebody gets nothing, how theirs stands, what they
are owed."""

from typing import Any
from unittest.mock import patch

import pytest

from kiosk.flow.facts import NotPossible, PrintState
from kiosk.flow.follow.states import (
    ClaimStory,
    Followed,
    FollowedClaim,
    FollowedMoney,
    FollowedOnes,
    Story,
)
from kiosk.flow.states import At, CannotApply, HoldsClaim, InReview
from kiosk.speech.confidential import is_of_one_person
from tests.unit.kiosk_ui.every_state import ORDER, PERSON, STATES
from tests.unit.kiosk_ui.every_state.facts import OWED

PRIVATE: dict[str, tuple[At, tuple[str, ...]]] = {
    "not in force": (CannotApply(PERSON, NotPossible.NOT_IN_FORCE), ("vigente", "Migraciones")),
    "in review": (InReview(PERSON, ORDER, PrintState.PRINTED), ("revis",)),
    "owed": (HoldsClaim(PERSON, OWED, PrintState.PRINTED), ("20 soles", "dinero")),
    "claim": (
        FollowedMoney(PERSON, FollowedClaim("C-7KQ2-M9XT-9", 2010, ClaimStory.OWED)),
        ("20 soles",),
    ),
    "followed": (FollowedOnes(PERSON, (Followed("A01-00042-K", Story.IN_REVIEW),)), ("revis",)),
    "goes on": (STATES["goes_on-owed_then"], ("dinero", "pago anterior")),
}


def heard(bench: Any, language: str = "es", *, by_all: bool = True) -> str:
    """Everything that is said of the page, on the loudspeaker or in headphones."""
    from kiosk.speech.manner import for_everybody
    from kiosk.widgets.spoken import spoken
    from kiosk.widgets.spoken_binding import manner_of

    manner = manner_of(language)
    said = spoken(bench.app.page, manner)
    return " / ".join(each.text for each in (for_everybody(said, manner) if by_all else said))


@pytest.mark.parametrize("name", PRIVATE)
def test_bystanders_hear_none_of_it_and_the_person_all(bench: Any, name: str) -> None:
    at, words = PRIVATE[name]
    bench.show(at)
    for word in words:
        assert word not in heard(bench)
    own = heard(bench, by_all=False)
    assert any(word in own for word in words)


def test_what_is_of_the_system_and_the_controls_are_said_to_everybody(bench: Any) -> None:
    bench.show(CannotApply(PERSON, NotPossible.BACKEND_AWAY))
    assert bench.app.page.loc._("cannot_apply.backend_away_because") in heard(bench)
    bench.show(STATES["goes_on-owed_then"])
    assert bench.app.page.loc._("goes_on.go_on") in heard(bench)


def test_every_reason_of_a_person_is_private_by_its_key() -> None:
    public = {NotPossible.BACKEND_AWAY, NotPossible.SERVER_AWAY, NotPossible.NOT_NOW}
    for reason in NotPossible:
        assert is_of_one_person(f"cannot_apply.{reason}") is (reason not in public)


@pytest.mark.negative_control
def test_a_voice_that_judges_by_looks_alone_is_caught(bench: Any) -> None:
    with patch("kiosk.speech.confidential.is_of_one_person", lambda _key: False):
        at, words = PRIVATE["not in force"]
        bench.show(at)
        assert any(word in heard(bench) for word in words)
