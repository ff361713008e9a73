"""What the screens say while the server is away and turns go on from the kiosk's own numbers."""

from dataclasses import replace
from typing import Any

import pytest

from kiosk.flow.facts import PrintState
from kiosk.flow.states import At, ChooseService, TicketReady, Welcome
from kiosk.flow.world import Held
from kiosk.theme import MM_PER_PX_22, Theme
from tests.unit.kiosk_ui.every_state import PERSON, SERVICES, TICKET

LEFT = tuple(Held(each, left=each.code != "release") for each in SERVICES[1:])
FEW = (SERVICES[0], SERVICES[1], SERVICES[3])
BY_VOICE = replace(
    TICKET, number="R-1042", service=SERVICES[1].name, ahead=0, wait=None, by_voice=True
)
ONLY_TURNS = "Sin conexión: por ahora solo entregamos turnos, en papel."
STATES: dict[str, At] = {
    "welcome": Welcome(),
    "choose_service": ChooseService(PERSON, SERVICES),
    "choose_service-few": ChooseService(PERSON, FEW),
    "choose_service-no_paper": ChooseService(PERSON, SERVICES, no_paper=True),
    **{f"ticket_ready-{each}": TicketReady(PERSON, BY_VOICE, each) for each in PrintState},
}


@pytest.fixture
def alone(bench: Any) -> Any:
    """A kiosk whose server is away."""
    bench.put_world(server=False, asked=True, backend=False, numbers=LEFT)
    return bench


@pytest.mark.parametrize(
    "theme",
    [Theme(), Theme(MM_PER_PX_22).with_large_text(True)],
    ids=["27 inches", "22 inches, large text"],
)
def test_everything_said_without_server_can_be_read_reached_and_hit(
    alone: Any, theme: Theme
) -> None:
    alone.app.theme = theme
    faults: dict[str, list[str]] = {}
    for name, at in STATES.items():
        alone.show(at)
        faults[name] = alone.faults()
    assert {name: found for name, found in faults.items() if found} == {}


def test_before_anybody_begins_the_kiosk_says_what_is_left(alone: Any) -> None:
    alone.show(STATES["welcome"])
    assert ONLY_TURNS in alone.touch.texts()
    alone.put_world(server=True)
    alone.show(STATES["welcome"])
    assert ONLY_TURNS not in alone.touch.texts()


def test_only_what_a_number_is_left_of_can_be_touched(alone: Any) -> None:
    alone.show(STATES["choose_service-few"], Theme())
    cards = [each for each in alone.touch.controls() if each.startswith("service:")]
    assert cards == ["service:review"]
    said = alone.touch.texts()
    assert ONLY_TURNS in said, "why there is no certificate"
    assert "Se perdió la conexión y ya no quedan números para entregar." in said


def test_cards_come_back_with_the_server(alone: Any) -> None:
    alone.show(STATES["choose_service-few"], Theme())
    alone.put_world(server=True, backend=True)
    alone.frames()
    assert "service:release" in alone.touch.controls()


def test_a_number_on_paper_is_called_by_voice_and_no_place_is_promised(alone: Any) -> None:
    alone.show(STATES["ticket_ready-printed"])
    said = alone.touch.texts()
    assert "El personal llamará su número en voz alta" in said
    promised = ("Falta", "Espera:", "siguiente")
    assert not [each for each in said if any(word in each for word in promised)]


def test_a_number_whose_paper_failed_is_not_given(alone: Any) -> None:
    alone.show(STATES["choose_service-no_paper"])
    said = " ".join(alone.touch.texts())
    assert "sin papel el número no vale" in said
    assert "R-1042" not in said
