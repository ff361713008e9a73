"""SOAP 1.1 in and out: hostile bytes to a validated call, a reply or a fault to bytes."""

import base64
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import lxml.etree as etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
NAMESPACE = "urn:x-ventanilla:emision:1"


class SoapFault(Exception):
    """The request is not one (SOAP 1.1, 4.4). `code`: Client, MustUnderstand or Server."""

    def __init__(self, reason: str, code: str = "Client") -> None:
        super().__init__(reason)
        self.code = code

    def to_bytes(self) -> bytes:
        """The fault as an envelope; it travels with HTTP 500."""
        envelope, body = _envelope()
        fault = etree.SubElement(body, f"{{{SOAP}}}Fault")
        etree.SubElement(fault, "faultcode").text = f"soap:{self.code}"
        etree.SubElement(fault, "faultstring").text = str(self)
        return to_bytes(envelope)


@dataclass(frozen=True)
class Call:
    """One valid request: the operation and its fields, nested as in the XSD, all still text."""

    operation: str
    fields: Mapping[str, Any]


class Contract:
    """The XSD, ready to judge requests. Safe to share between threads."""

    def __init__(self, xsd: Path) -> None:
        self._schema = etree.XMLSchema(etree.parse(str(xsd)))
        self._lock = threading.Lock()  # the error log belongs to the schema, not to the call

    def read(self, content: bytes, soap_action: str = "") -> Call:
        """The call in an HTTP body. Raises SoapFault, with the reason, unless it is valid."""
        operation = operation_in(content)
        name = etree.QName(operation)
        if name.namespace != NAMESPACE:
            raise SoapFault(f"Operation of another namespace: {name.namespace}")
        self._validate(operation)
        action = soap_action.strip().strip('"')
        if action and action != f"{NAMESPACE}:{name.localname}":
            raise SoapFault(f"SOAPAction {action} does not belong to {name.localname}")
        fields = _fields(operation)
        assert isinstance(fields, dict)
        return Call(name.localname, fields)

    def _validate(self, operation: etree._Element) -> None:
        if etree.QName(operation).localname.endswith("Response"):
            raise SoapFault("A reply is not a request")
        with self._lock:
            if not self._schema.validate(operation):
                first = self._schema.error_log[0]
                raise SoapFault(f"Line {first.line}: {first.message}"[:500])


def operation_in(content: bytes) -> etree._Element:
    """The element in the body of an envelope. Raises SoapFault."""
    return _only_child(_parse(content))


def _parse(content: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        dtd_validation=False,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SoapFault(f"Not well-formed XML: {error}"[:300]) from error
    if root.getroottree().docinfo.doctype:
        raise SoapFault("A document type declaration is not accepted")
    return root


def _only_child(root: etree._Element) -> etree._Element:
    if root.tag != f"{{{SOAP}}}Envelope":
        raise SoapFault("Not a SOAP 1.1 envelope", "VersionMismatch")
    for block in root.iterfind(f"{{{SOAP}}}Header/*"):
        if block.get(f"{{{SOAP}}}mustUnderstand") in ("1", "true"):
            raise SoapFault(f"Header not understood: {block.tag}", "MustUnderstand")
    bodies = root.findall(f"{{{SOAP}}}Body")
    children = [child for body in bodies for child in body if isinstance(child.tag, str)]
    if len(bodies) != 1 or len(children) != 1:
        raise SoapFault("The body must hold exactly one element")
    return children[0]


def _fields(element: etree._Element) -> dict[str, Any] | str:
    children = [child for child in element if isinstance(child.tag, str)]
    if not children:
        return text_of(element)
    return {etree.QName(child).localname: _fields(child) for child in children}


def text_of(element: etree._Element) -> str:
    """The text of an element, comments left out, without blanks around it."""
    return "".join(element.itertext()).strip()


def envelope_of(name: str, fields: Mapping[str, Any], namespace: str = NAMESPACE) -> etree._Element:
    """The envelope of a reply. None leaves an element out, a list repeats it; bytes become
    base64."""
    envelope, body = _envelope()
    reply = etree.SubElement(body, f"{{{namespace}}}{name}", nsmap={"e": namespace})
    _append(reply, fields, f"{{{namespace}}}")
    return envelope


def to_bytes(envelope: etree._Element) -> bytes:
    """The envelope as it travels."""
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def _append(parent: etree._Element, fields: Mapping[str, Any], space: str) -> None:
    for name, value in fields.items():
        if value is None:
            continue
        for each in value if isinstance(value, list) else [value]:
            child = etree.SubElement(parent, f"{space}{name}")
            if isinstance(each, Mapping):
                _append(child, each, space)
            else:
                child.text = _text(each)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def _envelope() -> tuple[etree._Element, etree._Element]:
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP})
    return envelope, etree.SubElement(envelope, f"{{{SOAP}}}Body")
