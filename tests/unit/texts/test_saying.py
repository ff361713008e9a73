"""What the program gets from a catalogue: sentences, plurals, days; Spanish where one is empty."""

from datetime import date
from pathlib import Path

import pytest

from kiosk.texts import catalogue, days
from kiosk.texts.sentences import Sentence, write
from kiosk.widgets.money import soles

KEY = "ticket_ready.ahead"
ORPHAN = Sentence("a.orphan", ("Solo en español",))
PLURAL = Sentence("a.plural", ("Falta {count} persona", "Faltan {count} personas"), plural=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two catalogues; the Quechua one says one sentence of three, and half of another."""
    known = Sentence("a.known", ("Terminar",))
    write(tmp_path / "es.po", "es", "es", [known, ORPHAN, PLURAL])
    half = Sentence("a.plural", ("{count} runa", ""), plural=True)
    own = [Sentence("a.known", ("Tukuy",)), Sentence("a.orphan", ("",)), half]
    write(tmp_path / "qu.po", "qu", "qu", own)
    return tmp_path


def test_a_sentence_that_is_missing_is_said_in_spanish_and_the_others_are_not(folder: Path) -> None:
    quechua = catalogue.load("qu", folder)
    assert quechua.gettext("a.known") == "Tukuy"
    assert quechua.gettext("a.orphan") == "Solo en español"


def test_a_plural_that_is_half_said_is_said_in_spanish(folder: Path) -> None:
    quechua = catalogue.load("qu", folder)
    assert quechua.ngettext("a.plural", "a.plural", 1) == "Falta {count} persona"
    assert quechua.ngettext("a.plural", "a.plural", 3) == "Faltan {count} personas"


@pytest.mark.negative_control
def test_without_the_spanish_behind_it_the_key_itself_would_be_shown(folder: Path) -> None:
    quechua = catalogue.load("qu", folder)
    quechua._fallback = None  # pyright: ignore[reportAttributeAccessIssue]
    assert quechua.gettext("a.orphan") == "a.orphan"


def test_numbers_choose_their_sentence() -> None:
    spanish, english = catalogue.load(), catalogue.load("en")
    assert spanish.ngettext(KEY, KEY, 1).format(count=1) == "Falta 1 persona"
    assert spanish.ngettext(KEY, KEY, 2).format(count=2) == "Faltan 2 personas"
    assert english.ngettext(KEY, KEY, 1).format(count=1) == "1 person before you"
    assert english.ngettext(KEY, KEY, 0).format(count=0) == "0 people before you"


@pytest.mark.parametrize("language", catalogue.languages())
def test_every_language_has_a_sentence_for_one_and_for_many(language: str) -> None:
    texts = catalogue.load(language)
    for count in (1, 2, 100):
        assert str(count) in texts.ngettext(KEY, KEY, count).format(count=count)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("es", "12 de febrero de 2027"),
        ("en", "12 February 2027"),
        ("qu", "12 Febrero 2027"),
        ("ay", "12 de febrero de 2027"),
    ],
)
def test_a_day_is_said_day_first_in_every_language(language: str, said: str) -> None:
    assert days.said(date(2027, 2, 12), language) == said


@pytest.mark.parametrize("language", catalogue.languages())
def test_money_is_written_alike_in_every_language(language: str) -> None:
    fee = catalogue.load(language).gettext("terms.fee").format(fee=soles(3770))
    assert "S/ 37.70" in fee


def test_the_language_a_catalogue_was_loaded_for_is_the_one_days_are_said_in() -> None:
    for language in catalogue.languages():
        assert catalogue.load(language).info()["language"] == language


def test_an_unknown_language_is_refused_by_name() -> None:
    with pytest.raises(catalogue.UnknownLanguage, match="xx"):
        catalogue.load("xx")
