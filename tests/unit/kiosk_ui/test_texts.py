"""Every screen in every language: what is said there fits, and can be touched."""

from gettext import NullTranslations
from typing import Any

import pytest

from kiosk.flow.states import At, ChooseService, ReadDocument, ReadyToPay, Terms, Welcome
from kiosk.texts import catalogue
from kiosk.theme import MM_PER_PX_22, Theme

FOREIGN = [each for each in catalogue.languages() if each != catalogue.FIRST_LANGUAGE]
TIGHTEST = Theme(MM_PER_PX_22).with_large_text(True)
MAIN = (Welcome, ReadDocument, ChooseService, Terms, ReadyToPay)


def faults(bench: Any, states: dict[str, At]) -> dict[str, list[str]]:
    found = {}
    for name, at in states.items():
        bench.show(at)
        if there := bench.faults():
            found[name] = there
    return found


@pytest.mark.thorough
@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize("theme", [TIGHTEST, Theme()], ids=["tightest", "usual"])
def test_every_screen_holds_its_words_in_every_language(
    bench: Any, states: dict[str, At], theme: Theme, language: str
) -> None:
    bench.app.theme = theme
    bench.app.loc.speak(catalogue.load(language))
    assert faults(bench, states) == {}


@pytest.mark.parametrize("language", FOREIGN)
def test_the_first_screens_hold_their_words_in_every_language(
    bench: Any, states: dict[str, At], language: str
) -> None:
    bench.app.theme = TIGHTEST
    bench.app.loc.speak(catalogue.load(language))
    main = {type(at): (name, at) for name, at in states.items() if isinstance(at, MAIN)}
    assert len(main) == len(MAIN)
    assert faults(bench, dict(main.values())) == {}


class LongWinded(NullTranslations):
    """A language of one endless word."""

    def gettext(self, message: str) -> str:
        return "mañakuynin" * 8


@pytest.mark.negative_control
def test_a_language_whose_words_do_not_fit_is_caught(bench: Any) -> None:
    bench.app.loc.speak(LongWinded())
    assert any("word broken" in each for each in faults(bench, {"welcome": Welcome()})["welcome"])
