"""Replies the well-behaved sandbox never gives: every code, wrong content, and broken XML."""

import base64
import hashlib
import io
import logging
import random
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
import zeep

from queue_server.issuance.adapters.soap import SoapBackend
from queue_server.issuance.model import (
    Applicant,
    Document,
    Found,
    Issued,
    NotKnown,
    PaymentEvidence,
    Refusal,
    Refused,
    TryLater,
    UnderReview,
    Unknown,
)
from queue_server.issuance.wsdl import WSDL, XSD
from tests.integration.issuance_adapters.conftest import settings
from tests.integration.issuance_adapters.raw_server import Connection, RawServer, answering, http

WHO = Applicant("01", "10117410", date(1980, 1, 1))
PAID = PaymentEvidence("card", 3770, "RRN1", datetime(2026, 11, 3, 15, tzinfo=UTC))
OURS = UUID("11111111-1111-4111-8111-111111111111")
OTHER = "22222222-2222-4222-8222-222222222222"
PDF = b"%PDF-1.7 invented"
KNOWN_CODES = re.findall(r"^ +(\d{4})  ", XSD.read_text(), re.MULTILINE)
ENVELOPE = (
    '<?xml version="1.0"?>{prolog}<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'
    '<s:Body><r:{operation}Response xmlns:r="urn:x-ventanilla:emision:1">'
    "<r:coRespuesta>{code}</r:coRespuesta><r:deRespuesta>palabras</r:deRespuesta>"
    "<r:idTransaccion>t1</r:idTransaccion>"
    "<r:fechaHora>2026-11-03T10:00:00-05:00</r:fechaHora>{more}"
    "</r:{operation}Response></s:Body></s:Envelope>"
)


def reply(operation: str, code: str, more: str = "", prolog: str = "") -> bytes:
    return ENVELOPE.format(operation=operation, code=code, more=more, prolog=prolog).encode()


def record(state: str, of: str = str(OURS), issued: bool = False) -> str:
    numbers = (
        "<r:numeroCertificado>CAJ-0000001</r:numeroCertificado>"
        "<r:codigoVerificacion>ABCD-EFGH</r:codigoVerificacion>"
    )
    return (
        f"<r:solicitud><r:idSolicitud>{of}</r:idSolicitud><r:estado>{state}</r:estado>"
        f"{numbers if issued else ''}</r:solicitud>"
    )


def file(pdf: bytes = PDF, sha256: str = "", length: int = 0, number: str = "CAJ-0000001") -> str:
    return (
        f"<r:archivo><r:numeroCertificado>{number}</r:numeroCertificado>"
        f"<r:pdf>{base64.b64encode(pdf).decode()}</r:pdf>"
        f"<r:sha256>{sha256 or hashlib.sha256(pdf).hexdigest()}</r:sha256>"
        f"<r:longitud>{length or len(pdf)}</r:longitud></r:archivo>"
    )


ASK: dict[str, Callable[[SoapBackend], object]] = {
    "consultarTitular": lambda it: it.holder(WHO),
    "solicitarCertificado": lambda it: it.request(OURS, WHO, PAID),
    "consultarSolicitud": lambda it: it.inquire(OURS),
    "obtenerCertificado": lambda it: it.fetch("CAJ-0000001"),
    "estadoServicio": lambda it: it.healthy(),
}


def answer(operation: str, content: bytes) -> object:
    """What the client makes of `content` as the reply to `operation`."""
    with RawServer(answering(http(content))) as server:
        client = SoapBackend(settings(server.url))
        try:
            return ASK[operation](client)
        finally:
            client.close()


EXPECTED_OF_REQUEST: dict[str, object] = {
    "0000": Unknown("contradiction"),
    "0001": Refusal.UNKNOWN_DOCUMENT,
    "0002": TryLater("backend"),
    "0003": TryLater("backend"),
    "0005": TryLater("backend"),
    "0006": Refusal.UNKNOWN_DOCUMENT,
    "0007": Refusal.UNDER_AGE,
    "0008": Refusal.DATA_MISMATCH,
    "0009": Refusal.NOT_IN_FORCE,
    "0010": TryLater("quota"),
    "0011": TryLater("backend"),
    "0020": Unknown("contradiction"),
    "0021": Refusal.NOT_ACCEPTED,
    "0030": Unknown("code_0030"),
    "0031": Unknown("code_0031"),
    "0040": Refusal.NOT_ACCEPTED,
    "0041": Refusal.PAYMENT_NOT_FOUND,
    "0042": Refusal.PAYMENT_USED,
    "0043": Refusal.PAYMENT_OF_ANOTHER,
    "0044": Refusal.PAYMENT_TOO_LITTLE,
    "0045": TryLater("payment_not_visible"),
    "0050": Unknown("code_0050"),
    "9999": Unknown("code_9999"),
}


