"""Both sides of a pairing agree on every byte, and on nothing where one saw another thing."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from spake2 import SPAKE2_B

from kiosk.pairing import exchange
from kiosk.pairing.exchange import Exchange, NotOurs, Seen, WrongCode
from queue_server.core.tls import TlsFiles, authority, create, fingerprint, served
from queue_server.fleet.pairing import model
from queue_server.fleet.pairing.model import Session, Transcript

CODE = "40718265"
TRANSCRIPT = Transcript("PRUEBA", "K01", b"k" * 32, b"a" * 32, b"c" * 32, b"A" * 33, b"B" * 33)

PINNED_DIGEST = "46d403ede5313d9630aad628f4ea83fb88f7ace68eaae93e182cf68e8c5fcab1"
PINNED_KIOSK = "a64137e5bfd9b0729a33c8db6020a0055ee9e54af76de5bc819ede3894bce459"
PINNED_SERVER = "10c1ad13695f60cf922904dec5984775c9d6ae90bd4fa0303f8a38f5d28ef23c"
PINNED_SEALED = "2cfcec3a084a8b3b54ee0cc2db7473d860d6178264254c7bd1bb82398feed7eb928fb2d0"


class Both:
    """The kiosk's side and the server's, with real certificates between them."""

    def __init__(self, folder: Path) -> None:
        files = TlsFiles(folder / "tls")
        create(files, "PRUEBA", ["127.0.0.1"], datetime.now(UTC))
        self.pem = files.authority.read_text()
        shown = served(files)
        self.key = Ed25519PrivateKey.generate()
        self.kiosk = Exchange("K01", CODE, self.key)
        self.seen = Seen("PRUEBA", fingerprint(authority(files)), shown.public_bytes(Encoding.DER))
        self.certificate = fingerprint(shown)

    def server(self, code: str = CODE, **other: Any) -> tuple[Session, bytes]:
        """What the server makes of a typed code; `other`: what it sees differently."""
        side = SPAKE2_B(code.encode(), idA=model.KIOSK_SIDE, idB=model.SERVER_SIDE)
        message = side.start()
        transcript = Transcript(
            "PRUEBA",
            "K01",
            self.key.public_key().public_bytes_raw(),
            self.seen.authority,
            self.certificate,
            self.kiosk.message,
            message,
        )
        proof = replace(transcript, **other).digest()
        return Session(side.finish(self.kiosk.message), proof), message


@pytest.fixture
def both(tmp_path: Path) -> Both:
    return Both(tmp_path)


def test_with_the_same_code_and_the_same_certificate_both_confirm(both: Both) -> None:
    session, message = both.server()
    proof = both.kiosk.prove(both.seen, message, session.server_confirmation)
    assert proof.confirmation == session.kiosk_confirmation
    both.key.public_key().verify(proof.signature, model.possession(session.proof))
    sealed = session.seal({"authority": both.pem, "token": "x"})
    assert both.kiosk.open(sealed)["token"] == "x"


@pytest.mark.parametrize(
    "other",
    [
        {"site": "OTRA"},
        {"kiosk": "K02"},
        {"device_key": b"k" * 32},
        {"authority": b"a" * 32},
        {"certificate": b"c" * 32},
        {"kiosk_message": b"A" * 33},
        {"server_message": b"B" * 33},
    ],
)
def test_whatever_one_side_saw_differently_no_confirmation_fits(
    both: Both, other: dict[str, Any]
) -> None:
    session, message = both.server(**other)
    with pytest.raises(WrongCode):
        both.kiosk.prove(both.seen, message, session.server_confirmation)


def test_with_another_code_no_confirmation_fits(both: Both) -> None:
    session, message = both.server("40718266")
    with pytest.raises(WrongCode):
        both.kiosk.prove(both.seen, message, session.server_confirmation)


@pytest.mark.parametrize("message", [b"", b"B" * 33, b"A" + bytes(32), b"B" + b"\xff" * 32])
def test_a_message_that_is_none_is_a_wrong_code(both: Both, message: bytes) -> None:
    with pytest.raises(WrongCode):
        both.kiosk.prove(both.seen, message, bytes(32))


def test_our_own_message_sent_back_is_a_wrong_code(both: Both) -> None:
    with pytest.raises(WrongCode):
        both.kiosk.prove(both.seen, b"B" + both.kiosk.message[1:], bytes(32))


def test_an_authority_that_was_not_confirmed_is_not_taken(both: Both, tmp_path: Path) -> None:
    session, message = both.server()
    both.kiosk.prove(both.seen, message, session.server_confirmation)
    other = Both(tmp_path / "other").pem
    with pytest.raises(NotOurs):
        both.kiosk.open(session.seal({"authority": other}))


def test_what_was_sealed_in_another_session_does_not_open(both: Both, tmp_path: Path) -> None:
    session, message = both.server()
    both.kiosk.prove(both.seen, message, session.server_confirmation)
    other, _ = Both(tmp_path / "other").server()
    with pytest.raises(NotOurs):
        both.kiosk.open(other.seal({"authority": both.pem}))


def test_the_transcript_is_these_bytes() -> None:
    """Pinned: a kiosk and a server of different builds must agree on them."""
    assert TRANSCRIPT.digest().hex() == PINNED_DIGEST
    session = Session(b"K" * 32, TRANSCRIPT.digest())
    assert session.kiosk_confirmation.hex() == PINNED_KIOSK
    assert session.server_confirmation.hex() == PINNED_SERVER
    assert session.seal({"b": "2", "a": "1"}).hex() == PINNED_SEALED


def test_both_sides_sign_the_same_for_a_renewal() -> None:
    words = ("c0ffee00", b"h" * 32, "2026-11-21T13:00:00+00:00")
    assert exchange.renewal(*words) == model.renewal(*words)
