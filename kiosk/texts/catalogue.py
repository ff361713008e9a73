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


def languages(folder: Path = FOLDER) -> list[str]:
    """The codes of the languages with a catalogue."""
    return sorted(path.stem for path in folder.glob("*.po"))


def read(language: str, folder: Path = FOLDER) -> Catalog:
    """The catalogue as Babel sees it. Raises UnknownLanguage."""
    path = folder / f"{language}.po"
    if not path.is_file():
        raise UnknownLanguage(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def load(language: str = FIRST_LANGUAGE, folder: Path = FOLDER) -> gettext.GNUTranslations:
    """The translations of `language`; a missing sentence is said in Spanish.

    Raises UnknownLanguage.
    """
    catalogue = read(language, folder)
    _forget_the_half_said(catalogue)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    translations = gettext.GNUTranslations(compiled)
    if language != FIRST_LANGUAGE:
        translations.add_fallback(load(FIRST_LANGUAGE, folder))
    return translations


def _forget_the_half_said(catalogue: Catalog) -> None:
    """A plural with an empty form would be shown as nothing; left out, it is said in Spanish."""
    for message in list(catalogue):
        if message.id and message.pluralizable and not all(message.string or ()):
            catalogue.delete(message.id)
