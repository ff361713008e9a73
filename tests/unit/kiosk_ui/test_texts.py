"""The catalogue: every key that is used exists, every key that exists is used."""

import ast
import re
from pathlib import Path

import pytest

import kiosk
from kiosk.texts import catalogue

SOURCES = Path(kiosk.__file__).parent
KEY = re.compile(r"^[a-z_]+\.[a-z_]+$")


def catalogue_keys(language: str) -> set[str]:
    messages = (message.id for message in catalogue.read(language) if message.id)
    return {each if isinstance(each, str) else each[0] for each in messages}


def used_keys() -> set[str]:
    groups = {key.split(".")[0] for key in catalogue_keys(catalogue.FIRST_LANGUAGE)}
    literals: set[str] = set()
    for path in [SOURCES / "app.py", *SOURCES.glob("screens/*.py"), *SOURCES.glob("widgets/*.py")]:
        tree = ast.parse(path.read_text())
        literals |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    kv = "".join(path.read_text() for path in SOURCES.glob("*/*.kv"))
    literals |= set(re.findall(r'loc\.(?:_|plural)\("([^"]+)"', kv))
    return {each for each in literals if KEY.match(each) and each.split(".")[0] in groups}


def test_every_key_used_is_in_the_catalogue_and_every_key_in_it_is_used() -> None:
    assert used_keys() == catalogue_keys(catalogue.FIRST_LANGUAGE)


@pytest.mark.parametrize("language", catalogue.languages())
def test_every_language_says_everything(language: str) -> None:
    assert catalogue_keys(language) == catalogue_keys(catalogue.FIRST_LANGUAGE)
    assert [message.id for message in catalogue.read(language) if not message.string] == []


@pytest.mark.parametrize("language", catalogue.languages())
def test_the_name_of_the_product_is_never_said_to_applicants(language: str) -> None:
    said = " ".join(str(message.string) for message in catalogue.read(language) if message.id)
    assert "ventanilla" not in said.lower()


def test_numbers_choose_their_sentence() -> None:
    spanish = catalogue.load()
    key = "ticket_ready.ahead"
    assert spanish.ngettext(key, key, 1).format(count=1) == "Falta 1 persona"
    assert spanish.ngettext(key, key, 2).format(count=2) == "Faltan 2 personas"


def test_an_unknown_language_is_refused_by_name() -> None:
    with pytest.raises(catalogue.UnknownLanguage, match="xx"):
        catalogue.load("xx")