def test_the_table_of_expected_answers_holds_every_code_of_the_contract() -> None:
    assert set(EXPECTED_OF_REQUEST) == {*KNOWN_CODES, "9999"}
    assert len(KNOWN_CODES) == 22


@pytest.mark.parametrize("code", EXPECTED_OF_REQUEST)
def test_each_code_has_its_answer_and_a_strange_one_never_refuses(code: str) -> None:
    got = answer("solicitarCertificado", reply("solicitarCertificado", code))
    assert (got.reason if isinstance(got, Refused) else got) == EXPECTED_OF_REQUEST[code]

    got = answer("consultarSolicitud", reply("consultarSolicitud", code))
    expected = EXPECTED_OF_REQUEST[code]
    if code == "0030":
        expected = NotKnown()
    elif isinstance(expected, Unknown) and expected.reason.startswith("code_"):
        expected = TryLater("backend")
    elif isinstance(expected, Refusal):
        expected = Unknown("contradiction")  # it would be on record
    assert (got.reason if isinstance(got, Refused) else got) == expected


@pytest.mark.parametrize("code", ["0002", "0005", "0011", "0050", "9999"])
def test_a_file_that_is_not_given_is_asked_for_later(code: str) -> None:
    assert answer("obtenerCertificado", reply("obtenerCertificado", code)) == TryLater("backend")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("0011", Refused(Refusal.CALLER_NOT_ALLOWED, "palabras")),
        ("0010", TryLater("quota")),
        ("9999", TryLater("backend")),
        ("0000", Unknown("malformed")),
    ],
)
def test_a_holder_that_is_not_given_has_an_answer_too(code: str, expected: object) -> None:
    assert answer("consultarTitular", reply("consultarTitular", code)) == expected


@pytest.mark.parametrize(
    ("code", "more", "expected"),
    [
        ("0000", record("EMITIDO", issued=True), Issued("CAJ-0000001", "ABCD-EFGH")),
        ("0020", record("EN_REVISION"), UnderReview()),
        ("0041", record("RECHAZADO"), Refused(Refusal.PAYMENT_NOT_FOUND, "palabras")),
        ("0000", record("EMITIDO", of=OTHER, issued=True), Unknown("another_application")),
        ("0000", record("EMITIDO"), Unknown("contradiction")),
        ("0041", record("EMITIDO", issued=True), Unknown("contradiction")),
        ("0002", record("EN_REVISION"), Unknown("contradiction")),
        ("0000", record("RECHAZADO"), Unknown("contradiction")),
        ("0030", record("EMITIDO", issued=True), Unknown("contradiction")),
    ],
)
def test_code_and_record_must_agree_and_be_ours(code: str, more: str, expected: object) -> None:
    for operation in ("solicitarCertificado", "consultarSolicitud"):
        assert answer(operation, reply(operation, code, more)) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (file(), Document(PDF, hashlib.sha256(PDF).hexdigest())),
        (file(sha256="0" * 64), Unknown("digest")),
        (file(length=len(PDF) + 1), Unknown("digest")),
        (file(number="CAJ-0000002"), Unknown("another_certificate")),
        ("", Unknown("malformed")),
        (file().replace("<r:pdf>", "<r:pdf>*"), Document(PDF, hashlib.sha256(PDF).hexdigest())),
        (file().replace("<r:pdf>", "<r:pdf>A"), Unknown("digest")),
    ],
)
def test_a_file_counts_only_with_the_digest_and_length_announced(
    more: str, expected: object
) -> None:
    assert answer("obtenerCertificado", reply("obtenerCertificado", "0000", more)) == expected


def test_a_field_of_another_name_space_at_the_end_breaks_nothing() -> None:
    more = record("EN_REVISION") + '<n:nuevo xmlns:n="urn:nuevo">x</n:nuevo>'
    content = reply("solicitarCertificado", "0020", more)
    assert answer("solicitarCertificado", content) == UnderReview()


BOMB = '<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE b SYSTEM "file:///etc/passwd">'


@pytest.mark.parametrize("prolog", [BOMB, OUTSIDE])
def test_a_reply_with_a_document_type_is_refused(prolog: str) -> None:
    content = reply("estadoServicio", "0000", "<r:estado>OPERATIVO</r:estado>", prolog)
    assert answer("estadoServicio", content) is False
    content = reply("consultarSolicitud", "0020", record("EN_REVISION"), prolog)
    assert answer("consultarSolicitud", content) == Unknown("malformed")


