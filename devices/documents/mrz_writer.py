"""Writes machine-readable zones, for simulators and judges: the inverse of ``mrz.parse``. Pure.

Sources: ICAO Doc 9303 part 4 (TD3), part 5 (TD1), part 6 (TD2).
"""

from datetime import date

from devices.documents.mrz import FILLER, TravelDocument, check_digit

_PRINCIPAL = 9


def write(document: TravelDocument) -> tuple[str, ...]:
    """Return the lines of a zone that says what ``document`` says.

    Names are cut to their room. Raises ``ValueError`` where another field has too little room.
    """
    return {"TD1": _td1, "TD2": _td2, "TD3": _td3}[document.kind](document)


def _td1(document: TravelDocument) -> tuple[str, ...]:
    number, rest = _number(document.number)
    first_optional, _, second_optional = document.optional.partition(" ")
    first = _field(document.document_code, 2) + _field(document.issuing_state, 3) + number
    first += _field(rest + first_optional, 15)
    second = f"{_dated(document.birth_date)}{_sex(document.sex)}{_dated(document.expiry_date)}"
    second += _field(document.nationality, 3) + _field(second_optional, 11)
    composite = check_digit(first[5:30] + second[0:7] + second[8:15] + second[18:29])
    return first, second + composite, _names(document, 30)


def _td2(document: TravelDocument) -> tuple[str, ...]:
    number, rest = _number(document.number)
    second = number + _middle(document) + _field(rest + document.optional, 7)
    composite = check_digit(second[0:10] + second[13:20] + second[21:35])
    return _heading(document, 36), second + composite


def _td3(document: TravelDocument) -> tuple[str, ...]:
    number = _field(document.number, _PRINCIPAL)
    optional = _field(document.optional, 14)
    second = number + check_digit(number) + _middle(document) + optional
    second += check_digit(optional) if document.optional else FILLER
    composite = check_digit(second[0:10] + second[13:20] + second[21:43])
    return _heading(document, 44), second + composite


def _heading(document: TravelDocument, length: int) -> str:
    issuer = _field(document.document_code, 2) + _field(document.issuing_state, 3)
    return issuer + _names(document, length - len(issuer))


def _middle(document: TravelDocument) -> str:
    return (
        _field(document.nationality, 3)
        + _dated(document.birth_date)
        + _sex(document.sex)
        + _dated(document.expiry_date)
    )


def _number(number: str) -> tuple[str, str]:
    """The number with its check digit, and what of it runs on in the optional field."""
    if len(number) <= _PRINCIPAL:
        principal = _field(number, _PRINCIPAL)
        return principal + check_digit(principal), ""
    run_on = number[_PRINCIPAL:] + check_digit(number) + FILLER
    return number[:_PRINCIPAL] + FILLER, run_on


def _dated(day: date | None) -> str:
    """A date with its check digit; filler where there is none."""
    if day is None:
        return FILLER * 7
    text = f"{day.year % 100:02d}{day.month:02d}{day.day:02d}"
    return text + check_digit(text)


def _sex(sex: str) -> str:
    return FILLER if sex == "X" else sex


def _names(document: TravelDocument, room: int) -> str:
    given = FILLER * 2 + document.given_names if document.given_names else ""
    return (document.surname + given).replace(" ", FILLER).ljust(room, FILLER)[:room]


def _field(text: str, length: int) -> str:
    if len(text) > length:
        raise ValueError(f"A field of {length} characters cannot take {len(text)}.")
    return text.ljust(length, FILLER)
