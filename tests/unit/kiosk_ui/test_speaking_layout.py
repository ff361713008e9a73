"""While the voice speaks the bar has more tools: every screen still holds its words and targets."""

from typing import Any

import pytest

from kiosk.comfort import Comfort
from kiosk.flow.states import At
from kiosk.texts.catalogue import languages
from kiosk.theme import MM_PER_PX_22, MM_PER_PX_27
from tests.unit.kiosk_ui.test_screens import faults_of, one_a_screen

LOOKS = {
    "speaking": Comfort(speaking=True),
    "speaking, large": Comfort(speaking=True, large=True),
    "speaking, lowered": Comfort(speaking=True, lowered=True),
    "speaking, large and lowered": Comfort(speaking=True, large=True, lowered=True),
}
PANELS = {"27 inches": MM_PER_PX_27, "22 inches": MM_PER_PX_22}


@pytest.mark.parametrize(
    "look", [pytest.param("speaking", marks=pytest.mark.thorough), "speaking, large"]
)
def test_every_kind_of_screen_holds_while_it_is_spoken(
    bench: Any, states: dict[str, At], look: str
) -> None:
    bench.wear(LOOKS[look], MM_PER_PX_22)
    tools = [each.name for each in bench.app.controls() if each.name.startswith("voice:")]
    assert tools == ["voice:repeat", "voice:pause", "voice:volume"]
    faults = faults_of(bench, one_a_screen(states))
    assert faults == {}


@pytest.mark.thorough
@pytest.mark.timeout(900)
@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("panel", PANELS)
def test_every_state_holds_while_it_is_spoken_in_every_language(
    bench: Any, states: dict[str, At], panel: str, look: str, language: str
) -> None:
    bench.wear(LOOKS[look].in_language(language), PANELS[panel])
    assert faults_of(bench, states) == {}


@pytest.mark.negative_control
def test_a_row_of_tools_too_many_is_caught(bench: Any, states: dict[str, At]) -> None:
    """The broken variant's bar grows where the screen has no room left."""
    bench.wear(LOOKS["speaking, large"], MM_PER_PX_22)
    bench.show(states["give_email"])
    bench.app.bar.padding = (0, 400)
    bench.frames(6)
    assert bench.faults() != []
