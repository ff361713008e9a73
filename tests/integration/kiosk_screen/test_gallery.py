"""`make shots`: every screen in every language and look is drawn, and looked over for faults."""

import json
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from tests.integration.kiosk_screen.gallery import LANGUAGES, LOOKS
from tests.integration.kiosk_screen.overlays import OVERLAYS
from tests.integration.kiosk_screen.sheets import JOURNEYS, sheets
from tests.support.site import REPOSITORY
from tests.unit.kiosk_ui.every_state import STATES

GALLERY = Path(__file__).with_name("gallery.py")
SHOTS = REPOSITORY / "var" / "shots"
SECONDS = 3600


@pytest.fixture(scope="module")
def shots() -> Path:
    """The folder of all pictures, drawn anew."""
    subprocess.run(
        [sys.executable, str(GALLERY), str(SHOTS)],
        cwd=REPOSITORY,
        env={"PYTHONPATH": str(REPOSITORY), "PATH": "/usr/bin:/bin"},
        timeout=SECONDS,
        check=True,
    )
    return SHOTS


@pytest.mark.thorough
@pytest.mark.timeout(SECONDS)
def test_on_every_picture_everything_can_be_read_reached_and_hit(shots: Path) -> None:
    assert json.loads((shots / "faults.json").read_text()) == {}


@pytest.mark.thorough
@pytest.mark.timeout(SECONDS)
@pytest.mark.parametrize(("language", "look"), list(product(LANGUAGES, LOOKS)))
def test_every_journey_has_its_contact_sheet(shots: Path, language: str, look: str) -> None:
    made = sheets(shots, language, look)
    assert {each.stem.rsplit("-", 1)[0] for each in made} == {*JOURNEYS, "everything_else"}
    assert len(list((shots / language / look).glob("*.jpg"))) == len(STATES) + len(OVERLAYS)


def test_every_journey_is_made_of_screens_that_there_are() -> None:
    drawn = {*STATES, *OVERLAYS}
    assert [each for journey in JOURNEYS.values() for each in journey if each not in drawn] == []
