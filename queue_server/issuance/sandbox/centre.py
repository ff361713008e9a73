"""What the centre decides: each operation of the contract, from checked fields to an answer."""

import hashlib
import hmac
import itertools
import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any, Protocol

from queue_server.issuance.sandbox import codes
from queue_server.issuance.sandbox.bank import MEANS as AT_THE_BANK
from queue_server.issuance.sandbox.bank import Bank, paid_at
from queue_server.issuance.sandbox.entries import NUMBER_FORMS
from queue_server.issuance.sandbox.ledger import Certificate, Ledger, PaymentUsed, Request
from queue_server.issuance.sandbox.people import Person, Register
from queue_server.issuance.sandbox.soap import Call
from queue_server.issuance.sandbox.takings import note_site, takings
from queue_server.issuance.sandbox.vouchers import Voucher

LIMA = timezone(timedelta(hours=-5), "-05:00")
VALID_DAYS = 90
ISSUED, REVIEW, REFUSED = "EMITIDO", "EN_REVISION", "RECHAZADO"
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without letters that look like others


@dataclass(frozen=True)
class Answer:
    """An application code and what goes between the reply's head and its end."""

    code: str
    body: Mapping[str, Any] = field(default_factory=dict)


class Press(Protocol):
    """Makes the signed PDF of a certificate."""

    def make(self, person: Person, certificate: Certificate) -> bytes:
        """The signed file."""
        ...


class DecisionRefused(ValueError):
    """A review cannot be decided like that."""


