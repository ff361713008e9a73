"""Following, information, addresses and turns on the screen: what is said, what can be touched."""

from dataclasses import replace
from typing import Any

from kiosk.flow.facts import EmailProblem, NoTurn, Wait
from kiosk.flow.follow.states import Story
from kiosk.flow.states import At, ChooseService, PayingByCash, TicketReady
from kiosk.flow.world import Part, PartState


def test_every_story_and_every_refusal_has_its_own_words(bench: Any, states: dict[str, At]) -> None:
    told = set()
    for story in Story:
        bench.show(states[f"followed_ones-{story}"])
        told.add(bench.app.page.told.lines)
    assert len(told) == len(Story)
    refused = set()
    for why in NoTurn:
        bench.show(states[f"choose_service-{why}"])
        refused.add(bench.app.page.problem)
    assert len(refused) == len(NoTurn)


def test_the_servers_sentence_is_said_only_where_the_kiosk_has_none(
    bench: Any, states: dict[str, At]
) -> None:
    at = states["choose_service-refused"]
    assert isinstance(at, ChooseService)
    bench.show(at)
    assert bench.app.page.problem == at.problem
    bench.show(replace(at, no_turn=NoTurn.QUOTA_REACHED))
    assert bench.app.page.problem != at.problem


def test_the_wait_is_worded_from_numbers(bench: Any, states: dict[str, At]) -> None:
    at = states["ticket_ready-printed"]
    assert isinstance(at, TicketReady)
    for wait, words in (
        (Wait(5, 12), "Espera: de 5 a 12 minutos"),
        (Wait(0, 4), "Espera: menos de 4 minutos"),
        (Wait(130, 180), "Espera: más de 2 horas"),
    ):
        bench.show(replace(at, ticket=replace(at.ticket, wait=wait)))
        assert words in bench.touch.texts()


def test_a_mended_address_is_not_called_wrong_any_more(bench: Any, states: dict[str, At]) -> None:
    bench.show(states[f"give_email-{EmailProblem.NO_AT}"])
    assert "arroba" in bench.said()
    bench.touch.type_keys("@")
    bench.frames()
    assert "arroba" not in bench.said()


def test_no_dead_code_leads_to_a_complaint_book(bench: Any, states: dict[str, At]) -> None:
    bench.show(states["guide_page-complaints"])
    assert bench.app.page.link == "https://www.example.pe/reclamos"
    bench.put_world(complaints="En el mostrador")
    bench.frames()
    assert (bench.app.page.link, "En el mostrador" in bench.said()) == ("", True)


def test_cash_says_what_is_taken_now_and_why_there_is_none(
    bench: Any, states: dict[str, At]
) -> None:
    at = states["paying_by_cash"]
    assert isinstance(at, PayingByCash)
    bench.show(replace(at, wanted=(50, 100, 2000)))
    assert "Ahora el equipo acepta de S/ 0.50 a S/ 20." in bench.touch.texts()
    bench.put_world(
        parts=((Part.TERMINAL, PartState(True)), (Part.ACCEPTOR, PartState(False, "hardwareError")))
    )
    bench.show(states["ready_to_pay"])
    assert "Efectivo: ahora no recibe billetes ni monedas." in bench.touch.texts()
