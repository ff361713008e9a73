"""Kind ``document_reader``: what a reader of identity documents reports. Pure.

It takes no command but ``SelfTest``. When a document passes it reports one ``Reading``.
"""

from dataclasses import dataclass, field
from datetime import date

from devices.documents.bank_card import is_bank_card
from devices.documents.document_types import classify
from devices.documents.mrz import MrzRefused, Refusal, TravelDocument, parse, split_lines
from devices.documents.ocr_repair import repair

KIND = "document_reader"


@dataclass(frozen=True, slots=True)
class DocumentRead:
    """A document was read and every check digit agreed.

    ``document_type`` is a code of ``devices.documents.document_types``, or ``""`` where the
    zone does not tell it and the person must choose. ``repaired`` tells that the reader took a
    digit for a letter and that the check digits prove which digit it was.
    """

    document: TravelDocument
    document_type: str
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class NumberRead:
    """A bar code gave a document's type and number, and nothing else: no name, no birth date.

    ``checked`` tells that the printed check character was in it and agrees.
    """

    document_type: str
    number: str
    checked: bool = False


@dataclass(frozen=True, slots=True)
class QrRead:
    """A QR code: its content as it is, at most 4 KiB, which nothing here interprets."""

    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadFailed:
    """Something passed and could not be accepted; ``reason`` tells what the person does."""

    reason: Refusal


Reading = DocumentRead | NumberRead | QrRead | ReadFailed


def zone_read(text: str, today: date) -> DocumentRead | ReadFailed:
    """Judge the text of a machine-readable zone, in whatever framing and spelling it was sent.

    A zone that is refused is tried once more with its misread digits repaired.
    """
    if is_bank_card(text):
        return ReadFailed(Refusal.BANK_CARD)
    lines = split_lines(text)
    try:
        return _accepted(lines, today, repaired=False)
    except MrzRefused as refused:
        put_right = repair(lines)
        if put_right is None:
            return ReadFailed(refused.reason)
        try:
            return _accepted(put_right, today, repaired=True)
        except MrzRefused:
            return ReadFailed(refused.reason)


def _accepted(lines: tuple[str, ...], today: date, *, repaired: bool) -> DocumentRead:
    document = parse(lines, today)
    return DocumentRead(document, classify(document), repaired)