class Centre:
    """The issuance backend behind the SOAP surface. Safe to call from any thread."""

    def __init__(
        self, register: Register, ledger: Ledger, press: Press, now: Callable[[], datetime]
    ) -> None:
        self._register, self._ledger, self._press, self._now = register, ledger, press, now
        self.bank = Bank(ledger, register.minimum_centimos)
        self._printing = Turnstile()
        self._operations: Mapping[str, Callable[[Mapping[str, Any]], Answer]] = {
            "consultarTitular": self._holder,
            "validarPago": self._voucher,
            "solicitarCertificado": self._request,
            "consultarSolicitud": self._inquire,
            "obtenerCertificado": self._fetch,
            "verificarCertificado": self._verify,
            "consultarRecaudacion": self._takings,
            "estadoServicio": self._state,
        }
        with ledger.transaction():
            self._enter_held()
        self.bank.enter(register.vouchers, self.now())

    def answer(self, call: Call, forgetful: bool = False) -> Answer:
        """Do what a valid call asks. `forgetful`: ignore idSolicitud, as a bad backend would."""
        if not self._is_allowed(call.fields["credencial"]):
            return Answer(codes.CALLER_NOT_ALLOWED)
        if forgetful and call.operation == "solicitarCertificado":
            return self._request(call.fields, forgetful=True)
        return self._operations[call.operation](call.fields)

    def now(self) -> datetime:
        """The centre's clock, at Peru's offset."""
        return self._now().astimezone(LIMA)

    def decide(self, request: str, issue: bool) -> None:
        """End a review as a person at the centre would. Raises DecisionRefused."""
        with self._ledger.transaction():
            state, code = (ISSUED, codes.DONE) if issue else (REFUSED, codes.NOT_ACCEPTED)
            if not self._ledger.decide(request, state, code):
                raise DecisionRefused(f"{request} does not wait for a decision")
            if issue and (waiting := self._ledger.request(request)):
                self._issue(waiting.id, waiting.document_type, waiting.document_number)

    @property
    def operations(self) -> tuple[str, ...]:
        """What can be asked of the centre."""
        return tuple(self._operations)

    def person(self, document_type: str, number: str) -> Person | None:
        """The holder of a document, or None."""
        return self._register.find(document_type, number)

    def people(self, limit: int) -> list[Person]:
        """At most `limit` people of the register, in its order."""
        return list(itertools.islice(self._register.people.values(), limit))

    def make_voucher(self, voucher: Voucher) -> None:
        """One more payment at the bank, from now on. Raises VoucherExists."""
        self.bank.make(voucher, self.now())

    # --- operations -------------------------------------------------------------------------
    def _holder(self, fields: Mapping[str, Any]) -> Answer:
        person, refusal = self._identify(fields["documento"], fields)
        if person is None or refusal not in (codes.DONE, codes.UNDER_AGE):
            return Answer(refusal)
        held = self._ledger.in_force(person.type, person.number, self._today())
        holder = {
            "nombres": person.given_names,
            "apellidoPaterno": person.first_surname,
            "apellidoMaterno": person.second_surname,
            "datosCoinciden": True,
            "mayorDeEdad": person.is_of_age(self._today()),
            "situacionMigratoria": person.migratory,
            "certificadoVigente": held and {"numero": held.number, "hasta": held.until},
        }
        return Answer(codes.DONE, {"titular": holder})

    def _voucher(self, fields: Mapping[str, Any]) -> Answer:
        payer, now = fields["pagador"], self.now()
        if not NUMBER_FORMS[payer["tipo"]].fullmatch(payer["numero"]):
            return Answer(codes.WRONG_TYPE)
        code, voucher = self.bank.validate(payer, fields["voucher"], now)
        if voucher is None:
            return Answer(code)
        paid = {
            "referencia": voucher.reference,
            "montoCentimos": voucher.amount_centimos,
            "fechaHora": paid_at(voucher, now),
        }
        return Answer(code, {"pago": paid})

    def _request(self, fields: Mapping[str, Any], forgetful: bool = False) -> Answer:
        content = _canonical(fields)
        with self._ledger.transaction():
            known = self._ledger.request(fields["idSolicitud"])
            if known is None:
                return self._first_time(fields, content)
            self._ledger.ask_again(known.id)
            if known.content != content:
                return Answer(codes.OTHER_CONTENT)
            if forgetful and known.state == ISSUED:
                self._issue(known.id, known.document_type, known.document_number, forgetful=True)
            return self._of_request(known)

    def _inquire(self, fields: Mapping[str, Any]) -> Answer:
        known = self._ledger.request(fields["idSolicitud"])
        return self._of_request(known) if known else Answer(codes.REQUEST_NOT_KNOWN)

    def _fetch(self, fields: Mapping[str, Any]) -> Answer:
        number = fields["numeroCertificado"]
        certificate = self._ledger.certificate(number)
        person = certificate and self._person_of(certificate)
        if certificate is None or person is None:
            return Answer(codes.CERTIFICATE_NOT_KNOWN)
        with self._printing.alone(number):
            pdf = self._ledger.pdf(number)
            if pdf is None:
                self._ledger.keep_pdf(number, self._press.make(person, certificate))
                pdf = self._ledger.pdf(number) or b""
        return Answer(
            codes.DONE,
            {
                "archivo": {
                    "numeroCertificado": number,
                    "pdf": pdf,
                    "sha256": hashlib.sha256(pdf).hexdigest(),
                    "longitud": len(pdf),
                }
            },
        )

    def _verify(self, fields: Mapping[str, Any]) -> Answer:
        certificate = self._ledger.verified(fields["codigoVerificacion"])
        if certificate is None:
            return Answer(codes.CERTIFICATE_NOT_KNOWN)
        found = {
            "numeroCertificado": certificate.number,
            "fechaEmision": certificate.issued_on,
            "hasta": certificate.until,
            "vigente": self._today() <= certificate.until,
        }
        return Answer(codes.DONE, {"verificacion": found})

    def _takings(self, fields: Mapping[str, Any]) -> Answer:
        site, page = fields["auditoria"]["sede"], int(fields["pagina"])
        return Answer(
            codes.DONE, {"recaudacion": takings(self._ledger, site, fields["fecha"], page)}
        )

    def _state(self, _: Mapping[str, Any]) -> Answer:
        return Answer(codes.DONE, {"estado": "OPERATIVO"})

    # --- rules ------------------------------------------------------------------------------
    def _first_time(self, fields: Mapping[str, Any], content: str) -> Answer:
        applicant, payment = fields["solicitante"], fields["pago"]
        person, code = self._identify(applicant["documento"], applicant)
        if code == codes.DONE:
            code = self._paid(payment, applicant["documento"])
        if code == codes.PAYMENT_NOT_VISIBLE:
            return Answer(code)  # temporary: nothing is recorded
        if code == codes.DONE and person is not None and person.review:
            code = codes.UNDER_REVIEW
        request = Request(
            fields["idSolicitud"],
            content,
            applicant["documento"]["tipo"],
            applicant["documento"]["numero"],
            payment["medio"],
            payment["referencia"],
            {codes.DONE: ISSUED, codes.UNDER_REVIEW: REVIEW}.get(code, REFUSED),
            code,
            self.now().isoformat(timespec="seconds"),
        )
        request = self._record(request)
        note_site(self._ledger, request.id, fields["auditoria"]["sede"])
        if request.state == ISSUED:
            self._issue(request.id, request.document_type, request.document_number)
        return self._of_request(request)

    def _paid(self, payment: Mapping[str, str], applicant: Mapping[str, str]) -> str:
        """0000 when the payment is enough and, made at the bank, when it is the applicant's."""
        if payment["medio"] == AT_THE_BANK:
            return self.bank.judge(payment, applicant, self.now())
        enough = int(payment["montoCentimos"]) >= self._register.minimum_centimos
        return codes.DONE if enough else codes.PAYMENT_TOO_LITTLE

    def _record(self, request: Request) -> Request:
        try:
            self._ledger.record(request)
        except PaymentUsed:
            parts = vars(request) | {"state": REFUSED, "code": codes.PAYMENT_USED}
            request = Request(**parts)
            self._ledger.record(request)
        return request

    def _of_request(self, request: Request) -> Answer:
        body: dict[str, Any] = {"idSolicitud": request.id, "estado": request.state}
        if certificate := self._ledger.latest_of_request(request.id):
            body["numeroCertificado"] = certificate.number
            body["codigoVerificacion"] = certificate.verification_code
        return Answer(request.code, {"solicitud": body})

    def _identify(
        self, document: Mapping[str, str], evidence: Mapping[str, Any]
    ) -> tuple[Person | None, str]:
        kind, number = document["tipo"], document["numero"]
        if not NUMBER_FORMS[kind].fullmatch(number):
            return None, codes.WRONG_TYPE
        person = self._register.find(kind, number)
        if person is None:
            return None, codes.NO_DATA
        if not _matches(person, evidence):
            return person, codes.MISMATCH
        if person.migratory == "NO_REGULAR":
            return person, codes.NOT_IN_FORCE
        return person, codes.DONE if person.is_of_age(self._today()) else codes.UNDER_AGE

    def _issue(self, request: str, kind: str, number: str, forgetful: bool = False) -> None:
        today = self._today()
        certificate = Certificate(
            f"CAJ-{today.year}-{self._ledger.next_serial():07d}",
            request,
            kind,
            number,
            _grouped(secrets.token_bytes(16)),
            today,
            today + timedelta(days=VALID_DAYS),
        )
        self._ledger.issue(certificate, forgetful)

    def _enter_held(self) -> None:
        self._ledger.drop_held()
        for person in self._register.people.values():
            if held := person.certificate:
                issued = self._today() - timedelta(days=held.issued_days_ago)
                until = issued + timedelta(days=VALID_DAYS)
                code = _grouped(hashlib.sha256(held.number.encode()).digest())
                self._ledger.issue(
                    Certificate(held.number, None, person.type, person.number, code, issued, until)
                )

    def _person_of(self, certificate: Certificate) -> Person | None:
        return self._register.find(certificate.document_type, certificate.document_number)

    def _today(self) -> date:
        return self.now().date()

    def _is_allowed(self, given: Mapping[str, str]) -> bool:
        expected = self._register.credential
        pairs = (
            (given["usuario"], expected.user),
            (given["clave"], expected.password),
            (given["ruc"], expected.ruc),
        )
        return all(hmac.compare_digest(a.encode(), b.encode()) for a, b in pairs)


