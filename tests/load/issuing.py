"""An office with a centre behind it: whole applications, as fast as kiosks can hand them over."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from kiosk.order import application_number
from tests.load.client import Client
from tests.support.centre import EXTRA_BIRTH, Centre, Mailbox, backend_toml, extra_number, running
from tests.support.site import Site

FEE = 3770
PAID_AT = datetime(2026, 11, 21, 15, 0, tzinfo=UTC).isoformat()
LOOKS_EVERY_S = 0.002
DEADLINE_S = 30.0


@dataclass(frozen=True)
class Office:
    """A site with its server processes, and the centre it asks."""

    site: Site
    centre: Centre


@contextmanager
def office(folder: Path, people: int, module: str = "queue_server") -> Iterator[Office]:
    """Everything running; `module` is the server, the product's or one made worse on purpose."""
    folder.mkdir(parents=True, exist_ok=True)
    centre, mailbox = Centre(folder, people), Mailbox(folder)
    with running(centre):
        site = Site(folder / "site", backend_toml(centre, mailbox))
        try:
            site.start("jobs", module=module)
            site.start("web", module=module)
            site.wait_ready()
            yield Office(site, centre)
        finally:
            site.remove()


def document(person: int) -> dict[str, str]:
    """The `person`-th of the people the centre was given for tests."""
    return {"type": "01", "number": extra_number(person), "birth_date": EXTRA_BIRTH}


class Kiosk:
    """One kiosk's line to the server; not for several threads."""

    def __init__(self, site: Site, code: str) -> None:
        self._code, self._count = code, 0
        token = site.kiosk(code).token
        self.client = Client(site.port, {"Authorization": f"Bearer {token}"})

    def register(self, person: int) -> str:
        """Write an application down; its id."""
        self._count += 1
        application = str(uuid4())
        body = {
            "id": application,
            "number": application_number(self._code, self._count),
            "document": document(person),
            "email": None,
            "amount_centimos": FEE,
        }
        answer = self.client.post("/api/v1/applications", body)
        assert answer.status == 201, answer
        return application

    def pay(self, application: str) -> None:
        """Hand a charged card over."""
        payment = str(uuid4())
        body = {
            "payment_id": payment,
            "amount_centimos": FEE,
            "terminal_id": self._code,
            "authorisation_code": "123456",
            "rrn": payment[-12:],
            "stan": "1",
            "masked_last4": "4242",
            "scheme": "PRUEBA",
            "paid_at": PAID_AT,
        }
        answer = self.client.post(f"/api/v1/applications/{application}/card", body)
        assert answer.status == 202, answer

    def apply(self, person: int) -> str:
        """Register and pay; the application's id."""
        application = self.register(person)
        self.pay(application)
        return application

    def until_issued(self, application: str) -> None:
        """Look again and again until the certificate is there. Raises TimeoutError."""
        ends = time.perf_counter() + DEADLINE_S
        while time.perf_counter() < ends:
            if self.client.get(f"/api/v1/applications/{application}").body["state"] == "issued":
                return
            time.sleep(LOOKS_EVERY_S)
        raise TimeoutError(f"{application} is not issued")

    def check(self, person: int) -> None:
        """The question before money."""
        answer = self.client.post("/api/v1/applicants/check", document(person))
        assert answer.status == 200, answer


_CALL = """<?xml version="1.0" encoding="utf-8"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>
<{operation} xmlns="urn:x-ventanilla:emision:1"><credencial><usuario>KIOSKO-PRUEBA</usuario>
<clave>clave-de-prueba-0001</clave><ruc>20000000001</ruc></credencial><auditoria>
<usuarioDni>10117410</usuarioDni><equipo>banco</equipo><ip>127.0.0.1</ip><sede>PRUEBA</sede>
<fechaHora>2026-11-21T10:00:00-05:00</fechaHora></auditoria>{fields}</{operation}></s:Body></s:Envelope>
"""
_REQUEST = """<idSolicitud>{id}</idSolicitud><solicitante><documento><tipo>01</tipo>
<numero>{number}</numero></documento><fechaNacimiento>{birth}</fechaNacimiento></solicitante>
<pago><medio>TARJETA</medio><montoCentimos>3770</montoCentimos><referencia>{id}</referencia>
<fechaHora>2026-11-21T10:00:00-05:00</fechaHora></pago>"""


class BareClient:
    """Asks the centre with ready-made envelopes and looks at next to nothing: its own time."""

    def __init__(self, centre: Centre) -> None:
        self._client = Client(centre.port, {"Content-Type": "text/xml; charset=utf-8"})

    def certificate(self, person: int) -> float:
        """Request and fetch one certificate; how long the centre took for both, in ms."""
        fields = {"id": uuid4(), "number": extra_number(person), "birth": EXTRA_BIRTH}
        began = time.perf_counter()
        answer = self._ask("solicitarCertificado", _REQUEST.format(**fields))
        number = answer.partition(b"numeroCertificado>")[2].partition(b"<")[0].decode()
        assert number, answer
        file = self._ask("obtenerCertificado", f"<numeroCertificado>{number}</numeroCertificado>")
        took = (time.perf_counter() - began) * 1000
        assert b"<e:pdf>" in file, file[:500]
        return took

    def _ask(self, operation: str, fields: str) -> bytes:
        body = _CALL.format(operation=operation, fields=fields)
        return self._client.send("/emision", body.encode()).body
