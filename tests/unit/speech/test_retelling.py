"""A language without a voice: its sentences are found in the catalogue, and said in Spanish."""

import pytest

from kiosk.speech.retelling import Retelling, Retold

# Invented words: what matters is which sentence they stand for.
OWN = {
    "welcome.start": ("Qalltaña",),
    "terms.fee": ("Chani {fee} akana.",),
    "ahead": ("Maya {count} jaqi", "Walja {count} jaqi"),
    "pair": ("{what}: {value}",),
    "empty": ("",),
}
SPANISH = {
    "welcome.start": ("Empezar",),
    "terms.fee": ("Cuesta {fee}.",),
    "ahead": ("Falta {count} persona", "Faltan {count} personas"),
    "pair": ("{what}: {value}",),
    "empty": ("Nada",),
}


@pytest.mark.parametrize(
    ("text", "retold"),
    [
        ("Qalltaña", Retold("welcome.start", "Empezar")),
        ("Chani S/ 37.70 akana.", Retold("terms.fee", "Cuesta S/ 37.70.")),
        ("Walja 7 jaqi", Retold("ahead", "Faltan 7 personas")),
        ("Maya 1 jaqi", Retold("ahead", "Falta 1 persona")),
        ("MAC Lima Norte", Retold("", "MAC Lima Norte")),
        ("", Retold("", "")),
    ],
)
def test_a_sentence_is_found_with_its_values(text: str, retold: Retold) -> None:
    assert Retelling(OWN, SPANISH).retell(text) == retold


def test_a_sentence_spanish_does_not_have_is_said_as_it_is() -> None:
    assert Retelling({"a.b": ("Jisa",)}, {}).retell("Jisa") == Retold("a.b", "Jisa")
