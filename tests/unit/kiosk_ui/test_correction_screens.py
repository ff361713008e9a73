"""Correcting an e-mail: where it is offered, the keys of the number, what is said of a refusal."""

from dataclasses import replace
from typing import Any

from kiosk.flow.effects import ChangeEmail
from kiosk.flow.events import DocumentTaken, EmailChanged
from kiosk.flow.facts import NotCorrected
from kiosk.flow.states import At, ChooseService, GiveNumber


def test_it_is_offered_after_the_services_to_whoever_was_read(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["choose_service-few"])
    assert bench.touch.controls() == ["service:certificate", "already_applied", "back", "cancel"]
    bench.show(states["follow_menu-read"])
    expected = ["see_application", "see_claim", "correct_email", "back", "cancel"]
    assert bench.touch.controls() == expected
    assert "Corregir mi correo" in bench.touch.texts()
    bench.show(states["follow_menu"])
    assert "correct_email" not in bench.touch.controls()
    bench.show(states["choose_service-few"])
    bench.put_world(server=False)
    bench.frames()
    assert "already_applied" not in bench.touch.controls()
    assert bench.faults() == []


def test_a_number_is_typed_in_capitals_and_ends_where_the_longest_does(
    bench: Any, states: dict[str, At]
) -> None:
    bench.show(states["give_number"])
    bench.touch.type_keys("A0100042K")
    assert bench.app.page.draft == "A0100042K"
    bench.touch.touch("key:backspace")
    assert bench.app.page.draft == "A0100042"
    bench.touch.type_keys("Z" * 20)
    assert len(bench.app.page.draft) == 14
    assert bench.faults() == []


def test_every_refusal_has_its_own_words(bench: Any, states: dict[str, At]) -> None:
    at, said = states["give_number"], set()
    assert isinstance(at, GiveNumber)
    for problem in NotCorrected:
        bench.show(replace(at, problem=problem))
        said.add(bench.app.page.problem)
    assert len(said) == len(NotCorrected)
    longest = max(said, key=len)
    bench.show(states["give_number-too_often"])
    assert bench.app.page.problem == longest, "the one whose layout is tried on every panel"


def test_a_code_is_no_address_here(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["give_email-new"])
    assert "no_email" not in bench.touch.controls()
    bench.show(states["give_email"])
    assert "no_email" in bench.touch.controls()


def test_a_whole_correction_by_touch(bench: Any, states: dict[str, At]) -> None:
    at = states["choose_service-few"]
    assert isinstance(at, ChooseService)
    bench.engine.state = replace(
        bench.engine.state, world=replace(bench.engine.state.world, services=at.services)
    )

    def touch(name: str, then: str) -> None:
        bench.touch.touch(name)
        bench.frames()
        assert bench.touch.screen() == then

    touch("start", "read_document")
    assert at.person.document is not None
    bench.engine.post(DocumentTaken(at.person.document))
    bench.frames()
    touch("already_applied", "follow_menu")
    touch("correct_email", "give_number")
    bench.touch.type_keys("A0100042K")
    touch("continue", "give_email")
    bench.touch.type_keys("carmen@example.com")
    touch("continue", "correcting_email")
    (change,) = bench.engine.effects
    assert isinstance(change, ChangeEmail)
    bench.engine.post(EmailChanged(change.effect_id))
    bench.frames()
    assert "carmen@example.com" in bench.touch.texts()
    touch("correct_email", "give_email")
    assert bench.app.page.draft == "carmen@example.com", "one letter is mended, not all typed again"
    touch("back", "email_corrected")
    touch("finish", "welcome")
    assert "carmen" not in " ".join(bench.touch.texts())
