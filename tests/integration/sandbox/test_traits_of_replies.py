"""Each fault as the sandbox emits it: pages, codes, dress, hostile XML and untrue contents."""

import base64
import hashlib
import re
import subprocess
from pathlib import Path
from typing import Any

import lxml.etree as etree
import pytest

from queue_server.issuance.wsdl import XSD
from tests.integration.sandbox import raw

STYLES = (
    *("prefixes", "default_namespace", "default_envelope", "header", "whitespace", "comments"),
    *("comment_in_text", "attributes", "declaration", "no_declaration", "byte_order_mark"),
    *("latin1", "utf16", "cdata", "character_references", "unknown"),
)


def marked(name: str) -> str:
    """The audit field of a call that asks for a fault."""
    return f"K01;fallo={name}"


def is_recorded(sandbox: Any, id: str) -> bool:
    """Whether the centre has a request."""
    return raw.ask(sandbox.url, raw.inquiry(id)).code != "0030"


@pytest.mark.parametrize(
    ("name", "status", "kind", "part"),
    [
        ("html_502", 502, "text/html; charset=utf-8", "502 Bad Gateway"),
        ("html_200", 200, "text/html; charset=utf-8", "mantenimiento"),
        ("empty", 200, "text/xml; charset=utf-8", ""),
        ("redirect", 302, "text/html; charset=utf-8", ""),
        ("soap_fault", 500, "text/xml; charset=utf-8", "<faultcode>soap:Server</faultcode>"),
        ("other_operation", 200, "text/xml; charset=utf-8", "estadoServicioResponse"),
    ],
)
@pytest.mark.parametrize("work", ["true", "false"])
def test_what_comes_in_the_place_of_a_reply_comes_after_the_work_or_instead_of_it(
    sandbox: Any, name: str, status: int, kind: str, part: str, work: str
) -> None:
    id = raw.new_id()
    seen = raw.ask(sandbox.url, raw.request(id, marked(f"{name}:work={work}")))
    assert (seen.status, seen.headers["content-type"]) == (status, kind)
    assert part in seen.text
    assert part or not seen.body
    assert is_recorded(sandbox, id) == (work == "true")


def test_a_redirect_says_where_to_and_may_keep_the_method(sandbox: Any) -> None:
    seen = raw.ask(sandbox.url, raw.health(marked("redirect:status=307")))
    assert (seen.status, seen.headers["location"]) == (307, "/emision?otra")


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("quota", "0010", "Se ha alcanzado"),
        ("expired_credential", "0011", "caducado"),
        ("not_allowed", "0005", "autorización"),
        ("no_connection", "0002", "conexión"),
        ("failed", "0003", "falló"),
        ("answer:code=0040", "0040", "pago"),
    ],
)
def test_a_code_can_be_ordered_and_nothing_is_done(
    sandbox: Any, name: str, code: str, words: str
) -> None:
    id = raw.new_id()
    seen = raw.ask(sandbox.url, raw.request(id, marked(name)))
    assert (seen.status, seen.code) == (200, code)
    assert words in seen.field("deRespuesta")
    assert not is_recorded(sandbox, id)


@pytest.mark.parametrize(
    ("style", "done", "no_data"),
    [
        ("reniec", "0000", "0001"),
        ("migraciones", "0000", "0001"),
        ("poder_judicial", "0001", "0000"),
        ("pnp", "1", "0"),
    ],
)
def test_another_institution_says_done_and_no_data_in_its_own_way(
    sandbox: Any, style: str, done: str, no_data: str
) -> None:
    id, equipment = raw.new_id(), marked(f"dialect:style={style}")
    seen = raw.ask(sandbox.url, raw.request(id, equipment))
    assert (seen.code, seen.field("estado")) == (done, "EMITIDO")
    assert is_recorded(sandbox, id)
    nobody = raw.PERSON.replace("10117410", "99999999") + raw.BORN
    seen = raw.ask(sandbox.url, raw.envelope("consultarTitular", nobody, equipment))
    assert seen.code == no_data


def test_old_police_errors_are_three_digits(sandbox: Any) -> None:
    wrong = raw.PERSON + raw.BORN.replace("1980", "1981")
    equipment = marked("dialect:style=pnp")
    seen = raw.ask(sandbox.url, raw.envelope("consultarTitular", wrong, equipment))
    assert re.fullmatch("10[1-7]", seen.code)


@pytest.mark.parametrize("style", STYLES)
def test_another_dress_is_the_same_valid_message(sandbox: Any, style: str) -> None:
    plain = raw.ask(sandbox.url, raw.health())
    seen = raw.ask(sandbox.url, raw.health(marked(f"envelope:style={style}")))
    assert seen.body != plain.body
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(seen.body, parser)
    assert not root.getroottree().docinfo.doctype
    [reply] = root.findall(f"{{{raw.SOAP}}}Body/*")
    etree.XMLSchema(etree.parse(str(XSD))).assertValid(reply)
    texts = {etree.QName(child).localname: "".join(child.itertext()).strip() for child in reply
             if isinstance(child.tag, str)}  # fmt: skip
    assert (texts["coRespuesta"], texts["estado"]) == ("0000", "OPERATIVO")
    assert texts["deRespuesta"] == plain.field("deRespuesta")


