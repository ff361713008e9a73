"""Kind ``document_reader``: what a reader of identity documents reports. Pure.

It takes no commands; it reports ``DocumentRead`` or ``ReadFailed`` when a document passes.
"""

from dataclasses import dataclass

from devices.documents.mrz import Refusal, TravelDocument

KIND = "document_reader"


@dataclass(frozen=True, slots=True)
class DocumentRead:
    """A document was read and every check digit agreed.

    ``document_type`` is a code of ``devices.documents.document_types``, or ``""`` where the
    zone does not tell it and the person must choose.
    """

    document: TravelDocument
    document_type: str


@dataclass(frozen=True, slots=True)
class ReadFailed:
    """A document passed and could not be accepted; the person presents it again."""

    reason: Refusal


Reading = DocumentRead | ReadFailed
