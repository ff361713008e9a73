"""The document types an applicant may hold, and which one a travel document is. Pure.

Source of the codes and patterns: the issuance backend's catalogue of identity documents.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from devices.documents.mrz import MrzRefused, Refusal, TravelDocument

DNI = "01"
CE = "04"
PASSPORT = "07"
PTP = "23"
CPP = "26"
UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class DocumentType:
    """One type: its code, its short name, and the pattern of its numbers."""

    code: str
    name: str
    pattern: re.Pattern[str]


DOCUMENT_TYPES: Mapping[str, DocumentType] = {
    kind.code: kind
    for kind in (
        DocumentType(DNI, "DNI", re.compile(r"[0-9]{8}")),
        DocumentType(CE, "CE", re.compile(r"[A-Z0-9]{1,12}")),
        DocumentType(PASSPORT, "Pasaporte", re.compile(r"[A-Z0-9]{1,12}")),
        DocumentType(PTP, "PTP", re.compile(r"[A-Z0-9]{1,15}")),
        DocumentType(CPP, "CPP", re.compile(r"[A-Z0-9]{1,15}")),
    )
}


def is_number(code: str, number: str) -> bool:
    """Whether ``number`` can be a number of the type ``code``; False for an unknown type."""
    kind = DOCUMENT_TYPES.get(code)
    return kind is not None and kind.pattern.fullmatch(number) is not None


def classify(document: TravelDocument) -> str:
    """Return the code of the document's type, or ``UNKNOWN`` where the person must choose.

    A Peruvian's Peruvian identity card must carry 8 digits: a 0 misread as A keeps every check
    digit right, so any other number raises ``MrzRefused`` (``unreadable``).
    """
    if document.kind == "TD3":
        return _if_number(PASSPORT, document.number)
    if document.kind != "TD1" or document.issuing_state != "PER":
        return UNKNOWN
    if document.nationality != "PER":
        return _if_number(CE, document.number)
    if document.document_code != "I":
        return UNKNOWN
    if not is_number(DNI, document.number):
        raise MrzRefused(Refusal.UNREADABLE, "a Peruvian identity card without 8 digits")
    return DNI


def _if_number(code: str, number: str) -> str:
    return code if is_number(code, number) else UNKNOWN
