"""The elements of a WS-Security header: written for a request, and found in a reply.

OASIS WSS 1.1.1: SOAP Message Security, UsernameToken profile, X.509 token profile. Each part is
looked for in its one place only: a copy anywhere else is not the part.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import lxml.etree as etree
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from queue_server.issuance.adapters.soap_transport import ReplyLost

LIFETIME = timedelta(minutes=5)
MAX_SKEW = timedelta(minutes=5)
MAX_REFERENCES = 16

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = f"{_OASIS}wssecurity-secext-1.0.xsd"
WSU = f"{_OASIS}wssecurity-utility-1.0.xsd"
WSSE11 = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"
DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
X509V3 = f"{_OASIS}x509-token-profile-1.0#X509v3"
BASE64 = f"{_OASIS}soap-message-security-1.0#Base64Binary"
PASSWORD = f"{_OASIS}username-token-profile-1.0#Password"
_PREFIXES = {"wsse": WSSE, "wsu": WSU}
_LOCAL_REFERENCE = re.compile(r"#([A-Za-z_][\w.-]*)")


@dataclass(frozen=True)
class Parts:
    """What a signed reply consists of: each the only one, in the place where it is looked for."""

    body: Any
    security: Any
    timestamp: Any
    signature: Any


def add_security(envelope: Any) -> Any:
    """An empty Security header that must be understood, the first in `envelope`."""
    header = envelope.find(f"{{{SOAP}}}Header")
    if header is None:
        header = etree.Element(f"{{{SOAP}}}Header")
        envelope.insert(0, header)
    security = etree.SubElement(header, f"{{{WSSE}}}Security", nsmap=_PREFIXES)
    security.set(f"{{{SOAP}}}mustUnderstand", "1")
    return security


def add_timestamp(security: Any, now: datetime) -> Any:
    """When this was said, and until when it counts (WSS 1.1.1 §10)."""
    stamp = etree.SubElement(security, f"{{{WSU}}}Timestamp")
    etree.SubElement(stamp, f"{{{WSU}}}Created").text = _instant(now)
    etree.SubElement(stamp, f"{{{WSU}}}Expires").text = _instant(now + LIFETIME)
    return stamp


def add_username_token(
    security: Any, user: str, password: str, now: datetime, *, digest: bool
) -> Any:
    """Who asks (UsernameToken profile §3.1): the password itself, or proof of knowing it."""
    token = etree.SubElement(security, f"{{{WSSE}}}UsernameToken")
    etree.SubElement(token, f"{{{WSSE}}}Username").text = user
    nonce, created = secrets.token_bytes(16), _instant(now)
    word = etree.SubElement(token, f"{{{WSSE}}}Password")
    word.set("Type", f"{PASSWORD}{'Digest' if digest else 'Text'}")
    word.text = _digest(nonce, created, password) if digest else password
    said = etree.SubElement(token, f"{{{WSSE}}}Nonce", EncodingType=BASE64)
    said.text = base64.b64encode(nonce).decode()
    etree.SubElement(token, f"{{{WSU}}}Created").text = created
    return token


def add_certificate(security: Any, certificate: x509.Certificate) -> Any:
    """The signer's certificate (X.509 token profile §3.1)."""
    token = etree.SubElement(
        security, f"{{{WSSE}}}BinarySecurityToken", EncodingType=BASE64, ValueType=X509V3
    )
    token.text = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    return token


def key_info(token: Any) -> Any:
    """Says that `token` of the same header holds the key (X.509 token profile §3.2.1)."""
    info = etree.Element(f"{{{DS}}}KeyInfo", nsmap={"ds": DS})
    reference = etree.SubElement(info, f"{{{WSSE}}}SecurityTokenReference", nsmap=_PREFIXES)
    etree.SubElement(reference, f"{{{WSSE}}}Reference", URI=f"#{named(token)}", ValueType=X509V3)
    return info


def named(element: Any) -> str:
    """The wsu:Id of `element`, given one if it has none."""
    name = f"{{{WSU}}}Id"
    if element.get(name) is None:
        element.set(name, f"id-{secrets.token_hex(16)}")
    return element.get(name)


