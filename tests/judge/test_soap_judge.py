"""Our SOAP client and a server of another make (npm's `soap`): only the WSDL ties them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import lxml.etree as etree
import pytest
import zeep
from cryptography.hazmat.primitives.asymmetric import rsa
from zeep.exceptions import Fault
from zeep.transports import Transport

from queue_server.issuance.adapters.soap import BINDING, SoapBackend
from queue_server.issuance.adapters.wsse import SecuritySettings, WsSecurity
from queue_server.issuance.adapters.wsse_keys import pinned_file, signer_files
from queue_server.issuance.model import (
    Document,
    Found,
    Holder,
    Issued,
    NotKnown,
    Refusal,
    Refused,
    UnderReview,
    Unknown,
)
from queue_server.issuance.wsdl import WSDL, XSD
from queue_server.payments.model.vouchers import Applied, NotAnswered, NotVisible, Voucher
from tests.integration.issuance_adapters.authority import Authority
from tests.integration.issuance_adapters.conftest import CREDENTIAL, settings
from tests.integration.issuance_adapters.replies import PAID, WHO
from tests.judge.conftest import Judge, judging

CODE = "JUEZ-ABCD-EFGH"
ISSUED = Issued("JUEZ-0000001", CODE)
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
DNI = {"tipo": "01", "numero": "10117410"}
VOUCHER = Voucher("01", "10117410", "V1", date(2026, 11, 3), "0123", "0456", time(9, 30))
ASKED: dict[str, Callable[[SoapBackend], object]] = {
    "consultarTitular": lambda it: it.holder(WHO),
    "validarPago": lambda it: it.validate(VOUCHER),
    "solicitarCertificado": lambda it: it.request(uuid4(), WHO, PAID),
    "consultarSolicitud": lambda it: it.inquire(uuid4()),
    "obtenerCertificado": lambda it: it.fetch("JUEZ-0000001"),
    "estadoServicio": lambda it: it.healthy(),
}


@pytest.fixture
def client(judge: Judge) -> Iterator[SoapBackend]:
    made = SoapBackend(settings(judge.url))
    yield made
    made.close()


def verify_certificate(url: str, machine: str = "A01") -> Any:
    """`verificarCertificado`, which the product does not ask: by zeep alone, from the same WSDL."""
    transport = Transport(operation_timeout=5)
    transport.session.trust_env = False
    service = zeep.Client(str(WSDL), transport=transport).create_service(BINDING, url)
    shared = {
        "credencial": {"usuario": "U", "clave": "C", "ruc": "20000000001"},
        "auditoria": {
            "usuarioDni": "10117410",
            "equipo": machine,
            "ip": "127.0.0.1",
            "sede": "PRUEBA",
            "fechaHora": "2026-11-03T10:00:00-05:00",
        },
    }
    return service.verificarCertificado(**shared, codigoVerificacion=CODE)


def test_a_holder_is_found_or_refused(client: SoapBackend) -> None:
    names = ("JOSE ÑAUPARI", "PRUEBA", "O'HIGGINS")
    until = date(2027, 1, 31)
    assert client.holder(WHO) == Found(Holder(*names, True, True, "JUEZ-0000479", until))
    stranger = client.holder(replace(WHO, document_number="10117428"))
    assert stranger == Refused(Refusal.UNKNOWN_DOCUMENT, "Respuesta del juez")


def test_a_voucher_pays_or_is_not_visible_yet(client: SoapBackend) -> None:
    paid = client.validate(VOUCHER)
    assert isinstance(paid, Applied)
    assert (paid.reference, paid.amount_centimos) == ("V1-2026", 3770)
    assert paid.paid_at.isoformat() == "2026-11-03T09:30:00-05:00"
    assert client.validate(replace(VOUCHER, sequence="V2")) == NotVisible()


def test_a_request_is_issued_reviewed_and_found_again(client: SoapBackend) -> None:
    application = UUID("11111111-1111-4111-8111-111111111111")
    assert client.request(application, WHO, PAID) == ISSUED
    assert client.request(application, WHO, replace(PAID, reference="REVISAR")) == UnderReview()
    assert client.inquire(application) == ISSUED
    assert client.inquire(UUID(int=1)) == NotKnown()


def test_a_file_arrives_byte_by_byte(client: SoapBackend) -> None:
    fetched = client.fetch("JUEZ-0000001")
    assert isinstance(fetched, Document)
    assert fetched.pdf == b"%PDF-1.7 inventado por el juez\r\n\0\xff"


def test_it_serves_and_verifies_a_printed_code(client: SoapBackend, judge: Judge) -> None:
    assert client.healthy() is True
    reply = verify_certificate(judge.url)
    assert reply.coRespuesta == "0000"
    assert (reply.verificacion.vigente, reply.verificacion.hasta) == (True, date(2027, 2, 1))


@pytest.mark.parametrize("operation", ASKED)
def test_a_fault_is_a_lost_reply_whatever_was_asked(judge: Judge, operation: str) -> None:
    faulty = SoapBackend(replace(settings(judge.url), terminal="FALLA"))
    lost = {"validarPago": NotAnswered("fault"), "estadoServicio": False}
    assert ASKED[operation](faulty) == lost.get(operation, Unknown("fault"))
    assert judge.seen()[-1]["operation"] == operation


def test_the_operation_that_the_product_does_not_ask_has_its_fault_too(judge: Judge) -> None:
    with pytest.raises(Fault, match="A fault, as asked"):
        verify_certificate(judge.url, "FALLA")


@pytest.mark.negative_control
def test_a_judge_with_another_contract_is_not_understood(packages: Path, tmp_path: Path) -> None:
    for source in (WSDL, XSD):
        text = source.read_text()
        changed = text.replace("urn:x-ventanilla:emision:1", "urn:x-ventanilla:emision:2")
        (tmp_path / source.name).write_text(changed)
    with judging(packages, wsdl=tmp_path / WSDL.name) as stranger:
        client = SoapBackend(settings(stranger.url))
        assert isinstance(client.inquire(uuid4()), Unknown)
        assert client.healthy() is False
        assert stranger.seen() == []


def test_it_understood_what_we_meant(client: SoapBackend, judge: Judge) -> None:
    application = uuid4()
    before = len(judge.seen())
    client.holder(WHO)
    client.validate(VOUCHER)
    client.request(application, WHO, PAID)
    client.inquire(application)
    client.fetch("JUEZ-0000001")
    client.healthy()
    verify_certificate(judge.url)
    calls = judge.seen()[before:]
    said = [(each["operation"], without_shared_part(each["asked"])) for each in calls]
    assert said == [
        ("consultarTitular", {"documento": DNI, "fechaNacimiento": "1980-01-01"}),
        (
            "validarPago",
            {
                "pagador": DNI,
                "voucher": {
                    "secuencia": "V1",
                    "fecha": "2026-11-03",
                    "agencia": "0123",
                    "cajero": "0456",
                    "hora": "09:30:00",
                },
            },
        ),
        (
            "solicitarCertificado",
            {
                "idSolicitud": str(application),
                "solicitante": {"documento": DNI, "fechaNacimiento": "1980-01-01"},
                "pago": {
                    "medio": "TARJETA",
                    "montoCentimos": "3770",
                    "referencia": "RRN1",
                    "fechaHora": "2026-11-03T10:00:00-05:00",
                },
            },
        ),
        ("consultarSolicitud", {"idSolicitud": str(application)}),
        ("obtenerCertificado", {"numeroCertificado": "JUEZ-0000001"}),
        ("estadoServicio", {}),
        ("verificarCertificado", {"codigoVerificacion": CODE}),
    ]
    shared = calls[0]["asked"]
    assert shared["credencial"] == {
        "usuario": CREDENTIAL.user,
        "clave": CREDENTIAL.password,
        "ruc": "20000000001",
    }
    assert shared["auditoria"].pop("fechaHora").endswith("-05:00")
    assert shared["auditoria"] == {
        "usuarioDni": "10117410",
        "equipo": "A01",
        "ip": "127.0.0.1",
        "sede": "PRUEBA",
    }


def without_shared_part(asked: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in asked.items() if name not in ("credencial", "auditoria")}


def test_its_replies_are_of_the_contract_in_its_own_dress(
    client: SoapBackend, judge: Judge
) -> None:
    schema = etree.XMLSchema(etree.parse(str(XSD)))
    for ask in ASKED.values():
        ask(client)
        envelope = etree.fromstring(judge.seen()[-1]["replied"].encode())
        schema.assertValid(envelope.find(f"{SOAP}Body")[0])
        assert envelope.prefix == "soap"


@pytest.fixture(scope="module")
def parties(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Key and certificate of us and of the judge."""
    folder, authority = tmp_path_factory.mktemp("parties"), Authority("AUTORIDAD PRUEBA")
    files = {}
    for name in ("us", "judge"):
        issued = authority.issue(name, key=rsa.generate_private_key(65537, 2048))
        files[f"{name}.pem"], files[f"{name}.key"] = issued.write(folder, name)
    return files


def test_signed_both_ways_by_nothing_of_ours_on_its_side(
    packages: Path, parties: dict[str, Path]
) -> None:
    us = signer_files(parties["us.key"], parties["us.pem"])
    account = lambda: CREDENTIAL  # noqa: E731
    believed = SecuritySettings(account, signer=us, peer=pinned_file(parties["judge.pem"]))
    files = (parties["judge.key"], parties["judge.pem"], parties["us.pem"])
    with judging(packages, *files) as judge:
        client = SoapBackend(replace(settings(judge.url), security=WsSecurity(believed)))
        assert client.request(uuid4(), WHO, PAID) == ISSUED
        assert set(judge.seen()[-1]["signed"]) == {"Body", "Timestamp", "UsernameToken"}
        other = replace(believed, peer=pinned_file(parties["us.pem"]))
        doubting = SoapBackend(replace(settings(judge.url), security=WsSecurity(other)))
        assert doubting.inquire(uuid4()) == Unknown("wrong_signature")
        assert SoapBackend(settings(judge.url)).inquire(uuid4()) == ISSUED
        assert judge.seen()[-1]["signed"] is None
