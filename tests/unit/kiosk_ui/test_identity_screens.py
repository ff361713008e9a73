"""The screens that ask who somebody is: legible on every panel, and each touch says one thing."""

from typing import Any

import pytest

from kiosk.flow.effects import CheckApplicant
from kiosk.flow.facts import NotPossible, TypingProblem
from kiosk.flow.identity.states import ChooseDocument, TypeBirth, TypeCheck, TypeIssue, TypeNumber
from kiosk.flow.states import At, CannotApply, ReadDocument
from kiosk.flow.touches import (
    Accept,
    Back,
    Cancel,
    ChoseDocument,
    GoOn,
    NotMe,
    Prefer,
    TryAgain,
    TypedText,
    TypeInstead,
)
from kiosk.flow.world import Part
from kiosk.theme import MM_PER_PX_22, Theme
from tests.unit.kiosk_ui.every_state import PERSON, WORLD

MINE = (
    "choose_document",
    "type_",
    "offer_preference",
    "finish_first",
    "read_document",
    "cannot_apply-typed",
)
PANELS = {
    "27 inches": Theme(),
    "27 inches, large text": Theme().with_large_text(True),
    "22 inches": Theme(MM_PER_PX_22),
    "22 inches, large text": Theme(MM_PER_PX_22).with_large_text(True),
}


# The tightest is tried with every state elsewhere; the others in the thorough run.
@pytest.mark.parametrize(
    "theme",
    [
        pytest.param(theme, id=name, marks=() if name == "27 inches" else pytest.mark.thorough)
        for name, theme in PANELS.items()
    ],
)
def test_whoever_says_who_they_are_can_read_reach_and_hit_everything(
    bench: Any, states: dict[str, At], theme: Theme
) -> None:
    bench.app.theme = theme
    faults = {}
    for name, at in states.items():
        if name.startswith(MINE):
            bench.show(at)
            faults[name] = bench.faults()
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize(
    ("name", "control", "event"),
    [
        ("read_document", "type_instead", TypeInstead()),
        ("choose_document", "document:01", ChoseDocument("01")),
        ("choose_document", "document:04", ChoseDocument("04")),
        ("choose_document", "document:07", ChoseDocument("07")),
        ("choose_document", "document:23", ChoseDocument("23")),
        ("choose_document-read", "document:26", ChoseDocument("26")),
        ("choose_document", "document:other", ChoseDocument("")),
        ("choose_document", "back", Back()),
        ("type_number-01", "continue", TypedText("")),
        ("type_number-04", "back", Back()),
        ("type_check", "key:2", TypedText("2")),
        ("type_check", "key:K", TypedText("K")),
        ("type_birth", "continue", TypedText("")),
        ("type_issue", "cancel", Cancel()),
        ("offer_preference", "yes", Prefer(yes=True)),
        ("offer_preference", "no", Prefer(yes=False)),
        ("finish_first", "go_on", GoOn()),
        ("finish_first", "cancel", Cancel()),
        ("confirm_name", "not_me", NotMe()),
        ("confirm_name", "cancel", Cancel()),
        ("cannot_apply-for_another", "try_again", TryAgain()),
        ("cannot_apply-typed", "try_again", TryAgain()),
    ],
)
def test_a_touch_says_one_thing(
    bench: Any, states: dict[str, At], name: str, control: str, event: object
) -> None:
    bench.show(states[name])
    bench.touch.touch(control)
    assert bench.engine.posted == [event]


def test_a_dni_is_typed_with_large_figures_question_by_question(bench: Any) -> None:
    bench.show(ReadDocument(PERSON))
    bench.touch.touch("type_instead")
    bench.frames(3)
    bench.touch.touch("document:01")
    bench.frames(3)
    for figure in "10117410":
        bench.touch.touch(f"key:{figure}")
    assert bench.app.page.shown == "10117410"
    bench.touch.touch("continue")
    bench.frames(3)
    bench.touch.touch("key:2")
    bench.frames(3)
    assert isinstance(bench.engine.state.at, TypeBirth)
    for figure in "01011980":
        bench.touch.touch(f"key:{figure}")
    assert bench.app.page.shown == "01/01/1980", "as people write a day"
    bench.touch.touch("continue")
    bench.frames(3)
    assert isinstance(bench.engine.state.at, TypeIssue)
    assert bench.app.page.draft == "", "nothing of the last answer stands here"


