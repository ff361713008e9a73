"""A centre that speaks WS-Security: judges each request with xmlsec1 and signs each reply with it.

It stands in front of a service that does not (the sandbox, or a function), and can be told to spoil
what it signs, before or after.
"""

import base64
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import lxml.etree as etree
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from tests.support.xmlsec import SOAP, WSSE, WSSE11, WSU, XmlSec

DS = "http://www.w3.org/2000/09/xmldsig#"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
NAMES = {"s": SOAP, "wsse": WSSE, "wsu": WSU, "wsse11": WSSE11, "ds": DS}


@dataclass
class Seen:
    """One request; `holds` asks the judge about its signature, over the elements in `signed`."""

    document: Any
    holds: Callable[[], bool]
    signed: set[str] = field(default_factory=set)

    def text(self, path: str) -> str:
        """The text at `path`."""
        return self.document.findtext(path, namespaces=NAMES) or ""

    def proves(self, password: str) -> bool:
        """Whether the UsernameToken's digest is that of `password`."""
        token = ".//wsse:UsernameToken/"
        nonce = base64.b64decode(self.text(f"{token}wsse:Nonce"))
        word = nonce + self.text(f"{token}wsu:Created").encode() + password.encode()
        digest = base64.b64encode(hashlib.sha1(word).digest()).decode()
        return self.text(f"{token}wsse:Password") == digest


@dataclass(frozen=True)
class Signing:
    """How replies are signed. `covers`: local names; `confirm`: what is said of the request's."""

    certificate: Path
    key: Path
    created: timedelta = timedelta()
    lives: timedelta = timedelta(minutes=5)
    method: str = RSA_SHA256
    transforms: tuple[str, ...] = (EXCLUSIVE,)
    covers: tuple[str, ...] = ("Body", "Timestamp")
    stamped: bool = True
    token: bool = True
    confirm: Callable[[str], str] | None = None


Answer = Callable[[bytes, str], bytes]


class SigningProxy:
    """Listens on a free port; `answer(body, soap_action)` is the service behind it.

    Without `signing` replies stay as they are. `spoil` changes a signed reply.
    """

    def __init__(self, xmlsec: XmlSec, requester: Path, answer: Answer) -> None:
        self.seen: list[Seen] = []
        self.signing: Signing | None = None
        self.spoil: Callable[[bytes], bytes] = lambda reply: reply
        self._xmlsec, self._requester, self._answer = xmlsec, requester, answer
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                reply = proxy.reply(body, self.headers.get("SOAPAction", ""))
                self.send_response(200)
                self.send_header("Content-Type", "text/xml; charset=utf-8")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, format: str, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(
            daemon=True, target=self._server.serve_forever, args=(0.05,)
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}/emision"

    def __enter__(self) -> "SigningProxy":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    def reply(self, request: bytes, action: str) -> bytes:
        """Keep `request`, ask the service without its header, sign what it says."""
        seen = self._looked_at(request)
        self.seen.append(seen)
        bare = etree.fromstring(request)
        header = bare.find(f"{{{SOAP}}}Header")
        if header is not None:
            bare.remove(header)
        reply = self._answer(etree.tostring(bare), action)
        if self.signing is None:
            return self.spoil(reply)
        asked = seen.text(".//ds:SignatureValue")
        return self.spoil(self._xmlsec.sign(secured(reply, self.signing, asked), self.signing.key))

    def _looked_at(self, request: bytes) -> Seen:
        document = etree.fromstring(request)
        seen = Seen(document, partial(self._xmlsec.verifies, request, self._requester))
        for reference in document.iterfind(".//ds:Reference", NAMES):
            for path in ("s:Body", "s:Header/wsse:Security/*"):
                for element in document.iterfind(path, NAMES):
                    if f"#{element.get(f'{{{WSU}}}Id')}" == reference.get("URI"):
                        seen.signed.add(etree.QName(element).localname)
        return seen


def forwarded_to(url: str) -> Answer:
    """The answers of the SOAP service at `url`."""

    def answer(body: bytes, action: str) -> bytes:
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": action}
        with urlopen(Request(url, body, headers), timeout=10) as reply:
            return reply.read()

    return answer


def secured(reply: bytes, how: Signing, asked: str) -> bytes:
    """`reply` with a Security header whose digests and signature are still empty."""
    # All prefixes at the top: whoever moves an element elsewhere leaves its signed form alone.
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap=NAMES)
    header = etree.SubElement(envelope, f"{{{SOAP}}}Header")
    envelope.extend(etree.fromstring(reply))
    security = etree.SubElement(header, f"{{{WSSE}}}Security")
    security.set(f"{{{SOAP}}}mustUnderstand", "1")
    parts = {"Body": envelope.find(f"{{{SOAP}}}Body")}
    if how.token:
        _add_token(security, how.certificate)
    if how.stamped:
        parts["Timestamp"] = _add_timestamp(security, datetime.now(UTC) + how.created, how.lives)
    if how.confirm is not None:
        parts["SignatureConfirmation"] = etree.SubElement(
            security, f"{{{WSSE11}}}SignatureConfirmation", Value=how.confirm(asked)
        )
    for name, element in parts.items():
        element.set(f"{{{WSU}}}Id", f"the-{name}")
    _add_signature(security, [f"#the-{name}" for name in how.covers if name in parts], how)
    return etree.tostring(envelope)


def _add_token(security: Any, certificate: Path) -> None:
    read = x509.load_pem_x509_certificate(certificate.read_bytes())
    token = etree.SubElement(
        security,
        f"{{{WSSE}}}BinarySecurityToken",
        ValueType=f"{_PROFILE}x509-token-profile-1.0#X509v3",
        EncodingType=f"{_PROFILE}soap-message-security-1.0#Base64Binary",
    )
    token.set(f"{{{WSU}}}Id", "the-token")
    token.text = base64.b64encode(read.public_bytes(Encoding.DER)).decode()


def _add_timestamp(security: Any, created: datetime, lives: timedelta) -> Any:
    stamp = etree.SubElement(security, f"{{{WSU}}}Timestamp")
    etree.SubElement(stamp, f"{{{WSU}}}Created").text = f"{created:%Y-%m-%dT%H:%M:%SZ}"
    etree.SubElement(stamp, f"{{{WSU}}}Expires").text = f"{created + lives:%Y-%m-%dT%H:%M:%SZ}"
    return stamp


def _add_signature(security: Any, uris: list[str], how: Signing) -> None:
    def add(parent: Any, name: str, **attributes: str) -> Any:
        return etree.SubElement(parent, f"{{{DS}}}{name}", **attributes)  # pyright: ignore[reportArgumentType]

    signature = add(security, "Signature")
    info = add(signature, "SignedInfo")
    add(info, "CanonicalizationMethod", Algorithm=EXCLUSIVE)
    add(info, "SignatureMethod", Algorithm=how.method)
    for uri in uris:
        reference = add(info, "Reference", URI=uri)
        transforms = add(reference, "Transforms")
        for each in how.transforms:
            add(transforms, "Transform", Algorithm=each)
        add(reference, "DigestMethod", Algorithm=SHA256)
        add(reference, "DigestValue")
    add(signature, "SignatureValue")
    if how.token:
        named = etree.SubElement(add(signature, "KeyInfo"), f"{{{WSSE}}}SecurityTokenReference")
        etree.SubElement(
            named,
            f"{{{WSSE}}}Reference",
            URI="#the-token",
            ValueType=f"{_PROFILE}x509-token-profile-1.0#X509v3",
        )
