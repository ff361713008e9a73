"""The same reply in other dress: what a careful reader of XML takes for the same message.

Each style keeps to SOAP 1.1 (no processing instruction, no document type, §3) and to the XSD.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

import lxml.etree as etree

from queue_server.issuance.sandbox.soap import NAMESPACE, SOAP, to_bytes

ANY_STYLE = "any"
_OTHER = "urn:x-otra-entidad:extension:3"
_SOAP_PREFIXES = ("S", "SOAP-ENV", "soapenv", "env", "ns0", "a")
_OWN_PREFIXES = ("ns2", "tns", "q1", "m", "emi")
_DECLARATIONS = (
    b"<?xml version='1.0' encoding='utf-8'?>",
    b'<?xml version="1.0"?>\r\n',
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n',
    b'<?xml  version = "1.0"  encoding = "Utf-8" ?>\n\n\n',
)
T = TypeVar("T")
Dressed = tuple[bytes, str]  # bytes and their charset
Style = Callable[[etree._Element, float], Dressed]


def dress(envelope: etree._Element, style: str, draw: float) -> Dressed:
    """The envelope in a style of `STYLES`, or in any; `draw` in [0, 1) chooses."""
    if style == ANY_STYLE:
        style = _chosen(tuple(STYLES), draw)
    return STYLES[style](envelope, draw)


def _prefixes(envelope: etree._Element, draw: float) -> Dressed:
    names = {
        SOAP: _chosen(_SOAP_PREFIXES, draw),
        NAMESPACE: _chosen(_OWN_PREFIXES, draw * 7 % 1),
    }
    return _plain(_renamed(envelope, names))


def _default_namespace(envelope: etree._Element, _: float) -> Dressed:
    return _plain(_renamed(envelope, {SOAP: "soap", NAMESPACE: None}))


def _default_envelope(envelope: etree._Element, _: float) -> Dressed:
    return _plain(_renamed(envelope, {SOAP: None, NAMESPACE: "e"}))


def _header(envelope: etree._Element, _: float) -> Dressed:
    header = etree.Element(f"{{{SOAP}}}Header")
    block = etree.SubElement(header, f"{{{_OTHER}}}Traza", nsmap={"t": _OTHER})
    block.set(f"{{{SOAP}}}mustUnderstand", "0")
    etree.SubElement(block, f"{{{_OTHER}}}salto").text = "3"
    envelope.insert(0, header)
    return _plain(envelope)


def _whitespace(envelope: etree._Element, _: float) -> Dressed:
    etree.indent(envelope, "\t")
    return to_bytes(envelope).replace(b"\n", b"\r\n") + b"\r\n\r\n", "utf-8"


def _comments(envelope: etree._Element, _: float) -> Dressed:
    for element in list(envelope.iter()):
        if len(element):
            for place in range(len(element), -1, -1):
                element.insert(place, etree.Comment(" nodo 4 "))
    return to_bytes(envelope) + b"<!-- fin -->", "utf-8"


def _comment_in_text(envelope: etree._Element, _: float) -> Dressed:
    for element in list(envelope.iter()):
        if element.text and len(element.text) > 1 and not len(element):
            half = len(element.text) // 2
            comment = etree.Comment("")
            element.text, comment.tail = element.text[:half], element.text[half:]
            element.append(comment)
    return _plain(envelope)


def _attributes(envelope: etree._Element, _: float) -> Dressed:
    spaces = {
        "xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "xsd": "http://www.w3.org/2001/XMLSchema",
        "wsu": _OTHER,
    }
    root = _renamed(envelope, {SOAP: "soap", NAMESPACE: "e"}, spaces)
    root.set(f"{{{SOAP}}}encodingStyle", "")
    root.set(f"{{{_OTHER}}}Id", "mensaje-1")
    root[0].set("{http://www.w3.org/XML/1998/namespace}lang", "es-PE")
    return _plain(root)


def _declaration(envelope: etree._Element, draw: float) -> Dressed:
    return _chosen(_DECLARATIONS, draw) + etree.tostring(envelope, encoding="UTF-8"), "utf-8"


def _no_declaration(envelope: etree._Element, _: float) -> Dressed:
    return etree.tostring(envelope, encoding="UTF-8"), "utf-8"


def _byte_order_mark(envelope: etree._Element, _: float) -> Dressed:
    return b"\xef\xbb\xbf" + to_bytes(envelope), "utf-8"


def _latin1(envelope: etree._Element, _: float) -> Dressed:
    return etree.tostring(envelope, xml_declaration=True, encoding="ISO-8859-1"), "iso-8859-1"


def _utf16(envelope: etree._Element, _: float) -> Dressed:
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-16"), "utf-16"


def _cdata(envelope: etree._Element, _: float) -> Dressed:
    for element in envelope.iter():
        if element.text:
            element.text = etree.CDATA(element.text)
    return _plain(envelope)


def _character_references(envelope: etree._Element, _: float) -> Dressed:
    """Code and words as `&#48;&#48;…`."""
    content = to_bytes(envelope)
    for name in ("coRespuesta", "deRespuesta"):
        element = next(envelope.iter(f"{{{NAMESPACE}}}{name}"), None)
        if element is not None and element.text:
            plain = element.text.encode()
            spelt = "".join(f"&#{ord(letter)};" for letter in element.text).encode()
            content = content.replace(b">" + plain + b"<", b">" + spelt + b"<", 1)
    return content, "utf-8"


def _unknown(envelope: etree._Element, _: float) -> Dressed:
    """New fields of another namespace at the end: what the XSD's `any` is for."""
    reply = envelope[-1][0]
    new = etree.SubElement(reply, f"{{{_OTHER}}}mesaDePartes", nsmap={"x": _OTHER})
    etree.SubElement(new, f"{{{_OTHER}}}coRespuesta").text = "9999"
    etree.SubElement(reply, f"{{{_OTHER}}}vacio").set("nota", "ninguna")
    return _plain(envelope)


STYLES: Mapping[str, Style] = {
    "prefixes": _prefixes,
    "default_namespace": _default_namespace,
    "default_envelope": _default_envelope,
    "header": _header,
    "whitespace": _whitespace,
    "comments": _comments,
    "comment_in_text": _comment_in_text,
    "attributes": _attributes,
    "declaration": _declaration,
    "no_declaration": _no_declaration,
    "byte_order_mark": _byte_order_mark,
    "latin1": _latin1,
    "utf16": _utf16,
    "cdata": _cdata,
    "character_references": _character_references,
    "unknown": _unknown,
}


def _plain(envelope: etree._Element) -> Dressed:
    return to_bytes(envelope), "utf-8"


def _chosen(these: tuple[T, ...], draw: float) -> T:
    return these[int(draw * len(these))]


def _renamed(
    element: etree._Element,
    prefixes: Mapping[str, str | None],
    more: Mapping[str, str] | None = None,
) -> etree._Element:
    """A copy that declares these prefixes (None: the default namespace) at its root."""
    spaces = {prefix: uri for uri, prefix in prefixes.items()} | dict(more or {})
    copy = etree.Element(element.tag, dict(element.attrib), nsmap=spaces)
    _fill(copy, element)
    return copy


def _fill(copy: etree._Element, element: etree._Element) -> None:
    copy.text = element.text
    for child in element:
        _fill(etree.SubElement(copy, child.tag, dict(child.attrib)), child)
