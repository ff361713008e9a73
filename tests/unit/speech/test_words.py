"""What stands on a screen, as it is said aloud."""

import subprocess

import pytest

from kiosk.speech.words import Phrases, is_private, may_be_called, said, spelled
from kiosk.texts.catalogue import load

SPANISH = load()
PHRASES = Phrases(
    SPANISH.gettext, lambda key, count: SPANISH.ngettext(key, key, count).format(count=count)
)


@pytest.mark.parametrize(
    ("shown", "heard"),
    [
        ("J-042", "J, 0 42"),
        ("PRE-1042", "P R E, 1042"),
        ("L-000", "L, 0 0 0"),
        ("Cuesta S/ 37.70. Se paga aquí.", "Cuesta 37 soles con 70. Se paga aquí."),
        ("S/ 5.00", "5 soles"),
        ("S/ 1.00", "un sol"),
        ("S/ 0.20", "20 céntimos"),
        ("Documento leído: PR**** JUAN", "Documento leído: Juan, con apellido que empieza con P R"),
        ("CH**** MAXIMILIANO", "Maximiliano, con apellido que empieza con C H"),
        ("Documento leído: ****410", "Documento leído: terminado en 4 1 0"),
        ("c****@example.com", "un correo que empieza con C, de example punto com"),
        ("****@example.com", "un correo de example punto com"),
        ("nombre@correo.com", "nombre arroba correo punto com"),
        ("¿Quiso decir gmail.com?", "¿Quiso decir gmail punto com?"),
        ("Un correo lleva una sola @.", "Un correo lleva una sola arroba."),
        ("No llegó a m***@a***.com.", "No llegó a un correo que empieza con M."),
        ("en www.example.pe/reclamos", "en www punto example punto pe barra reclamos"),
        ("en /dev/ttyUSB0", "en barra dev barra ttyUSB0"),
        ("A01-00042-K", "A 0 1, 0 0 0 4 2, K"),
        ("C-7KQ2-M9XT-9", "C, 7 K Q 2, M 9 X T, 9"),
        ("estas flechas: <<<<. Páselo", "estas flechas. Páselo"),
        ("las flechas <<<< hacia el lector", "las flechas hacia el lector"),
        ("Su turno\nestá en camino", "Su turno está en camino"),
        ("0012345", "0 0 1 2 3 4 5"),
        ("La Ley 29733 protege sus datos.", "La Ley 29733 protege sus datos."),
        ("Corregir mi correo-e", "Corregir mi correo-e"),
    ],
)
def test_a_text_is_said_as_people_say_it(shown: str, heard: str) -> None:
    assert said(shown, PHRASES) == heard


def sounds_of(text: str) -> str:
    """The sounds the real synthesiser makes of `text`, without its stresses and pauses."""
    done = subprocess.run(
        ["espeak-ng", "-v", "es-419", "-q", "-x", "--stdin"],
        input=text.encode(),
        capture_output=True,
        timeout=10,
        check=True,
    )
    return "".join(each for each in done.stdout.decode() if each not in " \n',_:").lower()


@pytest.mark.parametrize(
    ("shown", "in_words"),
    [
        ("J-042", "jota, cero cuarenta y dos"),
        ("S/ 37.70", "treinta y siete soles con setenta"),
        ("A01-00042-K", "a cero uno, cero cero cero cuatro dos, ka"),
    ],
)
def test_the_synthesiser_says_the_numbers_as_words(shown: str, in_words: str) -> None:
    assert sounds_of(said(shown, PHRASES)) == sounds_of(in_words)


@pytest.mark.negative_control
def test_an_amount_read_as_it_stands_would_not_be_understood() -> None:
    assert sounds_of("S/ 37.70") != sounds_of("treinta y siete soles con setenta")


@pytest.mark.parametrize(
    ("text", "private"),
    [
        ("Documento leído: PR**** JUAN", True),
        ("****410", True),
        ("c****@example.com", True),
        ("ana@example.com", True),
        ("@gmail.com", False),
        ("A01-00042-K", True),
        ("C-7KQ2-M9XT-9", True),
        ("0012345", True),
        ("J-042", False),
        ("S/ 37.70", False),
        ("La Ley 29733 protege sus datos.", False),
        ("¿Quiso decir gmail.com?", False),
    ],
)
def test_what_bystanders_must_not_hear_is_told_apart(text: str, private: bool) -> None:
    assert is_private(text) is private


def test_only_turns_and_amounts_are_called_aloud() -> None:
    assert may_be_called("J-042")
    assert may_be_called("S/ 37.70")
    assert not may_be_called("A01-00042-K")
    assert not may_be_called("PR**** JUAN")


def test_a_spelled_sign_has_its_name() -> None:
    assert spelled("a.b_c+d", PHRASES) == "A punto B guion bajo C más D"
