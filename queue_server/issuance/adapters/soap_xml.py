"""The XML of a reply: bounded before it is parsed, and free of what SOAP does not allow in it.

A few megabytes of tiny elements become hundreds of megabytes of tree, and a document type can name
files and grow without end; neither ever reaches the parser.
"""

import codecs
import re
from collections.abc import Collection

import lxml.etree as etree

# A reply of the contract has some thirty of each; only the PDF's base64 is long.
MAX_TAGS = 2_000
MAX_ATTRIBUTES = 4_000
MAX_REFERENCES = 20_000
MAX_TEXT = 256 * 1024  # characters in all, but for elements that may be long
ENCODINGS = {
    "utf-8": "utf-8",
    "us-ascii": "utf-8",
    # Said in bytes that are no UTF-16: some platforms name their own strings' encoding.
    "utf-16": "utf-8",
    "iso-8859-1": "iso-8859-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "windows-1252",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"""<\?xml\s[^<>]{0,200}?encoding\s{0,9}=\s{0,9}["']([A-Za-z0-9._-]{1,40})["']"""
)


class XmlRefused(ValueError):
    """Not XML, or XML that no reply may be. The words hold nothing of the content."""


def parse(content: bytes, charset: str | None = None, long: Collection[str] = ()) -> etree._Element:
    """The root of the document in `content`. Raises XmlRefused. `long`: elements with long texts.

    Its encoding is told by a byte order mark, the XML declaration, the `charset` of HTTP, in this
    order: servers that state a charset they do not use are common. Without any it is UTF-8.
    """
    text = _in_utf8(content, charset)
    _check(text)
    # An own parser each time: one shared by threads would make them wait for each other.
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(text, parser)
    except etree.XMLSyntaxError:
        raise XmlRefused("not well-formed") from None
    if _length_of_texts(root, long) > MAX_TEXT:
        raise XmlRefused("too much text")
    return root


def _length_of_texts(root: etree._Element, long: Collection[str]) -> int:
    """Characters of texts and attributes; reading a date or a number takes a copy of each."""
    length = 0
    for element in root.iter():
        length += len(element.tail or "") + sum(len(each) for each in element.values())
        if element.tag not in long:
            length += len(element.text or "")
    return length


def _check(text: bytes) -> None:
    """Raises XmlRefused for what SOAP 1.1 (section 3) forbids, and for too much of anything."""
    if b"<!DOCTYPE" in text:
        raise XmlRefused("a document type")
    if text.find(b"<?", 2) >= 0:
        raise XmlRefused("a processing instruction")
    bounds = ((b"<", MAX_TAGS), (b"=", MAX_ATTRIBUTES), (b"&", MAX_REFERENCES))
    if any(text.count(sign) > limit for sign, limit in bounds):
        raise XmlRefused("too much markup")


def _in_utf8(content: bytes, charset: str | None) -> bytes:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _recoded(content[len(mark) :], encoding)
    found = _DECLARED.match(content)
    named = found.group(1).decode("ascii") if found else charset or "utf-8"
    encoding = ENCODINGS.get(named.lower())
    if encoding is None:
        raise XmlRefused("an encoding that nobody agreed on")
    return _recoded(content, encoding)


def _recoded(content: bytes, encoding: str) -> bytes:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise XmlRefused("not in its encoding") from None
    return content if encoding == "utf-8" else text.encode("utf-8")
