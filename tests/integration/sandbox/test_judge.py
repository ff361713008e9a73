"""The judge itself: one certificate an id, faults on demand, hostile bytes."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import lxml.etree as etree
import pytest
import requests
import zeep
import zeep.exceptions

from queue_server.issuance.wsdl import WSDL, XSD

SENDERS = 8


def send_together(sandbox: Any, request: dict[str, Any]) -> list[Any]:
    """The same request from eight clients at the same moment."""
    callers = [sandbox.caller() for _ in range(SENDERS)]
    together = Barrier(SENDERS)

    def send(caller: Any) -> Any:
        together.wait(5)
        return caller.send(request)

    with ThreadPoolExecutor(SENDERS) as pool:
        return list(pool.map(send, callers))


def certificates(sandbox: Any, request: dict[str, Any]) -> list[str]:
    """The certificates the ledger holds for a request."""
    return sandbox.ledger()["requests"][request["idSolicitud"]]["certificates"]


def test_eight_simultaneous_requests_of_one_id_get_one_certificate(
    sandbox: Any, caller: Any
) -> None:
    request = caller.request()
    numbers = {answer.solicitud.numeroCertificado for answer in send_together(sandbox, request)}
    assert certificates(sandbox, request) == list(numbers)
    assert sandbox.ledger()["requests"][request["idSolicitud"]]["asked"] == SENDERS


@pytest.mark.negative_control
def test_the_ledger_shows_a_backend_that_ignores_ids(sandbox: Any, caller: Any) -> None:
    request = caller.request()
    sandbox.control(fault="forget_ids")
    numbers = {answer.solicitud.numeroCertificado for answer in send_together(sandbox, request)}
    assert len(numbers) > 1
    assert len(certificates(sandbox, request)) == SENDERS


def test_the_same_id_with_other_content_is_refused_and_changes_nothing(
    sandbox: Any, caller: Any
) -> None:
    request = caller.request()
    number = caller.send(request).solicitud.numeroCertificado
    other = request | {"pago": request["pago"] | {"montoCentimos": 5000}}
    answer = caller.send(other)
    assert (answer.coRespuesta, answer.solicitud) == ("0031", None)
    assert caller.send(request).solicitud.numeroCertificado == number
    assert certificates(sandbox, request) == [number]


def test_a_lost_reply_leaves_the_work_done_and_happens_once(sandbox: Any, caller: Any) -> None:
    request = caller.request()
    sandbox.control(fault="lose_reply")
    with pytest.raises(requests.ConnectionError):
        caller.send(request)
    found = caller.inquire(request["idSolicitud"]).solicitud
    assert found.estado == "EMITIDO"
    assert caller.send(request).solicitud.numeroCertificado == found.numeroCertificado
    assert len(certificates(sandbox, request)) == 1


def test_down_answers_with_a_page_and_does_nothing(sandbox: Any, caller: Any) -> None:
    request = caller.request()
    sandbox.control(fault="down")
    reply = sandbox.post(b"<anything/>")
    assert reply.status_code == 503
    assert "html" in reply.headers["Content-Type"]
    with pytest.raises(zeep.exceptions.Error):
        caller.send(request)
    sandbox.control(fault="none")
    assert caller.inquire(request["idSolicitud"]).coRespuesta == "0030"


def test_slow_makes_every_reply_wait(sandbox: Any, caller: Any) -> None:
    sandbox.control(fault="slow", seconds=0.3, operation="estadoServicio", times=1)
    start = time.monotonic()
    caller.service.estadoServicio(**caller.head())
    assert time.monotonic() - start >= 0.3
    assert not sandbox.armed()


def test_any_code_can_be_ordered_and_nothing_is_done(sandbox: Any, caller: Any) -> None:
    request = caller.request()
    sandbox.control(fault="answer", code="0010", operation="solicitarCertificado", times=1)
    answer = caller.send(request)
    assert answer.coRespuesta == "0010"
    assert answer.deRespuesta.startswith("Se ha alcanzado")
    assert caller.inquire(request["idSolicitud"]).coRespuesta == "0030"


@pytest.mark.parametrize(
    "order",
    [{}, {"fault": "no such"}, {"fault": "slow"}, {"fault": "down", "operation": "x"},
     {"fault": "answer", "code": "9999"}, {"fault": "slow", "seconds": -1}],
)  # fmt: skip
def test_an_order_that_is_not_understood_says_why(sandbox: Any, order: dict[str, Any]) -> None:
    reply = sandbox.control(**order)
    assert reply.status_code == 400
    assert reply.json()["error"]


def envelope(caller: Any, operation: str = "estadoServicio", **fields: Any) -> bytes:
    """A correct request as bytes, to be spoiled."""
    client = caller.client
    head = caller.head()
    return etree.tostring(client.create_message(client.service, operation, **head, **fields))


def test_what_the_schema_forbids_is_a_client_fault_with_a_reason(sandbox: Any, caller: Any) -> None:
    spoiled = envelope(caller).replace(b"20000000001", b"2000000000")
    reply = sandbox.post(spoiled)
    assert reply.status_code == 500
    assert "soap:Client" in reply.text
    assert "ruc" in reply.text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Not well-formed"),
        (b"<a", "Not well-formed"),
        (b"<a/>", "Not a SOAP 1.1 envelope"),
        (
            b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>',
            "exactly one element",
        ),
    ],
)
def test_what_is_no_request_is_a_fault(sandbox: Any, content: bytes, reason: str) -> None:
    reply = sandbox.post(content)
    assert reply.status_code == 500
    assert reason in reply.text


def test_a_document_type_declaration_is_refused_quickly(sandbox: Any, caller: Any) -> None:
    entities = b"".join(
        b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10 if n else b"ha") for n in range(10)
    )
    bomb = b"<!DOCTYPE bomb [" + entities + b"]>" + envelope(caller).replace(b"K01", b"&e9;")
    start = time.monotonic()
    reply = sandbox.post(bomb)
    assert reply.status_code == 500
    assert time.monotonic() - start < 10, "expanded, it would be gigabytes"
    file = b'<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    reply = sandbox.post(file + envelope(caller).replace(b"K01", b"&f;"))
    assert "document type declaration" in reply.text


def test_a_header_that_must_be_understood_is_not_ignored(sandbox: Any, caller: Any) -> None:
    soap = b"http://schemas.xmlsoap.org/soap/envelope/"
    header = b'<h:Header xmlns:h="%s"><x h:mustUnderstand="1"/></h:Header><soap-env:Body' % soap
    reply = sandbox.post(envelope(caller).replace(b"<soap-env:Body", header, 1))
    assert "soap:MustUnderstand" in reply.text


def test_other_ways_to_send_are_refused(sandbox: Any, caller: Any) -> None:
    content = envelope(caller)
    assert sandbox.post(content, **{"Content-Type": "application/json"}).status_code == 415
    assert sandbox.post(b" " * 300_000).status_code == 413
    assert "does not belong" in sandbox.post(content, SOAPAction='"urn:other"').text
    chunked = sandbox.http.post(f"{sandbox.url}/emision", content=iter([content]))
    assert chunked.status_code == 411


def test_every_reply_is_what_the_schema_says(sandbox: Any, caller: Any) -> None:
    schema = etree.XMLSchema(etree.parse(str(XSD)))
    issued = caller.send(caller.request()).solicitud
    asked = {
        "estadoServicio": {},
        "consultarSolicitud": {"idSolicitud": issued.idSolicitud},
        "obtenerCertificado": {"numeroCertificado": issued.numeroCertificado},
        "verificarCertificado": {"codigoVerificacion": issued.codigoVerificacion},
        "solicitarCertificado": caller.request("10117436"),
        "consultarTitular": {
            "documento": {"tipo": "01", "numero": "10117479"},
            "fechaNacimiento": "1969-02-28",
        },
    }
    for operation, fields in asked.items():
        reply = etree.fromstring(sandbox.post(envelope(caller, operation, **fields)).content)
        schema.assertValid(reply[0][0])


def test_the_served_contract_is_the_shipped_one_at_its_own_address(sandbox: Any) -> None:
    served = zeep.Client(f"{sandbox.url}/emision?wsdl")
    service = served.wsdl.services["EmisionCertificado"]
    port = service.ports["EmisionPort"]
    assert port.binding_options["address"] == f"{sandbox.url}/emision"
    shipped = zeep.Client(str(WSDL)).wsdl.bindings
    assert {name: set(binding._operations) for name, binding in served.wsdl.bindings.items()} == {
        name: set(binding._operations) for name, binding in shipped.items()
    }
