"""Reads a .po file and compiles it in memory, so that no binary catalogue is kept."""

import gettext
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent
FIRST_LANGUAGE = "es"


class UnknownLanguage(LookupError):
    """There is no catalogue for this language; the installed ones are listed by `languages`."""


def languages() -> list[str]:
    """The codes of the languages with a catalogue."""
    return sorted(path.stem for path in FOLDER.glob("*.po"))


def read(language: str) -> Catalog:
    """The catalogue as Babel sees it. Raises UnknownLanguage."""
    path = FOLDER / f"{language}.po"
    if not path.is_file():
        raise UnknownLanguage(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def load(language: str = FIRST_LANGUAGE) -> gettext.GNUTranslations:
    """The translations of `language`; a missing sentence is said in Spanish.

    Raises UnknownLanguage.
    """
    compiled = BytesIO()
    write_mo(compiled, read(language))
    compiled.seek(0)
    translations = gettext.GNUTranslations(compiled)
    if language != FIRST_LANGUAGE:
        translations.add_fallback(load(FIRST_LANGUAGE))
    return translations
