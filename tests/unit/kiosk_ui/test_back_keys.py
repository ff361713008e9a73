"""The keypad's "back" leads back from what lies over a screen, and from the reader."""

from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest

from kiosk.flow.states import ReadDocument
from kiosk.flow.touches import Back
from tests.unit.kiosk_ui.every_state import PERSON, SERVICES, STATES

ASKED = ReadDocument(replace(PERSON, document=None), then=SERVICES[0])


def choose_language(bench: Any) -> None:
    bench.show(STATES["terms"])
    bench.app.choose_language()
    bench.frames()
    assert bench.app.chooser is not None
    bench.app.key("back")
    bench.frames()


def test_back_closes_the_languages_and_nothing_else(bench: Any) -> None:
    choose_language(bench)
    assert bench.app.chooser is None
    assert bench.engine.posted == []
    assert bench.touch.screen() == "terms"


@pytest.mark.negative_control
def test_a_chooser_that_back_does_not_close_is_caught(bench: Any) -> None:
    with patch.dict("kiosk.widgets.ring.WAYS", {"back": ("back",)}):
        choose_language(bench)
    assert bench.app.chooser is not None


def test_from_the_reader_back_leads_to_the_services(bench: Any) -> None:
    bench.show(ASKED)
    assert bench.faults() == []
    bench.app.key("back")
    bench.frames()
    assert bench.engine.posted == [Back()]
    assert bench.touch.screen() == "choose_service"
    bench.show(replace(ASKED, then=None))
    assert "back" not in bench.touch.controls()
