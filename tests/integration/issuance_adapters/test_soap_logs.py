"""What passes between the client and the centre stays out of every log."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import structlog
import zeep

from queue_server.issuance.adapters.soap import Credential, SoapBackend
from queue_server.issuance.model import Applicant
from queue_server.issuance.wsdl import WSDL
from queue_server.payments.model.vouchers import Voucher
from tests.integration.issuance_adapters.conftest import settings
from tests.integration.issuance_adapters.raw_server import RawServer, answering, http
from tests.integration.issuance_adapters.replies import GOOD, HOLDER, OURS, PAID, reply

SECRETS = ("10117493", "1981-02-03", "clave-marcada", "NOMBREMARCADO", "seqmarcada")
WHO = Applicant("01", "10117493", date(1981, 2, 3))
VOUCHER = Voucher("01", "10117493", "SEQMARCADA", date(2026, 11, 3))
ACCOUNT = Credential("KIOSKO-PRUEBA", "clave-marcada")
MARKED = HOLDER.replace("JUAN", "NOMBREMARCADO")
REPLIES = [
    reply("consultarTitular", "0000", MARKED),
    reply("consultarTitular", "0008", MARKED).replace(b"palabras", b"NOMBREMARCADO 10117493"),
    reply("consultarTitular", "0011").replace(b"palabras", b"clave-marcada"),
    reply("consultarTitular", "NOMBREMARCADO"),
    reply("consultarTitular", "0000", MARKED)[:-30],
    reply("consultarTitular", "0000", MARKED, '<!DOCTYPE b [<!ENTITY a "NOMBREMARCADO">]>'),
    reply("consultarTitular", "0000", MARKED).replace(b"2026-12-31", b"10117493"),
    b"<NOMBREMARCADO>10117493",
    reply("estadoServicio", "0000", GOOD["estadoServicio"]),
    reply("validarPago", "0000", GOOD["validarPago"].replace("BN:1", "seqmarcada")),
    reply("validarPago", "0000", GOOD["validarPago"].replace("3770", "10117493 seqmarcada")),
]


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """All loggers down to DEBUG, those of the libraries too."""
    heard = io.StringIO()
    handler, root = logging.StreamHandler(heard), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield heard
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def found_in(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret.lower() in text.lower()]


def test_neither_people_nor_passwords_nor_replies_are_logged_even_at_debug(
    capfd: pytest.CaptureFixture[str],
) -> None:
    said: list[object] = []
    structlog.configure(processors=[lambda _, __, event: said.append(dict(event)) or str(event)])
    with everything_logged() as heard:
        for content in REPLIES:
            with RawServer(answering(http(content))) as server:
                client = SoapBackend(replace(settings(server.url, 0.5), credential=lambda: ACCOUNT))
                client.holder(WHO)
                client.request(OURS, WHO, PAID)
                client.inquire(OURS)
                client.fetch("CAJ-0000001")
                client.validate(VOUCHER)
                client.healthy()
                client.close()
        SoapBackend(settings("http://127.0.0.1:1/")).holder(WHO)
    assert len(said) > len(REPLIES), "nothing was listened to"
    written = heard.getvalue() + "".join(capfd.readouterr()) + repr(said)
    assert found_in(written) == []
    assert found_in(repr(ACCOUNT)) == []


@pytest.mark.negative_control
def test_zeep_itself_writes_all_of_it_at_debug() -> None:
    logger = logging.getLogger("zeep")
    level = logger.level
    logger.setLevel(logging.NOTSET)
    try:
        with everything_logged() as heard, RawServer(answering(http(REPLIES[0]))) as server:
            port = zeep.Client(str(WSDL)).create_service(
                "{urn:x-ventanilla:emision:1}EmisionBinding", server.url
            )
            port.consultarTitular(
                credencial={"usuario": "u", "clave": "clave-marcada", "ruc": "20000000001"},
                auditoria={
                    "usuarioDni": "10117410",
                    "equipo": "A01",
                    "ip": "127.0.0.1",
                    "sede": "PRUEBA",
                    "fechaHora": datetime(2026, 11, 3, tzinfo=UTC),
                },
                documento={"tipo": "01", "numero": "10117493"},
                fechaNacimiento=date(1981, 2, 3),
            )
    finally:
        logger.setLevel(level)
    assert {"10117493", "clave-marcada", "NOMBREMARCADO"} <= set(found_in(heard.getvalue()))
