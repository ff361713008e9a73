"""What we send under WS-Security, as another implementation (xmlsec1) sees it."""

import logging
from datetime import datetime, timedelta
from uuid import uuid4

import lxml.etree as etree
import pytest

from queue_server.issuance.adapters.soap import Credential
from queue_server.issuance.adapters.wsse import WsSecurity
from queue_server.issuance.model import Document, Found, Issued, NotKnown
from queue_server.payments.model.vouchers import NotAnswered, Voucher
from tests.integration.issuance_adapters.conftest import CREDENTIAL, SandboxProcess
from tests.integration.issuance_adapters.replies import OURS
from tests.integration.issuance_adapters.test_soap_sandbox import JUAN, paid
from tests.integration.issuance_adapters.wsse.conftest import Parties, client
from tests.support.signing_proxy import SigningProxy, forwarded_to
from tests.support.xmlsec import SOAP, WSSE, XmlSec

ALL = {"Body", "Timestamp", "UsernameToken"}
TOKEN = ".//wsse:UsernameToken/"


def test_another_implementation_verifies_body_timestamp_and_account(
    centre: SigningProxy, parties: Parties
) -> None:
    backend = client(centre.url, WsSecurity(parties.settings()))
    assert backend.inquire(OURS) == NotKnown()
    (seen,) = centre.seen
    assert (seen.holds(), seen.signed) == (True, ALL)
    assert seen.text(f"{TOKEN}wsse:Username") == CREDENTIAL.user
    assert seen.proves(CREDENTIAL.password)
    security = seen.document.find(f"{{{SOAP}}}Header/{{{WSSE}}}Security")
    assert security.get(f"{{{SOAP}}}mustUnderstand") == "1"


def test_a_request_counts_for_five_minutes(centre: SigningProxy, parties: Parties) -> None:
    client(centre.url, WsSecurity(parties.settings())).inquire(OURS)
    created, expires = (
        datetime.fromisoformat(centre.seen[0].text(f".//wsu:Timestamp/wsu:{name}"))
        for name in ("Created", "Expires")
    )
    assert expires - created == timedelta(minutes=5)


def test_no_two_requests_carry_the_same_nonce_or_id(centre: SigningProxy, parties: Parties) -> None:
    backend = client(centre.url, WsSecurity(parties.settings()))
    backend.inquire(OURS)
    backend.inquire(OURS)
    first, second = ({*each.document.xpath("//@*[local-name()='Id']")} for each in centre.seen)
    assert len(first) == 4
    assert not first & second
    assert len({each.text(f"{TOKEN}wsse:Nonce") for each in centre.seen}) == 2


def test_each_part_can_be_left_out(centre: SigningProxy, parties: Parties) -> None:
    for changes, signed, kind in (
        ({"password": "text"}, ALL, "#PasswordText"),
        ({"account": None}, {"Body", "Timestamp"}, ""),
        ({"signer": None}, set[str](), "#PasswordDigest"),
    ):
        security = WsSecurity(parties.settings(**changes))
        assert client(centre.url, security).inquire(OURS) == NotKnown()
        seen = centre.seen[-1]
        assert seen.signed == signed
        assert seen.holds() == bool(signed)
        word = seen.document.find(".//{*}UsernameToken/{*}Password")
        assert ("" if word is None else word.get("Type")).endswith(kind)
    text = centre.seen[0].text(f"{TOKEN}wsse:Password")
    assert text == CREDENTIAL.password


@pytest.mark.negative_control
def test_the_judge_refuses_what_was_changed_and_what_another_signed(
    xmlsec: XmlSec, centre: SigningProxy, parties: Parties
) -> None:
    client(centre.url, WsSecurity(parties.settings())).inquire(OURS)
    sent = etree.tostring(centre.seen[0].document)
    assert xmlsec.verifies(sent, parties.us.certificate)
    assert not xmlsec.verifies(sent, parties.centre.certificate)
    for ours in (b"11111111-1111", CREDENTIAL.user.encode(), b"Z</wsu:Expires>"):
        assert sent.count(ours) >= 1
        assert not xmlsec.verifies(sent.replace(ours, b"2" + ours[1:]), parties.us.certificate)
    assert not centre.seen[0].proves("otra-clave")


def test_every_operation_of_the_client_goes_signed_both_ways(
    sandbox: SandboxProcess, xmlsec: XmlSec, parties: Parties
) -> None:
    behind = forwarded_to(sandbox.url)
    with SigningProxy(xmlsec, parties.us.certificate, behind) as centre:
        centre.signing = parties.centre.signing()
        backend = client(centre.url, WsSecurity(parties.settings()))
        application = uuid4()
        assert isinstance(backend.holder(JUAN), Found)
        issued = backend.request(application, JUAN, paid())
        assert isinstance(issued, Issued)
        assert backend.inquire(application) == issued
        fetched = backend.fetch(issued.certificate_number)
        assert isinstance(fetched, Document)
        assert fetched.pdf.startswith(b"%PDF-")
        assert backend.healthy() is True
        voucher = Voucher("01", "10117410", "PRUEBA1", datetime(2026, 11, 3).date())  # noqa: DTZ001
        assert not isinstance(backend.validate(voucher), NotAnswered)
        assert [each.holds() for each in centre.seen] == [True] * 6


def test_a_password_changed_in_its_file_counts_from_the_next_call(
    centre: SigningProxy, parties: Parties
) -> None:
    accounts = iter([CREDENTIAL, Credential("KIOSKO-PRUEBA", "clave-nueva-0002")])
    backend = client(centre.url, WsSecurity(parties.settings(account=lambda: next(accounts))))
    backend.inquire(OURS)
    backend.inquire(OURS)
    assert [each.proves("clave-nueva-0002") for each in centre.seen] == [False, True]


def test_even_at_debug_nothing_that_is_signed_is_logged(
    centre: SigningProxy, parties: Parties, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        client(centre.url, WsSecurity(parties.settings())).inquire(OURS)
    assert CREDENTIAL.password not in caplog.text
    assert str(OURS) not in caplog.text
