"""Replies that are well-formed and untrue: another's, incomplete, or with a spoiled file."""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from queue_server.issuance.sandbox.centre import Answer

# From the file without its signature to the same file signed by somebody else.
Forger = Callable[[bytes], bytes]
FILE_FAULTS = (
    "wrong_number",
    "wrong_digest",
    "wrong_length",
    "flipped_byte",
    "unsigned",
    "foreign_signed",
)


def of_another(answer: Answer) -> Answer:
    """`wrong_id`: what is on record of some other request."""
    if "solicitud" not in answer.body:
        return answer
    record = answer.body["solicitud"] | {"idSolicitud": str(uuid.uuid4())}
    return replace(answer, body={**answer.body, "solicitud": record})


def without_its_part(answer: Answer) -> Answer:
    """`missing_part`: the code alone."""
    return replace(answer, body={})


def spoil_file(answer: Answer, name: str, forge: Forger) -> Answer:
    """The file with what a fault of `FILE_FAULTS` does to it; other answers stay as they are."""
    if "archivo" not in answer.body:
        return answer
    file = answer.body["archivo"]
    return replace(answer, body={"archivo": _spoilt(file, name, forge)})


def _spoilt(file: Mapping[str, Any], name: str, forge: Forger) -> dict[str, Any]:
    pdf: bytes = file["pdf"]
    match name:
        case "wrong_number":
            return {**file, "numeroCertificado": "CAJ-0000-0000000"}
        case "wrong_digest":
            return {**file, "sha256": hashlib.sha256(pdf + b" ").hexdigest()}
        case "wrong_length":
            return {**file, "longitud": len(pdf) + 1}
        case "flipped_byte":
            middle = len(pdf) // 2
            return _with_pdf(file, pdf[:middle] + bytes([pdf[middle] ^ 1]) + pdf[middle + 1 :])
        case "unsigned":
            return _with_pdf(file, _unsigned(pdf))
        case _:
            return _with_pdf(file, forge(_unsigned(pdf)))


def _unsigned(pdf: bytes) -> bytes:
    """The file as it was before its signature was appended (ISO 32000-1, 7.5.6)."""
    mark = b"%%EOF"
    return pdf[: pdf.index(mark) + len(mark)] + b"\n"


def _with_pdf(file: Mapping[str, Any], pdf: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(pdf).hexdigest()
    return {**file, "pdf": pdf, "sha256": digest, "longitud": len(pdf)}
