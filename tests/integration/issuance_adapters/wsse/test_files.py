"""Keys and certificates change under a running server, and never to something unusable."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from queue_server.issuance.adapters import wsse_keys
from queue_server.issuance.adapters.soap import CredentialUnreadable
from queue_server.issuance.adapters.wsse import WsSecurity
from queue_server.issuance.adapters.wsse_keys import pinned_file, signer_files
from queue_server.issuance.model import NotKnown, TryLater, Unknown
from tests.integration.issuance_adapters.authority import Authority
from tests.integration.issuance_adapters.replies import OURS
from tests.integration.issuance_adapters.wsse.conftest import Parties, Party, client
from tests.support.signing_proxy import SigningProxy


@pytest.fixture
def said() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as lines:
        yield lines


def lay(party: Party, folder: Path) -> tuple[Path, Path]:
    """The files of `party` as a person copies them: first the key, then the certificate."""
    key, certificate = folder / "ours.key", folder / "ours.pem"
    for source, target in ((party.key, key), (party.certificate, certificate)):
        new = target.with_suffix(".new")
        shutil.copy(source, new)
        os.replace(new, target)
    return key, certificate


def test_a_key_that_is_not_there_yet_keeps_us_silent_until_it_is(
    centre: SigningProxy, parties: Parties, tmp_path: Path
) -> None:
    signer = signer_files(tmp_path / "ours.key", tmp_path / "ours.pem")
    backend = client(centre.url, WsSecurity(parties.settings(signer=signer)))
    assert backend.inquire(OURS) == TryLater("backend")
    assert centre.seen == []
    lay(parties.us, tmp_path)
    assert backend.inquire(OURS) == NotKnown()


def test_nothing_is_asked_whose_reply_could_not_be_judged(
    centre: SigningProxy, parties: Parties, tmp_path: Path
) -> None:
    peer = pinned_file(tmp_path / "centre.pem")
    backend = client(centre.url, WsSecurity(parties.settings(peer=peer)))
    assert backend.inquire(OURS) == TryLater("backend")
    assert centre.seen == []


def test_a_new_key_signs_from_the_next_call_and_a_broken_one_never(
    centre: SigningProxy, parties: Parties, tmp_path: Path, said: list[Any]
) -> None:
    key, certificate = lay(parties.stranger, tmp_path)
    signer = signer_files(key, certificate)
    backend = client(centre.url, WsSecurity(parties.settings(signer=signer)))
    before = signer()
    key.write_bytes(b"-----BEGIN half a key")
    assert signer() is before
    key.unlink()
    assert signer() is before
    backend.inquire(OURS)
    shutil.copy(parties.centre.key, key)  # the new key is there, its certificate not yet
    assert signer() is before
    why = [line["why"] for line in said if line["log_level"] == "error"]
    assert why == [
        why[0],
        "No such file or directory",
        "key and certificate do not belong together",
    ]
    lay(parties.us, tmp_path)
    assert backend.inquire(OURS) == NotKnown()
    assert signer().certificate != before.certificate
    assert centre.seen[-1].holds()


def test_an_unusable_file_is_told_once_and_holds_nothing_of_itself_in_the_log(
    parties: Parties, tmp_path: Path, said: list[Any]
) -> None:
    secret = "QUE-NADIE-LEA"
    (tmp_path / "ours.key").write_text(secret)
    (tmp_path / "ours.pem").write_text(secret)
    signer = signer_files(tmp_path / "ours.key", tmp_path / "ours.pem")
    for _ in range(3):
        with pytest.raises(CredentialUnreadable) as told:
            signer()
        assert secret not in str(told.value)
    assert len(said) == 1
    assert secret not in str(said)


def test_the_centres_certificate_is_replaced_without_a_gap(
    centre: SigningProxy, parties: Parties, tmp_path: Path
) -> None:
    file = tmp_path / "centre.pem"
    shutil.copy(parties.centre.certificate, file)
    backend = client(centre.url, WsSecurity(parties.settings(peer=pinned_file(file))))
    assert backend.inquire(OURS) == NotKnown()
    centre.signing = parties.stranger.signing()
    assert backend.inquire(OURS) == Unknown("wrong_signature")
    both = parties.centre.certificate.read_bytes() + parties.stranger.certificate.read_bytes()
    file.write_bytes(both)
    assert backend.inquire(OURS) == NotKnown()
    centre.signing = parties.centre.signing()
    assert backend.inquire(OURS) == NotKnown()


def test_what_could_not_be_read_is_tried_again_though_its_file_looks_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: list[Any]
) -> None:
    monkeypatch.setattr(wsse_keys, "RETRY_S", 0)
    tries = iter([PermissionError(13, "Permission denied"), ValueError(), "read"])

    def read() -> object:
        found = next(tries)
        if isinstance(found, Exception):
            raise found
        return found

    held = wsse_keys.Rotating((tmp_path,), read)
    for _ in range(2):
        with pytest.raises(CredentialUnreadable):
            held()
    assert [held(), held()] == ["read", "read"]
    assert [line["why"] for line in said] == ["Permission denied"]


@pytest.mark.parametrize("kind", ["elliptic", "short", "encrypted"])
def test_a_key_of_another_kind_is_refused(tmp_path: Path, said: list[Any], kind: str) -> None:
    key: Any = (
        ec.generate_private_key(ec.SECP256R1())
        if kind == "elliptic"
        else rsa.generate_private_key(65537, 1024 if kind == "short" else 2048)
    )
    certificate, file = Authority("AUTORIDAD PRUEBA").issue("X", key=key).write(tmp_path)
    if kind == "encrypted":
        how = BestAvailableEncryption(b"clave")
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how))
    with pytest.raises(CredentialUnreadable):
        signer_files(file, certificate)()
    expected = "TypeError" if kind == "encrypted" else "the key must be RSA of 2048 bits or more"
    assert said[0]["why"] == expected