def test_a_fault_leaves_a_request_unknown() -> None:
    fault = (
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
        b"<faultcode>s:Server</faultcode><faultstring>no</faultstring>"
        b"</s:Fault></s:Body></s:Envelope>"
    )
    assert answer("solicitarCertificado", fault) == Unknown("fault")


def test_the_reply_to_another_operation_is_no_answer() -> None:
    content = reply("consultarSolicitud", "0020", record("EN_REVISION"))
    assert answer("solicitarCertificado", content) == Unknown("another_answer")


QUESTION = {
    "credencial": {"usuario": "u", "clave": "c", "ruc": "20000000001"},
    "auditoria": {
        "usuarioDni": "10117410",
        "equipo": "A01",
        "ip": "127.0.0.1",
        "sede": "PRUEBA",
        "fechaHora": datetime(2026, 11, 3, tzinfo=UTC),
    },
}
TRUNCATED = reply("consultarSolicitud", "0020", record("EN_REVISION"))[:-30]


def test_xml_that_breaks_off_is_no_answer_even_with_a_matching_length() -> None:
    assert answer("consultarSolicitud", TRUNCATED) == Unknown("malformed")


@pytest.mark.negative_control
def test_zeep_without_strict_takes_a_reply_that_breaks_off_as_good() -> None:
    with RawServer(answering(http(TRUNCATED))) as server:
        lenient = zeep.Client(str(WSDL), settings=zeep.Settings(strict=False))  # pyright: ignore[reportCallIssue]
        port = lenient.create_service("{urn:x-ventanilla:emision:1}EmisionBinding", server.url)
        taken = port.consultarSolicitud(**QUESTION, idSolicitud=str(OURS))
    assert taken.solicitud.estado == "EN_REVISION", "the trap is gone: is strict still needed?"


HOLDER = (
    "<r:titular><r:nombres>JUAN</r:nombres><r:apellidoPaterno>PRUEBA</r:apellidoPaterno>"
    "<r:datosCoinciden>true</r:datosCoinciden><r:mayorDeEdad>true</r:mayorDeEdad>"
    "<r:certificadoVigente><r:numero>CAJ-0000001</r:numero><r:hasta>2026-12-31</r:hasta>"
    "</r:certificadoVigente></r:titular>"
)
GOOD = {
    "consultarTitular": HOLDER,
    "solicitarCertificado": record("EMITIDO", issued=True),
    "consultarSolicitud": record("EMITIDO", issued=True),
    "obtenerCertificado": file(),
    "estadoServicio": "<r:estado>OPERATIVO</r:estado>",
}


@pytest.mark.parametrize("operation", GOOD)
def test_whatever_is_mangled_in_a_reply_the_client_answers_and_raises_nothing(
    operation: str,
) -> None:
    chance = random.Random(2026)
    good = reply(operation, "0000", GOOD[operation])
    mangled = [_mangle(good, chance) for _ in range(80)]
    queue = iter(mangled)

    def play(connection: Connection) -> None:
        connection.request()
        connection.send(http(next(queue), extra="Connection: close\r\n"))

    with RawServer(play) as server:
        client = SoapBackend(settings(server.url))
        answers = [ASK[operation](client) for _ in mangled]
    fine = (Found, Issued, Document, Refused, NotKnown, TryLater, Unknown, bool)
    assert all(isinstance(each, fine) for each in answers)
    assert Unknown("malformed") in answers or False in answers


def _mangle(content: bytes, chance: random.Random) -> bytes:
    """One cut, one doubled stretch, one dropped element or one changed byte."""
    start, end = sorted(chance.sample(range(len(content)), 2))
    elements = re.findall(rb"<r:\w+>[^<]*</r:\w+>", content)
    return chance.choice(
        [
            content[:start],
            content[:start] + content[end:],
            content[:end] + content[start:],
            content.replace(chance.choice(elements), b""),
            content.replace(chance.choice(elements), b"<r:otro/>"),
            content[:start] + bytes([chance.randrange(256)]) + content[start + 1 :],
        ]
    )


def test_nothing_personal_and_no_password_is_logged_even_at_debug(
    capfd: pytest.CaptureFixture[str],
) -> None:
    heard = io.StringIO()
    handler, root = logging.StreamHandler(heard), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        for content in (reply("consultarTitular", "0008"), b"<broken>10117410"):
            answer("consultarTitular", content)
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    written = heard.getvalue() + "".join(capfd.readouterr())
    for secret in ("10117410", "1980-01-01", "clave-de-prueba"):
        assert secret not in written