class Turnstile:
    """Lets one thread through at a time for each key, and forgets keys nobody waits for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[threading.Lock, int]] = {}

    @contextmanager
    def alone(self, key: str) -> Iterator[None]:
        """Hold the key for the length of the block."""
        with self._lock:
            lock, count = self._waiting.get(key, (threading.Lock(), 0))
            self._waiting[key] = (lock, count + 1)
        try:
            with lock:
                yield
        finally:
            with self._lock:
                count = self._waiting[key][1] - 1
                self._waiting[key] = (lock, count)
                if not count:
                    del self._waiting[key]


def _matches(person: Person, evidence: Mapping[str, Any]) -> bool:
    """Whether all that is given agrees; the contract lets nobody give nothing."""
    given = {**evidence, **evidence.get("impreso", {})}
    issued = person.issue_date and person.issue_date.isoformat()
    agrees = {
        "fechaNacimiento": lambda text: text == person.birth_date.isoformat(),
        "caracterVerificacion": lambda text: text in person.check,
        "fechaEmision": lambda text: text == issued,
    }
    return all(test(given[name]) for name, test in agrees.items() if name in given)


def _canonical(fields: Mapping[str, Any]) -> str:
    content = {"solicitante": fields["solicitante"], "pago": fields["pago"]}
    return json.dumps(content, sort_keys=True)


def _grouped(source: bytes) -> str:
    letters = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in source[:16])
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))
