"""Replies the well-behaved sandbox never gives: records that contradict, odd and broken XML."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import zeep

from queue_server.issuance.model import (
    Document,
    Found,
    Holder,
    Issued,
    Refusal,
    Refused,
    UnderReview,
    Unknown,
)
from queue_server.issuance.wsdl import WSDL
from queue_server.payments.model.vouchers import Applied, NotAnswered
from tests.integration.issuance_adapters.raw_server import RawServer, answering, http
from tests.integration.issuance_adapters.replies import (
    FAULT,
    GOOD,
    HOLDER,
    OTHER,
    OURS,
    PDF,
    SHA256,
    answer,
    file,
    paid,
    record,
    reply,
    word,
)

LIMA = timezone(timedelta(hours=-5))


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
        ("0000", record("EMITIDO", issued=True).replace("CAJ-", "caj/"), Unknown("incomplete")),
        ("0000", record("EMITIDO", issued=True).replace("ABCD", "A" * 50), Unknown("incomplete")),
        ("0000", record("ANULADO", issued=True), Unknown("contradiction")),
    ],
)
def test_code_and_record_must_agree_and_be_ours(code: str, more: str, expected: object) -> None:
    for operation in ("solicitarCertificado", "consultarSolicitud"):
        assert answer(operation, reply(operation, code, more)) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (file(), Document(PDF, SHA256)),
        (file(sha256="0" * 64), Unknown("digest")),
        (file(length=len(PDF) + 1), Unknown("digest")),
        (file(number="CAJ-0000002"), Unknown("another_certificate")),
        ("", Unknown("incomplete")),
        (file().replace("<r:pdf>", "<r:pdf>*"), Document(PDF, SHA256)),
        (file().replace("<r:pdf>", "<r:pdf>A"), Unknown("digest")),
    ],
)
def test_a_file_counts_only_with_the_digest_and_length_announced(
    more: str, expected: object
) -> None:
    assert answer("obtenerCertificado", reply("obtenerCertificado", "0000", more)) == expected


JUAN = Holder("JUAN", "PRUEBA", "", True, True, "CAJ-0000001", date(2026, 12, 31))
SECOND = "</r:apellidoPaterno><r:apellidoMaterno>ENSAYO</r:apellidoMaterno>"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", JUAN),
        ("</r:apellidoPaterno>", SECOND, replace(JUAN, second_surname="ENSAYO")),
        ("JUAN", "ÑUÑO D'ÁNGEL", replace(JUAN, given_names="ÑUÑO D'ÁNGEL")),
        ("<r:mayorDeEdad>true", "<r:mayorDeEdad>0", replace(JUAN, of_age=False)),
        ("<r:datosCoinciden>true", "<r:datosCoinciden>quizá", replace(JUAN, data_match=False)),
        ("JUAN", "", Unknown("incomplete")),
        ("JUAN", "J" * 81, Unknown("incomplete")),
        ("PRUEBA", "10117410", Unknown("incomplete")),
        ("CAJ-0000001", "", Unknown("incomplete")),
        ("CAJ-0000001", "CAJ 1", Unknown("incomplete")),
        ("2026-12-31", "mañana", Unknown("incomplete")),
        ("<r:hasta>2026-12-31</r:hasta>", "", Unknown("incomplete")),
    ],
)
def test_a_holder_is_whole_or_no_holder(old: str, new: str, expected: object) -> None:
    content = reply("consultarTitular", "0000", HOLDER.replace(old, new, 1))
    got = answer("consultarTitular", content)
    assert (got.holder if isinstance(got, Found) else got) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (paid(), Applied("BN:1", 3770, datetime(2026, 11, 3, 10, tzinfo=LIMA))),
        (paid(reference=""), NotAnswered("incomplete")),
        (paid(reference="x" * 65), NotAnswered("incomplete")),
        (paid(amount="0"), NotAnswered("incomplete")),
        (paid(amount="-3770"), NotAnswered("incomplete")),
        (paid(amount="9" * 4000), NotAnswered("incomplete")),
        (paid(amount="37.70"), NotAnswered("incomplete")),
        (paid(at="2026-11-03T10:00:00"), NotAnswered("incomplete")),
        (paid(at="2026-11-31T10:00:00-05:00"), NotAnswered("incomplete")),
        ("", NotAnswered("incomplete")),
    ],
)
def test_a_payment_has_an_amount_a_name_and_an_instant(more: str, expected: object) -> None:
    assert answer("validarPago", reply("validarPago", "0000", more)) == expected


def rewritten(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


def with_other_prefixes(text: str) -> str:
    """As Axis and many others write it."""
    for ours, theirs in (("s", "SOAP-ENV"), ("r", "ns2")):
        text = text.replace(f"xmlns:{ours}=", f"xmlns:{theirs}=")
        text = text.replace(f"<{ours}:", f"<{theirs}:").replace(f"</{ours}:", f"</{theirs}:")
    return text


def with_own_name_space(text: str) -> str:
    """The service's name space as the default one, as .NET writes it."""
    return text.replace("xmlns:r=", "xmlns=").replace("<r:", "<").replace("</r:", "</")