@pytest.mark.parametrize(
    ("style", "sign"),
    [
        ("default_namespace", b"<estadoServicioResponse>"),
        ("default_envelope", b"<Envelope xmlns="),
        ("header", b"<soap:Header><t:Traza"),
        ("whitespace", b"\r\n\t<"),
        ("comments", b"<!--"),
        ("comment_in_text", b"00<!---->00"),
        ("attributes", b"soap:encodingStyle"),
        ("no_declaration", b"<soap:Envelope"),
        ("byte_order_mark", b"\xef\xbb\xbf"),
        ("latin1", b"encoding='ISO-8859-1'"),
        ("utf16", b"\xff\xfe"),
        ("cdata", b"<![CDATA[0000]]>"),
        ("character_references", b"&#48;&#48;&#48;&#48;"),
        ("unknown", b"<x:mesaDePartes"),
    ],
)
def test_each_dress_is_seen_on_the_wire(sandbox: Any, style: str, sign: bytes) -> None:
    seen = raw.ask(sandbox.url, raw.health(marked(f"envelope:style={style}")))
    assert sign in seen.body
    assert ("iso-8859-1" in seen.headers["content-type"]) == (style == "latin1")


def test_the_dress_changes_from_reply_to_reply(sandbox: Any) -> None:
    sandbox.control(fault="envelope", operation="estadoServicio", seed=4)
    bodies = [raw.ask(sandbox.url, raw.health()).body for _ in range(12)]
    assert len({body[:60] for body in bodies}) > 3


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("entity_bomb", rb"<!ENTITY e9 .*<!ENTITY e \"&e9;\">.*deRespuesta>&e;<"),
        ("entity_bomb:style=repeated", rb"<!ENTITY l \"(ja){50000}\">.*deRespuesta>&e;<"),
        ("external_entity", rb"<!ENTITY e SYSTEM \"file:///etc/passwd\">.*deRespuesta>&e;<"),
        ("external_entity:style=parameter", rb"<!ENTITY % p SYSTEM .*%p;"),
        ("external_entity:style=doctype", rb"<!DOCTYPE r SYSTEM \"file:"),
        ("huge_attribute:bytes=200000", rb"estadoServicioResponse nota=\"A{60000}"),
        ("deep:levels=2000", rb"(<x:n>){1000}"),
    ],
)
def test_hostile_xml_is_what_it_is_called(sandbox: Any, name: str, sign: bytes) -> None:
    seen = raw.ask(sandbox.url, raw.health(marked(name)))
    assert seen.status == 200
    assert re.search(sign, seen.body, re.DOTALL)


def test_a_reply_may_be_of_another_request(sandbox: Any) -> None:
    id = raw.new_id()
    seen = raw.ask(sandbox.url, raw.request(id, marked("wrong_id")))
    assert seen.code == "0000"
    assert seen.field("idSolicitud") != id
    assert is_recorded(sandbox, id)


def test_a_reply_may_lack_its_part(sandbox: Any) -> None:
    seen = raw.ask(sandbox.url, raw.request(raw.new_id(), marked("missing_part")))
    assert seen.code == "0000"
    assert "solicitud>" not in seen.text


@pytest.fixture(scope="module")
def number(shared: Any) -> str:
    """A certificate that was issued."""
    return raw.ask(shared.url, raw.request(raw.new_id())).field("numeroCertificado")


def file_in(seen: raw.Seen) -> tuple[bytes, bool, bool]:
    """The PDF, and whether digest and length are its own."""
    pdf = base64.b64decode(seen.field("pdf"))
    digest, length = hashlib.sha256(pdf).hexdigest(), str(len(pdf))
    return pdf, seen.field("sha256") == digest, seen.field("longitud") == length


@pytest.mark.parametrize(
    ("name", "digest", "length"), [("wrong_digest", False, True), ("wrong_length", True, False)]
)
def test_digest_and_length_may_be_wrong(
    sandbox: Any, number: str, name: str, digest: bool, length: bool
) -> None:
    pdf, same_digest, same_length = file_in(raw.ask(sandbox.url, raw.fetch(number, marked(name))))
    assert (same_digest, same_length) == (digest, length)
    assert file_in(raw.ask(sandbox.url, raw.fetch(number))) == (pdf, True, True)


def test_the_file_may_be_of_another_certificate(sandbox: Any, number: str) -> None:
    seen = raw.ask(sandbox.url, raw.fetch(number, marked("wrong_number")))
    assert seen.field("numeroCertificado") != number


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("flipped_byte", "Digest Mismatch"),
        ("unsigned", "does not contain any signatures"),
        ("foreign_signed", "Signature is Valid"),
    ],
)
def test_a_spoilt_file_agrees_with_its_digest(
    sandbox: Any, number: str, tmp_path: Path, name: str, verdict: str
) -> None:
    good, *_ = file_in(raw.ask(sandbox.url, raw.fetch(number)))
    pdf, *agrees = file_in(raw.ask(sandbox.url, raw.fetch(number, marked(name))))
    assert pdf != good
    assert all(agrees)
    file = tmp_path / "spoilt.pdf"
    file.write_bytes(pdf)
    said = subprocess.run(
        ["pdfsig", "-nocert", str(file)], capture_output=True, text=True, timeout=10
    )
    assert verdict in said.stdout + said.stderr


def test_a_foreign_signature_is_of_another_authority(sandbox: Any, number: str) -> None:
    def root(pdf: bytes) -> bytes:
        """The certificate in the signature's own bytes, in hexadecimal."""
        own = (sandbox.state / "signer.pem").read_bytes()
        der = base64.b64decode(b"".join(own.splitlines()[1:-1]))
        return der.hex().encode() if der.hex().encode() in pdf.lower() else b""

    good, *_ = file_in(raw.ask(sandbox.url, raw.fetch(number)))
    forged, *_ = file_in(raw.ask(sandbox.url, raw.fetch(number, marked("foreign_signed"))))
    assert root(good)
    assert not root(forged)
