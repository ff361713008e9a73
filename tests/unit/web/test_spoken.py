"""A call is said the way people say it, so that whoever holds the paper recognises it."""

import pytest

from queue_server.web.spoken import cardinal, spoken_call, spoken_digits, spoken_name


@pytest.mark.parametrize(
    ("number", "counter", "words"),
    [
        ("J-042", "Ventanilla 3", "Turno jota, cero cuarenta y dos. Ventanilla tres."),
        ("I-001", "Ventanilla 1", "Turno i, cero cero uno. Ventanilla uno."),
        ("R-100", "Ventanilla 12", "Turno erre, cien. Ventanilla doce."),
        ("C-315", "Módulo de informes", "Turno ce, trescientos quince. Módulo de informes."),
        ("AB-1042", "Ventanilla 3B", "Turno a be, mil cuarenta y dos. Ventanilla tres be."),
        ("L-021", "Caja N.º 2", "Turno ele, cero veintiuno. Caja número dos."),
        ("Ñ-999", "", "Turno eñe, novecientos noventa y nueve."),
    ],
)
def test_a_call_in_words(number: str, counter: str, words: str) -> None:
    assert spoken_call(number, counter) == words


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("000", "cero cero cero"),
        ("007", "cero cero siete"),
        ("016", "cero dieciséis"),
        ("030", "cero treinta"),
        ("101", "ciento uno"),
        ("222", "doscientos veintidós"),
        ("500", "quinientos"),
        ("768", "setecientos sesenta y ocho"),
        ("1000", "mil"),
        ("2001", "dos mil uno"),
        ("21021", "veintiún mil veintiuno"),
        ("31100", "treinta y un mil cien"),
    ],
)
def test_digits_in_words(digits: str, words: str) -> None:
    assert spoken_digits(digits) == words


def test_no_two_numbers_sound_alike() -> None:
    said = [spoken_digits(f"{value:03d}") for value in range(10_000)]
    assert len(set(said)) == len(said)


@pytest.mark.negative_control
def test_without_the_leading_zeros_different_papers_would_sound_alike() -> None:
    papers = ("42", "042", "0042")
    assert len({cardinal(int(digits)) for digits in papers}) == 1
    assert len({spoken_digits(digits) for digits in papers}) == 3


@pytest.mark.parametrize("number", ["", "J", "042", "j-042", "J-", "J-1234567", "J-04 2", "../J-1"])
def test_what_is_no_turn_number_is_refused(number: str) -> None:
    with pytest.raises(ValueError):
        spoken_call(number, "Ventanilla 1")


def test_signs_in_a_name_are_never_passed_on() -> None:
    assert spoken_name('<speak> "Sala" & | ; 2') == "speak Sala dos"
