"""What a person asks of the pages: an address and a form in, a page or a way back out."""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from urllib.parse import parse_qsl, urlsplit

from queue_server.issuance.sandbox.bank import VoucherExists
from queue_server.issuance.sandbox.centre import Centre, DecisionRefused
from queue_server.issuance.sandbox.ledger import Ledger
from queue_server.issuance.sandbox.pages import faults, requests, vouchers
from queue_server.issuance.sandbox.pages.faults import faults_page
from queue_server.issuance.sandbox.pages.requests import requests_page
from queue_server.issuance.sandbox.pages.vouchers import FormRefused, vouchers_page
from queue_server.issuance.sandbox.public_query import OPERATION as PUBLIC_QUERY
from queue_server.issuance.sandbox.traits.catalogue import TRAITS
from queue_server.issuance.sandbox.traits.orders import parse_fault
from queue_server.issuance.sandbox.traits.parameters import FaultRefused
from queue_server.issuance.sandbox.traits.switchboard import Switchboard

MAX_FIELDS = 40


@dataclass(frozen=True)
class Shown:
    """A page to send, or the address to go to after a form was obeyed."""

    status: int
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Office:
    """The pages over the centre, its ledger and its faults. Safe from any thread."""

    centre: Centre
    ledger: Ledger
    faults: Switchboard

    def show(self, path: str, query: str) -> Shown | None:
        """The page at an address; None when there is none."""
        given = dict(parse_qsl(query, max_num_fields=MAX_FIELDS))
        if path == requests.TAB:
            return Shown(200, self._requests(given.get("antes", "")))
        if path == vouchers.TAB:
            return Shown(200, self._vouchers({}))
        return Shown(200, self._faults()) if path == faults.TAB else None

    def obey(self, path: str, body: bytes) -> Shown | None:
        """Do what a form says; None when no form goes there."""
        actions: Mapping[str, Callable[[Mapping[str, str]], Shown]] = {
            "/revisar": self._decide,
            "/vouchers": self._make,
            "/fallas/activar": self._arm,
            "/fallas/apagar": self._disarm,
            "/fallas/apagar-todas": self._clear,
        }
        if path not in actions:
            return None
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
        except ValueError:
            return Shown(400, self._requests("", "No se entendió el formulario."))
        return actions[path](dict(pairs))

    def _decide(self, form: Mapping[str, str]) -> Shown:
        try:
            self.centre.decide(form.get("id", ""), form.get("issue") == "yes")
        except DecisionRefused:
            words = "Esa solicitud ya no espera una decisión."
            return Shown(409, self._requests("", words))
        return _back_to(requests.TAB)

    def _make(self, form: Mapping[str, str]) -> Shown:
        try:
            self.centre.make_voucher(vouchers.voucher_of(form))
        except FormRefused as refused:
            return Shown(400, self._vouchers(form, str(refused)))
        except VoucherExists as refused:
            return Shown(400, self._vouchers(form, vouchers.in_spanish(refused)))
        return _back_to(vouchers.TAB)

    def _arm(self, form: Mapping[str, str]) -> Shown:
        try:
            self.faults.arm(parse_fault(faults.order_of(form)))
        except FaultRefused as refused:
            return Shown(400, self._faults(faults.refusal(form, refused)))
        return _back_to(f"{faults.TAB}#{form['fault']}")

    def _disarm(self, form: Mapping[str, str]) -> Shown:
        name = form.get("fault", "")
        self.faults.disarm(name)
        return _back_to(f"{faults.TAB}#{name}" if name in TRAITS else faults.TAB)

    def _clear(self, _: Mapping[str, str]) -> Shown:
        self.faults.clear()
        return _back_to(faults.TAB)

    def _requests(self, before: str, error: str = "") -> bytes:
        serial = int(before) if before.isdecimal() and len(before) < 16 else None
        return requests_page(self.ledger, self.centre.person, serial, error, self._counts())

    def _vouchers(self, typed: Mapping[str, str], error: str = "") -> bytes:
        return vouchers_page(
            self.centre.bank.latest(vouchers.LISTED, self.centre.now()),
            self.centre.people(vouchers.PEOPLE_LISTED),
            self.centre.bank.minimum_centimos,
            self.centre.now().date(),
            typed,
            error,
            self._counts(),
        )

    def _faults(self, error: str = "") -> bytes:
        operations = (*self.centre.operations, PUBLIC_QUERY)
        armed, fired = self.faults.armed(), self.faults.fired()
        return faults_page(armed, fired, operations, error, self._counts())

    def _counts(self) -> dict[str, int]:
        waiting = self.ledger.totals().get("EN_REVISION", 0)
        return {requests.TAB: waiting, faults.TAB: len(self.faults.armed())}


def refused_origin(headers: Message, client: str) -> bool:
    """Whether a form or an order comes from elsewhere: another machine, or another site's page.

    A browser says in Origin whose page sent a form; programs send none. The name in Host must be
    this machine's, so that no name of the outside can be made to point here.
    """
    if not ipaddress.ip_address(client).is_loopback or not _is_local(headers.get("Host", "")):
        return True
    origin = headers.get("Origin")
    return origin is not None and origin != f"http://{headers.get('Host')}"


def _is_local(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _back_to(address: str) -> Shown:
    return Shown(303, headers={"Location": address})
