"""Which bytes become a document at all."""

import pytest

from queue_server.issuance.adapters import soap_xml
from queue_server.issuance.adapters.soap_xml import XmlRefused, parse


def test_an_ordinary_document_is_read_without_its_comments() -> None:
    root = parse(b'<?xml version="1.0"?><a x="1">uno<!-- dos --> tres<b/></a>')
    assert (root.tag, root.get("x"), root.text, len(root)) == ("a", "1", "uno tres", 1)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hola",
        b"<a>",
        b"<a></b>",
        b"<x:a/>",
        b"<a b='1' b='2'/>",
        b"<a>&nada;</a>",
        b"<a>\0</a>",
        b"<a>\xff</a>",
        b"<a>\xed\xa0\x80</a>",
        b" <?xml version='1.0'?><a/>",
        b"<!DOCTYPE a><a/>",
        b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        b"<?xml version='1.0'?><?xml-stylesheet href='x'?><a/>",
        b"<a>1<?x y?>2</a>",
        b"<?xml version='1.0' encoding='UTF-7'?><a/>",
        b"<?xml version='1.0' encoding='nada'?><a/>",
        "<a/>".encode("cp037"),
        "<a/>".encode("utf-32"),
        "<a/>".encode("utf-16-le"),
    ],
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(XmlRefused):
        parse(content)


@pytest.mark.parametrize(
    ("unit", "limit"),
    [
        (b"<b/>", soap_xml.MAX_TAGS - 2),
        (b"&amp;", soap_xml.MAX_REFERENCES),
        (b"=", soap_xml.MAX_ATTRIBUTES),
        (b"x", soap_xml.MAX_TEXT),
    ],
)
def test_there_is_a_bound_for_everything_there_can_be_many_of(unit: bytes, limit: int) -> None:
    parse(b"<a>" + unit * limit + b"</a>")
    with pytest.raises(XmlRefused):
        parse(b"<a>" + unit * (limit + 1) + b"</a>")


@pytest.mark.parametrize(
    "text", ["<a>%s</a>", "<a><b/>%s</a>", "<a><long><b>%s</b></long></a>", "<a b='%s'/>"]
)
def test_only_a_named_element_may_be_long(text: str) -> None:
    much = "x" * (soap_xml.MAX_TEXT + 1)
    assert parse(f"<a><long>{much}</long></a>".encode(), long=("long",))[0].text == much
    with pytest.raises(XmlRefused):
        parse((text % much).encode(), long=("long",))


@pytest.mark.parametrize(
    ("content", "charset"),
    [
        ("<a>ñ</a>".encode(), None),
        ("<a>ñ</a>".encode(), "UTF-8"),
        ("<a>ñ</a>".encode("latin-1"), "ISO-8859-1"),
        ("<?xml version='1.0' encoding='UTF-8'?><a>ñ</a>".encode(), "ISO-8859-1"),
        ("<?xml version='1.0' encoding='ISO-8859-1'?><a>ñ</a>".encode("latin-1"), "utf-8"),
        ("<?xml version='1.0' encoding='utf-16'?><a>ñ</a>".encode(), None),
        ("<?xml version='1.0' encoding='utf-16'?><a>ñ</a>".encode("utf-16"), None),
        ("<a>ñ</a>".encode("utf-8-sig"), "iso-8859-1"),
    ],
)
def test_mark_then_declaration_then_http_tell_the_encoding(
    content: bytes, charset: str | None
) -> None:
    assert parse(content, charset).text == "ñ"
