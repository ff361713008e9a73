"""The catalogues as they are: complete, tidy, readable with the font, and honest about drafts."""

from functools import cache

import fontpkg
import pytest
from fontTools.ttLib import TTFont

from kiosk.comfort import OWN_NAMES
from kiosk.texts import catalogue, faults, sentences, used
from kiosk.texts.sentences import Sentence
from kiosk.texts.standing import NEEDS_A_SPEAKER, Standing, standing
from kiosk.texts.used import Used
from kiosk.theme import Theme

LANGUAGES = catalogue.languages()


@pytest.fixture(scope="module")
def spanish() -> dict[str, Sentence]:
    return sentences.of("es")


@pytest.fixture(scope="module")
def found_in_sources(spanish: dict[str, Sentence]) -> Used:
    return used.scan({key.split(".")[0] for key in spanish}, used.sources())


def test_the_four_languages_are_there_and_each_is_offered_by_its_own_name() -> None:
    assert sorted(OWN_NAMES) == LANGUAGES
    assert OWN_NAMES["es"] == "Español"
    assert OWN_NAMES["en"] == "English"
    assert OWN_NAMES["qu"] == "Runasimi"
    assert OWN_NAMES["ay"] == "Aymar aru"


def test_every_key_used_is_in_the_catalogue_and_every_key_in_it_is_used(
    spanish: dict[str, Sentence], found_in_sources: Used
) -> None:
    assert faults.unused(spanish, found_in_sources.keys) == []


def test_no_key_is_put_together_in_code(found_in_sources: Used) -> None:
    assert found_in_sources.built == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything_and_says_it_well(
    language: str, spanish: dict[str, Sentence], found_in_sources: Used
) -> None:
    own = spanish if language == "es" else sentences.of(language)
    assert faults.of(language, spanish, own, found_in_sources.labels) == []
    assert list(own) == list(spanish), "run `python -m kiosk.texts renew`"


@pytest.mark.parametrize("language", NEEDS_A_SPEAKER)
def test_every_draft_is_known_as_one(language: str) -> None:
    kinds = [standing(each.marks) for each in sentences.of(language).values()]
    count = {kind: kinds.count(kind) for kind in Standing}
    print(f"{language}: {count[Standing.DRAFT]} drafts, {count[Standing.REVIEWED]} reviewed")
    assert count[Standing.UNMARKED] == 0
    assert count[Standing.DRAFT] + count[Standing.REVIEWED] == len(kinds)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_name_of_the_product_is_never_said_to_applicants(language: str) -> None:
    said = " ".join(form for each in sentences.of(language).values() for form in each.forms)
    assert "ventanilla" not in said.lower()


@cache
def glyphs() -> frozenset[int]:
    """The code points the screen's font can draw."""
    drawn = TTFont(str(fontpkg.path(Theme().font))).getBestCmap()
    assert drawn is not None
    return frozenset(drawn)


def without_glyph(text: str) -> list[str]:
    return [letter for letter in text if letter != "\n" and ord(letter) not in glyphs()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_can_be_drawn(language: str) -> None:
    for each in sentences.of(language).values():
        assert [without_glyph(form) for form in each.forms] == [[]] * len(each.forms), each.key
    assert without_glyph(OWN_NAMES[language]) == []


@pytest.mark.negative_control
def test_a_letter_the_font_lacks_is_caught() -> None:
    assert without_glyph("Ch’ama ☂") == ["☂"]