def test_a_foreigners_number_is_typed_with_letters_too(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["type_number-01"])
    assert "key:A" not in bench.touch.controls()
    bench.show(states["type_number-07"])
    assert {"key:A", "key:0", "key:backspace"} <= set(bench.touch.controls())


def test_what_was_mistyped_is_said_and_stays_to_be_mended(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["type_number-01"])
    for figure in "1011":
        bench.touch.touch(f"key:{figure}")
    bench.touch.touch("continue")
    bench.frames(3)
    assert isinstance(bench.engine.state.at, TypeNumber)
    assert bench.engine.state.at.problem is TypingProblem.TOO_SHORT
    assert bench.app.page.draft == "1011"
    assert "Faltan números" in bench.app.page.problem


def test_every_mistake_has_words_of_its_own(bench: Any, states: dict[str, At]) -> None:
    said = set()
    for problem in TypingProblem:
        at = states["type_birth"]
        assert isinstance(at, TypeBirth)
        bench.show(TypeBirth(at.person, at.typed, problem))
        said.add(bench.app.page.problem)
    assert len(said) == len(TypingProblem)


def test_whoever_only_typed_is_shown_no_number(bench: Any, states: dict[str, At]) -> None:
    from kiosk.widgets.number_panel import NumberPanel

    def panels() -> list[Any]:
        return [each for each in bench.app.page.walk() if isinstance(each, NumberPanel)]

    bench.show(states["goes_on-working"])
    assert len(panels()) == 1
    bench.show(states["welcome"])
    bench.show(states["goes_on-typed"])
    assert panels() == []


def test_without_a_reader_the_certificate_asks_what_is_typed(bench: Any) -> None:
    down = tuple((part, state) for part, state in WORLD.parts if part is not Part.READER)
    bench.put_world(parts=down)
    bench.frames(3)
    bench.touch.touch("start")
    bench.frames(3)
    assert not bench.named("service:certificate").disabled
    bench.touch.touch("service:certificate")
    bench.frames(3)
    assert isinstance(bench.engine.state.at, ChooseDocument)
    assert bench.touch.screen() == "choose_document"


def test_the_whole_way_of_a_passport_by_touch_leads_to_the_terms(bench: Any) -> None:
    bench.put_world(parts=tuple(each for each in WORLD.parts if each[0] is not Part.READER))
    bench.frames(3)
    for name in ("start", "service:certificate", "document:07"):
        bench.touch.touch(name)
        bench.frames(3)
    for sign in "XA0117460":
        bench.touch.touch(f"key:{sign}")
    bench.touch.touch("continue")
    bench.frames(3)
    for figure in "24081992":
        bench.touch.touch(f"key:{figure}")
    bench.touch.touch("continue")
    bench.frames(3)
    assert bench.touch.screen() == "terms"
    bench.engine.post(Accept())
    bench.frames(3)
    (ask,) = [each for each in bench.engine.effects if isinstance(each, CheckApplicant)]
    assert (ask.document.number, ask.document.typed) == ("XA0117460", True)


def test_every_reason_that_bars_the_way_has_words(bench: Any) -> None:
    from kiosk.screens.certificate.cannot_apply import WHY

    assert set(WHY) == set(NotPossible)
    said = set()
    for reason in NotPossible:
        bench.show(CannotApply(PERSON, reason))
        said.add(bench.app.loc._(bench.app.page.why.title))
    assert len(said) == len(NotPossible), "two reasons in the same words"


def test_the_places_on_the_card_lie_on_the_card(bench: Any) -> None:
    from kiosk.widgets.card_picture import PLACES

    for left, low, wide, high in PLACES.values():
        assert 0 < left < left + wide < 1
        assert 0 < low < low + high < 1


@pytest.mark.negative_control
def test_keys_too_small_for_a_finger_are_caught(bench: Any, states: dict[str, At]) -> None:
    """The broken variant has the height of a line of text; the check above sees it."""
    at = states["type_check"]
    assert isinstance(at, TypeCheck)
    bench.show(at)
    for row in bench.app.page.ids.pad.children:
        row.height = 40
    bench.frames(3)
    assert any("too small to touch: key:" in fault for fault in bench.faults())
