"""INPE's public query by names, as its callers know it: two answers, and homonyms between them."""

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import lxml.etree as etree

from queue_server.issuance.sandbox.people import Person, Register
from queue_server.issuance.sandbox.soap import (
    Call,
    SoapFault,
    envelope_of,
    operation_in,
    text_of,
)
from queue_server.issuance.sandbox.traits.fault import Fault
from queue_server.issuance.sandbox.traits.switchboard import Plan

QUERY_WSDL = Path(__file__).with_name("antecedentes.wsdl")
QUERY_NAMESPACE = "http://endpoint.wsantjudiciales.inpe.gob.pe"
OPERATION = "getAntecedenteJudicial"
CLEAR, OBSERVED = "No registra antecedentes judiciales", "Observado"
_FIELDS = ("apepat", "apemat", "nombres")
_MAX_LETTERS = 200
_SEPARATORS = re.compile(r"[\s\-]+")


class PublicQuery:
    """Answers by names alone: who shares them with somebody on record is `Observado` too."""

    namespace = QUERY_NAMESPACE

    def __init__(self, register: Register) -> None:
        self._observed = {
            _names(person) for person in register.people.values() if person.record or person.review
        }

    def read(self, content: bytes, soap_action: str = "") -> Call:  # noqa: ARG002
        """The call in an HTTP body. Raises SoapFault. The action is not looked at, as there."""
        operation = operation_in(content)
        if operation.tag != f"{{{QUERY_NAMESPACE}}}{OPERATION}":
            raise SoapFault(f"Not {OPERATION} of {QUERY_NAMESPACE}: {operation.tag}"[:300])
        # Its callers send the names with and without the namespace; both are taken.
        given = {
            etree.QName(child).localname: text_of(child)
            for child in operation
            if isinstance(child.tag, str)
        }
        if set(given) != set(_FIELDS):
            raise SoapFault(f"{OPERATION} takes {', '.join(_FIELDS)}")
        if not given["apepat"] or not given["nombres"]:
            raise SoapFault("apepat and nombres cannot be empty")
        if any(len(name) > _MAX_LETTERS for name in given.values()):
            raise SoapFault(f"A name has at most {_MAX_LETTERS} letters")
        return Call(OPERATION, given)

    def marked(self, call: Call) -> Mapping[str, Fault]:  # noqa: ARG002
        """Nothing: this query has no audit fields to write a marker into."""
        return {}

    def reply(self, call: Call, plan: Plan) -> etree._Element:  # noqa: ARG002
        """The envelope of the answer."""
        asked = tuple(folded(call.fields[name]) for name in _FIELDS)
        words = OBSERVED if asked in self._observed else CLEAR
        return envelope_of(f"{OPERATION}Response", {f"{OPERATION}Return": words}, QUERY_NAMESPACE)


def folded(name: str) -> str:
    """Capitals without accents, Ñ as N (ICAO 9303-3, 6), one space between words."""
    letters = unicodedata.normalize("NFD", name.upper())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _SEPARATORS.sub(" ", plain).strip()


def _names(person: Person) -> tuple[str, ...]:
    names = (person.first_surname, person.second_surname or "", person.given_names)
    return tuple(folded(name) for name in names)
