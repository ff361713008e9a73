"""What an administrator typed, checked: each refusal is a sentence and names its field."""

import re
from collections.abc import Sequence

from queue_server.core.problem import Problem


def refused(field: str, sentence: str) -> Problem:
    """The Problem 422 of one field."""
    return Problem(422, "not_valid", sentence, field=field)


def words(field: str, text: str, least: int, most: int, name: str) -> None:
    """Raises Problem 422 unless `text` has `least` to `most` letters, and no control characters."""
    if len(text.strip()) < least:
        sentence = "no puede quedar vacío" if least == 1 else f"necesita al menos {least} letras"
        raise refused(field, f"{name} {sentence}.")
    if len(text) > most:
        raise refused(field, f"{name} puede tener hasta {most} letras; tiene {len(text)}.")
    if not text.isprintable():
        raise refused(field, f"{name} tiene caracteres que no se pueden imprimir; bórrelos.")


def between(field: str, value: int, least: int, most: int, name: str) -> None:
    """Raises Problem 422 unless `value` is `least` to `most`."""
    if not least <= value <= most:
        raise refused(field, f"{name}: escriba un número de {least} a {most}.")


def one_of(field: str, value: str, known: Sequence[str], name: str) -> None:
    """Raises Problem 422 unless `value` is one of `known`."""
    if value not in known:
        raise refused(field, f"{name}: elija una de las opciones.")


def code_like(field: str, code: str, most: int, name: str) -> None:
    """Raises Problem 422 unless `code` is made of letters, digits, `-` and `_`."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", code) or len(code) > most:
        sentence = f"usa letras sin tilde, números, guion o guion bajo, hasta {most}."
        raise refused(field, f"{name} {sentence}")


def series_like(field: str, series: str) -> None:
    """Raises Problem 422 unless `series` is one or two capitals A to Z."""
    if not re.fullmatch(r"[A-Z]{1,2}", series):
        raise refused(field, "La letra del turno es una o dos mayúsculas de la A a la Z, sin Ñ.")
