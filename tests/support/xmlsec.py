"""The independent judge of signatures: the `xmlsec1` command (C, on libxml2 and OpenSSL)."""

import shutil
import subprocess
from pathlib import Path
from uuid import uuid4

from tests.support.loud import skip_loudly

WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSSE11 = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
# What may be signed; the command has to be told which attributes are ids.
_NAMED = (
    f"{SOAP}:Body",
    f"{WSU}:Timestamp",
    f"{WSSE}:UsernameToken",
    f"{WSSE11}:SignatureConfirmation",
)
DEADLINE_S = 20


class XmlSec:
    """Signs and verifies in processes of their own, with files in `folder`."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("xmlsec1") is None:
            skip_loudly("xmlsec1 is not installed, so nobody else judges our signatures")
        self._folder = folder

    def verifies(self, document: bytes, certificate: Path) -> bool:
        """Whether `document` holds a signature made with the key of `certificate`."""
        return self._run("--verify", document, "--pubkey-cert-pem", certificate).returncode == 0

    def sign(self, template: bytes, key: Path) -> bytes:
        """`template` with its empty digests and signature filled in. Raises AssertionError."""
        done = self._run("--sign", template, "--privkey-pem", key)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def _run(
        self, verb: str, document: bytes, option: str, file: Path
    ) -> subprocess.CompletedProcess[bytes]:
        path = self._folder / f"{uuid4().hex}.xml"
        path.write_bytes(document)
        ids = [word for name in _NAMED for word in ("--id-attr:Id", name)]
        words = ["xmlsec1", verb, option, str(file), *ids, str(path)]
        return subprocess.run(words, capture_output=True, check=False, timeout=DEADLINE_S)
