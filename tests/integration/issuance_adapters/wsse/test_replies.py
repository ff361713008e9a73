"""Which replies are believed: those the centre signed, as it signed them, just now."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import lxml.etree as etree
import pytest

from queue_server.issuance.adapters.soap_transport import ReplyLost
from queue_server.issuance.adapters.wsse import WsSecurity
from queue_server.issuance.adapters.wsse_keys import authority_file, pinned_file
from queue_server.issuance.adapters.wsse_parts import check_fresh
from queue_server.issuance.model import Issued, NotKnown, Unknown
from tests.integration.issuance_adapters.replies import OURS, record, reply
from tests.integration.issuance_adapters.wsse.conftest import NOT_KNOWN, Parties, client
from tests.support.signing_proxy import NAMES, Signing, SigningProxy, secured
from tests.support.xmlsec import SOAP, WSSE, WSU, XmlSec

FORGED = reply("consultarSolicitud", "0000", record("EMITIDO", issued=True))
ISSUED = Issued("CAJ-0000001", "ABCD-EFGH")
MINUTE = timedelta(minutes=1)
SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"

Change = Callable[[Any], None]


def spoiling(*changes: Change) -> Callable[[bytes], bytes]:
    """What makes `changes` to a signed reply."""

    def spoil(signed: bytes) -> bytes:
        envelope = etree.fromstring(signed)
        for change in changes:
            change(envelope)
        return etree.tostring(envelope)

    return spoil


def at(envelope: Any, path: str) -> Any:
    return envelope.find(path, NAMES)


def forged_body() -> Any:
    return at(etree.fromstring(FORGED), "s:Body")


def body_moved_into_the_header(envelope: Any) -> None:
    """Signature wrapping: the signed body stays in the document, another stands in its place."""
    hidden = etree.SubElement(at(envelope, "s:Header"), "{urn:x-attack}Wrapper")
    hidden.append(at(envelope, "s:Body"))
    envelope.append(forged_body())


def body_hidden_in_the_forged_one(envelope: Any) -> None:
    """The same, where the contract allows any element."""
    signed = at(envelope, "s:Body")
    forged = forged_body()
    envelope.replace(signed, forged)
    etree.SubElement(forged[0], "{urn:x-attack}more").append(signed)


def timestamp_replaced_by_a_fresh_one(envelope: Any) -> None:
    security = at(envelope, "s:Header/wsse:Security")
    signed = at(security, "wsu:Timestamp")
    fresh = etree.fromstring(etree.tostring(signed))
    del fresh.attrib[f"{{{WSU}}}Id"]
    now = datetime.now(UTC)
    fresh[0].text, fresh[1].text = now.isoformat(), (now + MINUTE).isoformat()
    security.replace(signed, fresh)
    etree.SubElement(at(envelope, "s:Header"), "{urn:x-attack}Wrapper").append(signed)


def forged_body_under_the_same_id(envelope: Any) -> None:
    body_moved_into_the_header(envelope)
    at(envelope, "s:Body").set("Id", "the-Body")


def second_body(envelope: Any) -> None:
    envelope.insert(1, forged_body())


def second_security(envelope: Any) -> None:
    etree.SubElement(at(envelope, "s:Header"), f"{{{WSSE}}}Security")


def second_signature(envelope: Any) -> None:
    security = at(envelope, "s:Header/wsse:Security")
    security.insert(0, etree.fromstring(etree.tostring(at(security, "ds:Signature"))))


def something_after_the_body(envelope: Any) -> None:
    etree.SubElement(envelope, "{urn:x-attack}more")


def other_words(envelope: Any) -> None:
    at(envelope, "s:Body")[0][1].text = "otras palabras"


def other_reference(envelope: Any) -> None:
    for each in envelope.iterfind(".//ds:Reference", NAMES):
        each.set("URI", "")


def no_signature(envelope: Any) -> None:
    security = at(envelope, "s:Header/wsse:Security")
    security.remove(at(security, "ds:Signature"))


def no_envelope(envelope: Any) -> None:
    envelope.tag = f"{{{SOAP}}}Sobre"


@dataclass(frozen=True)
class Case:
    """A reply that must be lost: how it was signed, what was done to it, and why it is lost."""

    reason: str
    spoil: Callable[[bytes], bytes] = lambda signed: signed
    signed: dict[str, Any] = field(default_factory=dict)
    by: str = "centre"


REFUSED = {
    "unsigned": Case("not_signed", by="nobody"),
    "signature removed": Case("not_signed", spoiling(no_signature)),
    "signed by another key": Case("wrong_signature", by="stranger"),
    "signed half an hour ago": Case("not_fresh", signed={"created": -30 * MINUTE}),
    "expired": Case("not_fresh", signed={"created": -2 * MINUTE, "lives": -4 * MINUTE}),
    "old, with a long life": Case(
        "not_fresh", signed={"created": -6 * MINUTE, "lives": 600 * MINUTE}
    ),
    "from the future": Case("not_fresh", signed={"created": 6 * MINUTE}),
    "without timestamp": Case("not_signed", signed={"stamped": False}),
    "timestamp not signed": Case("wrapped", signed={"covers": ("Body",)}),
    "body not signed": Case("wrapped", signed={"covers": ("Timestamp",)}),
    "body changed": Case("wrong_signature", spoiling(other_words)),
    "body wrapped into the header": Case("wrapped", spoiling(body_moved_into_the_header)),
    "body wrapped into the body": Case("wrapped", spoiling(body_hidden_in_the_forged_one)),
    "timestamp wrapped": Case(
        "wrapped", spoiling(timestamp_replaced_by_a_fresh_one), {"created": -30 * MINUTE}
    ),
    "one id twice": Case("ambiguous", spoiling(forged_body_under_the_same_id)),
    "two bodies": Case("malformed", spoiling(second_body)),
    "two security headers": Case("ambiguous", spoiling(second_security)),
    "two signatures": Case("ambiguous", spoiling(second_signature)),
    "more than header and body": Case("ambiguous", spoiling(something_after_the_body)),
    "not an envelope": Case("malformed", spoiling(no_envelope)),
    "reference to the whole document": Case("wrong_signature", spoiling(other_reference)),
    "SHA-1": Case("wrong_signature", signed={"method": SHA1}),
    "a further transform": Case(
        "wrong_signature", signed={"transforms": (ENVELOPED, Signing.transforms[0])}
    ),
}


def arrange(centre: SigningProxy, parties: Parties, case: Case) -> None:
    """Have `centre` reply as `case` says."""
    by = {"centre": parties.centre, "stranger": parties.stranger}.get(case.by)
    centre.signing = by and replace(by.signing(), **case.signed)
    centre.spoil = case.spoil


@pytest.mark.parametrize("name", REFUSED)
def test_such_a_reply_is_lost_and_never_an_answer(
    centre: SigningProxy, parties: Parties, name: str
) -> None:
    arrange(centre, parties, REFUSED[name])
    answer = client(centre.url, WsSecurity(parties.settings())).inquire(OURS)
    assert answer == Unknown(REFUSED[name].reason)


class Believing(WsSecurity):
    """Asks whether the signature is good, and not of what."""

    def _as_signed(self, element: Any, by_id: Any, signed: Any) -> Any:
        return element


@pytest.mark.negative_control
@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("body wrapped into the header", ISSUED),
        ("body wrapped into the body", ISSUED),
        ("body not signed", NotKnown()),
        ("timestamp wrapped", NotKnown()),
    ],
)
def test_who_does_not_ask_what_was_signed_believes_the_forgery(
    centre: SigningProxy, parties: Parties, name: str, taken: object
) -> None:
    arrange(centre, parties, REFUSED[name])
    assert client(centre.url, Believing(parties.settings())).inquire(OURS) == taken


@pytest.mark.negative_control
def test_where_no_signature_is_asked_for_anything_is_believed(
    centre: SigningProxy, parties: Parties
) -> None:
    centre.signing, centre.spoil = None, lambda _: FORGED
    assert client(centre.url, WsSecurity(parties.settings(peer=None))).inquire(OURS) == ISSUED


@pytest.mark.parametrize("signed", [{"created": -4 * MINUTE}, {"created": 4 * MINUTE}])
def test_clocks_may_differ_by_less_than_five_minutes(
    centre: SigningProxy, parties: Parties, signed: dict[str, Any]
) -> None:
    arrange(centre, parties, Case("", signed=signed))
    assert client(centre.url, WsSecurity(parties.settings())).inquire(OURS) == NotKnown()


@pytest.mark.parametrize(
    ("by", "token", "expected"),
    [
        ("centre", True, NotKnown()),
        ("centre", False, Unknown("unknown_signer")),
        ("other_name", True, Unknown("unknown_signer")),
        ("expired", True, Unknown("unknown_signer")),
        ("stranger", True, Unknown("unknown_signer")),
    ],
)
def test_an_authority_is_believed_about_the_centre_and_nobody_else(
    centre: SigningProxy, parties: Parties, by: str, token: bool, expected: object
) -> None:
    party = getattr(parties, by)
    centre.signing = replace(party.signing(), token=token)
    peer = authority_file(parties.authority, "CENTRO PRUEBA")
    assert client(centre.url, WsSecurity(parties.settings(peer=peer))).inquire(OURS) == expected


def test_a_pinned_certificate_needs_no_token_and_must_not_have_run_out(
    centre: SigningProxy, parties: Parties
) -> None:
    centre.signing = replace(parties.centre.signing(), token=False)
    assert client(centre.url, WsSecurity(parties.settings())).inquire(OURS) == NotKnown()
    old = parties.settings(peer=pinned_file(parties.expired.certificate))
    assert client(centre.url, WsSecurity(old)).inquire(OURS) == Unknown("wrong_signature")


def test_a_reply_that_repeats_our_signature_must_repeat_this_one(
    centre: SigningProxy, parties: Parties
) -> None:
    everything = ("Body", "Timestamp", "SignatureConfirmation")
    another = Unknown("another_reply")
    for confirm, covers, demanded, expected in (
        (lambda ours: ours, everything, True, NotKnown()),
        (lambda ours: ours, everything, False, NotKnown()),
        (lambda _: "AAAA", everything, False, another),
        (lambda ours: ours, everything[:2], False, Unknown("wrapped")),
        (None, everything, True, another),
        (None, everything, False, NotKnown()),
    ):
        centre.signing = replace(parties.centre.signing(), confirm=confirm, covers=covers)
        security = WsSecurity(parties.settings(confirmation=demanded))
        assert client(centre.url, security).inquire(OURS) == expected


@dataclass(frozen=True)
class Watch:
    """A clock that stands still."""

    time: datetime

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def signed(xmlsec: XmlSec, parties: Parties) -> bytes:
    """An honest reply."""
    return xmlsec.sign(secured(NOT_KNOWN, parties.centre.signing(), ""), parties.centre.key)


def test_the_clock_it_was_given_decides(parties: Parties, signed: bytes) -> None:
    document = etree.fromstring(signed)
    now = datetime.now(UTC)
    for away, reason in (
        (timedelta(), ""),
        (-10 * MINUTE, "not_fresh"),
        (10 * MINUTE, "not_fresh"),
    ):
        security = WsSecurity(parties.settings(), Watch(now + away))
        try:
            security.verify(document, "")
            said = ""
        except ReplyLost as lost:
            said = lost.reason
        assert said == reason


@pytest.mark.parametrize(
    ("created", "reason"),
    [
        ("2026-11-03T15:00:00Z", ""),
        ("2026-11-03T15:00:00.123456789Z", ""),
        ("2026-11-03T10:00:00-05:00", ""),
        ("2026-11-03T15:00:00", "not_fresh"),
        ("2026-11-03", "not_fresh"),
        ("hoy", "not_fresh"),
        ("", "not_fresh"),
        ("2026-11-03T15:00:00Z</u:Created><u:Created>2026-11-03T15:00:00Z", "ambiguous"),
    ],
)
def test_an_instant_is_read_in_every_spelling_that_names_one(created: str, reason: str) -> None:
    stamp = f'<u:Timestamp xmlns:u="{WSU}"><u:Created>{created}</u:Created></u:Timestamp>'
    said = ""
    try:
        check_fresh(etree.fromstring(stamp), datetime(2026, 11, 3, 15, 1, tzinfo=UTC))
    except ReplyLost as lost:
        said = lost.reason
    assert said == reason


def test_no_changed_byte_of_a_signed_reply_changes_what_is_read(
    parties: Parties, signed: bytes
) -> None:
    security, dice = WsSecurity(parties.settings()), random.Random(4)
    honest = canonical(security.verify(etree.fromstring(signed), ""))
    lost = 0
    for _ in range(900):
        place = dice.randrange(len(signed))
        changed = signed[:place] + bytes([dice.randrange(32, 127)]) + signed[place + 1 :]
        try:
            document = etree.fromstring(changed)
        except etree.XMLSyntaxError:
            continue
        try:
            # Some places mean nothing, such as the token where the certificate is known.
            assert canonical(security.verify(document, "")) == honest
        except ReplyLost:
            lost += 1
    assert lost > 200


def canonical(envelope: Any) -> bytes:
    return etree.tostring(envelope, method="c14n", exclusive=True)
