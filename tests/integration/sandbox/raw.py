"""A caller that knows HTTP and text only: it sees exactly the bytes the sandbox sends."""

import re
import socket
import uuid
from dataclasses import dataclass
from urllib.parse import urlsplit

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
NAMESPACE = "urn:x-ventanilla:emision:1"
PERSON = "<documento><tipo>01</tipo><numero>10117410</numero></documento>"
BORN = "<fechaNacimiento>1980-01-01</fechaNacimiento>"


def envelope(operation: str, fields: str = "", equipment: str = "K01") -> bytes:
    """A request as text. `equipment` goes into the audit field that may hold a marker."""
    return (
        f'<s:Envelope xmlns:s="{SOAP}"><s:Body><{operation} xmlns="{NAMESPACE}">'
        "<credencial><usuario>KIOSKO-PRUEBA</usuario><clave>clave-de-prueba-0001</clave>"
        "<ruc>20000000001</ruc></credencial><auditoria><usuarioDni>10000001</usuarioDni>"
        f"<equipo>{equipment}</equipo><ip>127.0.0.1</ip><sede>MAC-PRUEBA</sede>"
        "<fechaHora>2026-11-21T10:00:00-05:00</fechaHora></auditoria>"
        f"{fields}</{operation}></s:Body></s:Envelope>"
    ).encode()


def health(equipment: str = "K01") -> bytes:
    """`estadoServicio`."""
    return envelope("estadoServicio", "", equipment)


def request(id: str, equipment: str = "K01") -> bytes:
    """`solicitarCertificado` of the ordinary person, paid in cash; the receipt is the id."""
    fields = (
        f"<idSolicitud>{id}</idSolicitud><solicitante>{PERSON}{BORN}</solicitante>"
        "<pago><medio>EFECTIVO</medio><montoCentimos>3770</montoCentimos>"
        f"<referencia>{id}</referencia><fechaHora>2026-11-21T10:00:00-05:00</fechaHora></pago>"
    )
    return envelope("solicitarCertificado", fields, equipment)


def inquiry(id: str) -> bytes:
    """`consultarSolicitud`."""
    return envelope("consultarSolicitud", f"<idSolicitud>{id}</idSolicitud>")


def fetch(number: str, equipment: str = "K01") -> bytes:
    """`obtenerCertificado`."""
    fields = f"<numeroCertificado>{number}</numeroCertificado>"
    return envelope("obtenerCertificado", fields, equipment)


def new_id() -> str:
    """An idSolicitud never used."""
    return str(uuid.uuid4())


@dataclass(frozen=True)
class Seen:
    """What came back, byte for byte. `ended`: nothing more was to come on this connection."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode()

    @property
    def code(self) -> str:
        """The application code in the body."""
        found = re.search(r"coRespuesta>([^<]*)<", self.text)
        assert found, self.text[:300]
        return found[1]

    def field(self, name: str) -> str:
        """The text of the first element of this name."""
        found = re.search(f"<[^<>]*{name}>([^<]*)<", self.text)
        assert found, f"no {name} in {self.text[:300]}"
        return found[1]


class Line:
    """One TCP connection to a sandbox."""

    def __init__(self, url: str, path: str = "/emision") -> None:
        target = urlsplit(url)
        assert target.hostname
        assert target.port
        self.host, self.path = target.netloc, path
        self.socket = socket.create_connection((target.hostname, target.port), timeout=10)

    def say(self, content: bytes, last: bool = True) -> None:
        """One request. `last`: asks that the connection be closed after it."""
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: {self.host}\r\n"
            f"Content-Type: text/xml; charset=utf-8\r\nContent-Length: {len(content)}\r\n"
            + ("Connection: close\r\n" if last else "")
            + "\r\n"
        )
        self.socket.sendall(head.encode() + content)

    def everything(self) -> bytes:
        """All bytes until the other side ends the connection."""
        received = b""
        while piece := self.socket.recv(1 << 20):
            received += piece
        return received

    def one_reply(self) -> Seen:
        """One reply whose head says how long it is."""
        received = b""
        while b"\r\n\r\n" not in received:
            received += self.piece()
        head, _, body = received.partition(b"\r\n\r\n")
        length = int(_headers(head)["content-length"])
        while len(body) < length:
            body += self.piece()
        return parsed(head + b"\r\n\r\n" + body)

    def piece(self) -> bytes:
        """Some bytes. Raises AssertionError when the connection has ended."""
        piece = self.socket.recv(65536)
        assert piece, "the connection ended"
        return piece

    def close(self) -> None:
        """Hang up."""
        self.socket.close()


def parsed(received: bytes) -> Seen:
    """Head and body of one reply."""
    head, _, body = received.partition(b"\r\n\r\n")
    return Seen(int(head.split(b" ", 2)[1]), _headers(head), body)


def ask(url: str, content: bytes, path: str = "/emision") -> Seen:
    """One request on a connection of its own; the reply as it came."""
    line = Line(url, path)
    try:
        line.say(content)
        return parsed(line.everything())
    finally:
        line.close()


def unanswered(url: str, content: bytes) -> bytes:
    """One request; every byte that came back, head included: none when the line was cut."""
    line = Line(url)
    try:
        line.say(content)
        return line.everything()
    finally:
        line.close()


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
