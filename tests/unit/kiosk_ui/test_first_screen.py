"""The first screen: every language by its own name, one touch, no Spanish needed."""

from typing import Any

import pytest

from kiosk.comfort import OWN_NAMES, Comfort
from kiosk.flow.states import Welcome


def offered(bench: Any) -> dict[str, str]:
    return {
        each.name: each.label for each in bench.app.controls() if each.name.startswith("speak:")
    }


@pytest.mark.parametrize("code", OWN_NAMES)
def test_a_language_is_one_touch_on_its_own_name(bench: Any, code: str) -> None:
    bench.show(Welcome())
    assert offered(bench)[f"speak:{code}"] == OWN_NAMES[code]
    bench.touch.touch(f"speak:{code}")
    bench.frames()
    assert bench.app.loc.language == code
    assert bench.engine.posted == []


def test_large_words_name_every_language_but_the_one_that_is_spoken(bench: Any) -> None:
    bench.wear(Comfort(large=True))
    bench.show(Welcome())
    assert set(offered(bench).values()) == {"English", "Runasimi", "Aymar aru"}
    bench.touch.touch("speak:qu")
    bench.frames()
    assert set(offered(bench).values()) == {"Español", "English", "Aymar aru"}


def test_quechua_and_aymara_are_named_as_their_neighbours_call_them_too(bench: Any) -> None:
    bench.wear(Comfort())
    bench.show(Welcome())
    assert {"quechua", "aimara"} <= set(bench.touch.texts())


@pytest.mark.negative_control
def test_a_first_screen_that_knows_no_other_language_is_noticed(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.app, "languages", ["es"])
    bench.app._build_anew()
    bench.show(Welcome())
    assert offered(bench) == {"speak:es": "Español"}
    monkeypatch.undo()
    bench.app._build_anew()  # the next test finds the first screen as it stands