MANNERS: dict[str, Callable[[str], str]] = {
    "other prefixes": with_other_prefixes,
    "no prefix": with_own_name_space,
    "no declaration": rewritten('<?xml version="1.0"?>', ""),
    "declared encoding": rewritten('"1.0"?>', '"1.0" encoding="UTF-8" standalone="no"?>'),
    "a header": rewritten("<s:Body>", "<s:Header><h:t xmlns:h='urn:h'>x</h:t></s:Header><s:Body>"),
    "attributes": rewritten("<s:Body>", '<s:Body xmlns:u="urn:u" u:Id="body-1">'),
    "other declarations": rewritten(
        "<s:Envelope", '<s:Envelope xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    ),
    "white space": rewritten("><", ">\r\n\t <"),
    "comments": rewritten("<r:coRespuesta>", "<!-- nodo 3 --><r:coRespuesta><!-- código -->"),
    "new field": rewritten("</r:solicitud>", '</r:solicitud><n:a xmlns:n="urn:n"><n:b/>x</n:a>'),
    "CDATA": rewritten("EN_REVISION", "<![CDATA[EN_]]>REVISION"),
    "references": rewritten("EN_REVISION", "&#x45;N_REVISI&#79;N"),
}


@pytest.mark.parametrize("manner", MANNERS)
def test_other_manners_of_writing_the_same_are_understood(manner: str) -> None:
    plain = reply("solicitarCertificado", "0020", record("EN_REVISION")).decode()
    changed = MANNERS[manner](plain)
    assert changed != plain
    assert answer("solicitarCertificado", changed.encode()) == UnderReview()


WORDS = "La petición no fue aceptada, señor"


@pytest.mark.parametrize(
    ("encoding", "said", "kind"),
    [
        ("utf-8", "", "text/xml"),
        ("utf-8", "UTF-8", "text/xml; charset=ISO-8859-1"),
        ("utf-8", "UTF-16", "text/xml"),
        ("iso-8859-1", "ISO-8859-1", "text/xml; charset=utf-8"),
        ("iso-8859-1", "", "text/xml; charset=ISO-8859-1"),
        ("windows-1252", "windows-1252", "application/xml"),
        ("utf-16", "UTF-16", "text/xml"),
        ("utf-8-sig", "", "text/xml"),
    ],
)
def test_words_arrive_whole_in_every_encoding_in_use(encoding: str, said: str, kind: str) -> None:
    text = reply("solicitarCertificado", "0021", record("RECHAZADO")).decode()
    text = text.replace("palabras", WORDS)
    text = text.replace('"1.0"', f'"1.0" encoding="{said}"') if said else text
    got = answer("solicitarCertificado", text.encode(encoding), kind)
    assert got == Refused(Refusal.NOT_ACCEPTED, WORDS)


@pytest.mark.parametrize("encoding", ["cp037", "utf-7", "utf-32", "utf-16-le", "latin-1"])
def test_an_encoding_that_is_not_said_or_not_in_use_is_no_answer(encoding: str) -> None:
    text = reply("solicitarCertificado", "0021", record("RECHAZADO")).decode()
    said = {"utf-7": "UTF-7", "cp037": "IBM037"}.get(encoding)
    text = text.replace('"1.0"', f'"1.0" encoding="{said}"') if said else text
    got = answer("solicitarCertificado", text.replace("palabras", WORDS).encode(encoding))
    assert got == Unknown("malformed")


BOMB = '<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE b SYSTEM "file:///etc/passwd">'


@pytest.mark.parametrize("prolog", [BOMB, OUTSIDE])
def test_a_reply_with_a_document_type_is_refused(prolog: str) -> None:
    content = reply("estadoServicio", "0000", "<r:estado>OPERATIVO</r:estado>", prolog)
    assert answer("estadoServicio", content) is False
    content = reply("consultarSolicitud", "0020", record("EN_REVISION"), prolog)
    assert answer("consultarSolicitud", content) == Unknown("malformed")


INSTRUCTION = "<?php x?>"


@pytest.mark.parametrize(
    "change",
    [
        rewritten("CAJ-0000001", f"CAJ-000{INSTRUCTION}0001"),  # the number would end at it
        rewritten("</s:Envelope>", f"</s:Envelope>{INSTRUCTION}"),
        rewritten("</s:Body>", "</s:Body><s:Body/>"),
        rewritten("s:Envelope", "s:Sobre"),
        rewritten("schemas.xmlsoap.org/soap/envelope/", "www.w3.org/2003/05/soap-envelope"),
        rewritten("urn:x-ventanilla:emision:1", "urn:x-ventanilla:emision:2"),
        rewritten("<r:solicitud>", "<r:nuevo/><r:solicitud>"),
    ],
)
def test_what_soap_or_the_contract_does_not_allow_is_no_answer(
    change: Callable[[str], str],
) -> None:
    good = reply("solicitarCertificado", "0000", GOOD["solicitarCertificado"]).decode()
    got = answer("solicitarCertificado", change(good).encode())
    assert word(got) in (
        "unknown:malformed",
        "unknown:another_answer",
        "unknown:contradiction",
    )


def test_a_fault_leaves_a_request_unknown() -> None:
    assert answer("solicitarCertificado", FAULT) == Unknown("fault")


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