def own_parts(document: Any) -> Parts:
    """The parts of a reply. Raises ReplyLost: `not_signed`, or `ambiguous` when there are two."""
    if document.tag != f"{{{SOAP}}}Envelope":
        raise ReplyLost("malformed")
    strangers = [each.tag for each in document if each.tag not in _ENVELOPE]
    if strangers:
        raise ReplyLost("ambiguous")
    header = _only(document, SOAP, "Header")
    security = _only(header, WSSE, "Security")
    return Parts(
        body=_only(document, SOAP, "Body"),
        security=security,
        timestamp=_only(security, WSU, "Timestamp"),
        signature=_only(security, DS, "Signature"),
    )


def elements_by_id(document: Any) -> dict[str, Any]:
    """Every element with an id, of whatever spelling. Raises ReplyLost unless each is unique."""
    found: dict[str, Any] = {}
    for element in document.iter(etree.Element):
        for value in _ids(element):
            if value in found:
                raise ReplyLost("ambiguous")
            found[value] = element
    return found


def signed_ids(signature: Any) -> list[str]:
    """The ids a signature covers, in its order. Raises ReplyLost for any but the plainest kind.

    Elements of this document, exclusively canonicalized and nothing else: a transform may select
    less than the element.
    """
    references = signature.findall(f"{{{DS}}}SignedInfo/{{{DS}}}Reference")
    if not 0 < len(references) <= MAX_REFERENCES:
        raise ReplyLost("wrong_signature")
    return [_signed_id(each) for each in references]


def certificate_of(parts: Parts) -> x509.Certificate | None:
    """The certificate the signature names as a token of its own header, if it does."""
    path = f"{{{DS}}}KeyInfo/{{{WSSE}}}SecurityTokenReference/{{{WSSE}}}Reference"
    reference = parts.signature.find(path)
    uri = "" if reference is None else reference.get("URI", "")
    for token in parts.security.findall(f"{{{WSSE}}}BinarySecurityToken"):
        if uri == f"#{token.get(f'{{{WSU}}}Id')}" and token.get("ValueType") == X509V3:
            try:
                return x509.load_der_x509_certificate(base64.b64decode(token.text or ""))
            except ValueError:
                return None
    return None


def confirmations(parts: Parts) -> list[Any]:
    """Where the reply repeats the signature it answers (WSS 1.1.1 §8.5)."""
    return parts.security.findall(f"{{{WSSE11}}}SignatureConfirmation")


def check_fresh(stamp: Any, now: datetime) -> None:
    """Raises ReplyLost(`not_fresh`) unless `stamp` was made within `MAX_SKEW` of `now`.

    It answers what was just asked, so a long life that it grants itself counts for nothing.
    """
    created = _read_instant(_only(stamp, WSU, "Created"))
    expiries = [_read_instant(each) for each in stamp.findall(f"{{{WSU}}}Expires")]
    if abs(now - created) > MAX_SKEW or any(each <= now - MAX_SKEW for each in expiries):
        raise ReplyLost("not_fresh")


def envelope_around(body: Any) -> Any:
    """An envelope that holds `body` and nothing else."""
    envelope = etree.Element(f"{{{SOAP}}}Envelope")
    envelope.append(body)
    return envelope


_ENVELOPE = (f"{{{SOAP}}}Header", f"{{{SOAP}}}Body")


def _only(parent: Any, namespace: str, name: str) -> Any:
    found = parent.findall(f"{{{namespace}}}{name}")
    if len(found) != 1:
        raise ReplyLost("ambiguous" if found else "not_signed")
    return found[0]


def _ids(element: Any) -> Iterator[str]:
    for name, value in element.attrib.items():
        if etree.QName(name).localname.lower() == "id":
            yield value


def _signed_id(reference: Any) -> str:
    local = _LOCAL_REFERENCE.fullmatch(reference.get("URI", ""))
    transforms = reference.findall(f"{{{DS}}}Transforms/{{{DS}}}Transform")
    if local is None or [each.get("Algorithm") for each in transforms] != [EXCLUSIVE_C14N]:
        raise ReplyLost("wrong_signature")
    return local[1]


def _instant(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _read_instant(element: Any) -> datetime:
    try:
        read = datetime.fromisoformat((element.text or "").strip())
    except ValueError:
        raise ReplyLost("not_fresh") from None
    if read.tzinfo is None:
        raise ReplyLost("not_fresh")
    return read


def _digest(nonce: bytes, created: str, password: str) -> str:
    # SHA-1 is what the profile defines; it proves freshness here, the signature proves content.
    return base64.b64encode(
        hashlib.sha1(nonce + created.encode() + password.encode(), usedforsecurity=False).digest()
    ).decode()
