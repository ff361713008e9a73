"""Whether an answer may be believed: its form, and that the reply really says it.

Replies are read again by another parser (expat) for this; it knows nothing of our client.
"""

import base64
import codecs
import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from xml.etree import ElementTree

from queue_server.issuance.model import (
    Document,
    Found,
    Issued,
    Refusal,
    Refused,
    TryLater,
    Unknown,
)
from queue_server.payments.model.vouchers import Applied, NotAnswered
from tests.fuzz.corpus import Sample, is_application
from tests.integration.issuance_adapters.replies import CLOSED_SET

SERVICE = "{urn:x-ventanilla:emision:1}"
DECLARATION = re.compile(r"^<\?xml[^>]*\?>")
REASON = re.compile(r"[a-z0-9_]{1,40}")


def wrong_with(sample: Sample, content: bytes, answer: object, canary: str) -> str:
    """What is wrong with `answer` to `content`; empty when nothing is."""
    if not isinstance(answer, CLOSED_SET[sample.operation]):
        return f"not in the closed set: {type(answer).__name__}"
    if canary in repr(answer):
        return "the file that must not be read was read"
    match answer:
        case TryLater(reason) | Unknown(reason) | NotAnswered(reason):
            return "" if REASON.fullmatch(reason) else f"a reason without form: {reason[:50]!r}"
        case Refused(reason, words):
            formed = isinstance(reason, Refusal) and isinstance(words, str) and len(words) <= 200
            return "" if formed else "a refusal without form"
        case Found(holder):
            return _wrong_with_holder(holder)
        case Applied():
            return _wrong_with_payment(answer, content)
        case Issued():
            return _wrong_with_issued(sample, answer, content)
        case Document():
            return _wrong_with_document(sample, answer, content)
        case _:
            return ""


def _wrong_with_holder(holder: object) -> str:
    facts = vars(holder)
    until = facts.pop("certificate_until")
    if until is not None and not isinstance(until, date):
        return f"a last day that is none: {until!r}"
    for name in ("given_names", "first_surname", "second_surname"):
        if not isinstance(facts[name], str) or len(facts[name]) > 80:
            return f"{name} without form"
    if not all(isinstance(facts[name], bool) for name in ("data_match", "of_age")):
        return "yes or no without form"
    number = facts["certificate_number"]
    return "" if number is None or len(str(number)) <= 30 else "a number without form"


def _wrong_with_payment(answer: Applied, content: bytes) -> str:
    if type(answer.amount_centimos) is not int or not 1 <= answer.amount_centimos <= 10_000_000:
        return "an amount that is none"
    if not isinstance(answer.paid_at, datetime) or answer.paid_at.tzinfo is None:
        return "an instant that is none"
    said = [
        (_text(each, "referencia"), _text(each, "montoCentimos")) for each in _all(content, "pago")
    ]
    agrees = any(
        reference == answer.reference and _number(amount) == answer.amount_centimos
        for reference, amount in said
    )
    return "" if agrees else "a payment that the reply does not show"


def _wrong_with_issued(sample: Sample, answer: Issued, content: bytes) -> str:
    if not is_application(sample.ours):
        return "issued, and nobody asked for it"
    records = [
        (_text(each, "idSolicitud"), _text(each, "estado"), _text(each, "numeroCertificado"))
        for each in _all(content, "solicitud")
    ]
    wanted = (sample.ours, "EMITIDO", answer.certificate_number)
    if wanted not in records:
        return "issued under a number, or for an id, that the reply does not hold"
    codes = [_own(each) for each in _all(content, "coRespuesta")]
    return "" if "0000" in codes else "issued without the code for it"


def _wrong_with_document(sample: Sample, answer: Document, content: bytes) -> str:
    if hashlib.sha256(answer.pdf).hexdigest() != answer.sha256:
        return "a digest that is not the file's"
    for each in _all(content, "archivo"):
        told = (_text(each, "numeroCertificado"), _text(each, "sha256"))
        if told == (sample.ours, answer.sha256):
            text = re.sub(r"[^A-Za-z0-9+/=]", "", _text(each, "pdf"))
            return "" if base64.b64decode(text) == answer.pdf else "another file than was sent"
    return "a file with a number or digest that the reply does not hold"


# --- reading it again -----------------------------------------------------------------------------
def _all(content: bytes, name: str) -> Iterator[ElementTree.Element]:
    """Every element of this name, as expat finds them."""
    root = _root(content)
    return iter(()) if root is None else root.iter(SERVICE + name)


def _root(content: bytes) -> ElementTree.Element | None:
    """The document; where its declaration names another encoding than is used, by trying them."""
    with suppress(ElementTree.ParseError, ValueError, LookupError):
        return ElementTree.fromstring(content)
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "iso-8859-1"):
        with suppress(ElementTree.ParseError, ValueError):
            return ElementTree.fromstring(DECLARATION.sub("", content.decode(encoding)))
    return None


def _text(element: ElementTree.Element, name: str) -> str:
    """What the first child of this name says."""
    child = element.find(SERVICE + name)
    return "" if child is None else _own(child)


def _own(element: ElementTree.Element) -> str:
    """Its own text; white space around it is nobody's."""
    return (element.text or "").strip()


def _number(text: str) -> int | None:
    """As Python reads it: digits of any script, a sign, underscores."""
    with suppress(ValueError):
        return int(text)
    return None
