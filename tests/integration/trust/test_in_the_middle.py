"""Who relays every byte between kiosk and server gains nothing, and hears no credential."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

import kiosk.pairing.attempt as attempt_module
import kiosk.queue_client as client_module
from kiosk.pairing.exchange import Exchange, Seen
from kiosk.queue_client import Away, Granted
from kiosk.trust import unverified
from queue_server.core.tls import TlsFiles, served
from tests.support.site import Site
from tests.support.trust import Administrator, Middle, Newcomer, paired

Make = Callable[..., Newcomer]
TRIES = 5


@pytest.fixture
def middle(site: Site, tmp_path: Path) -> Iterator[Middle]:
    made = Middle(tmp_path / "stranger", site.port)
    yield made
    made.close()


def relay(count: int, middle: Middle, admin: Administrator, newcomer: Make, first: int) -> int:
    """So many kiosks ask through the middle, and each code is typed as it is shown, until the
    server lets go. How many were paired."""
    let_in = 0
    for number in range(first, first + count):
        code = f"M{number:03}"
        kiosk = newcomer(middle.url, code=code)
        shown = kiosk.wait_shown()
        for _ in range(TRIES):
            left = admin.rows(code)[-1]["tries_left"]
            assert admin.type(shown, code).status_code == 204
            kiosk.look_until(
                lambda code=code, left=left, kiosk=kiosk: (
                    kiosk.trust or admin.rows(code)[-1]["tries_left"] != left
                )
            )
            if kiosk.trust:
                break
        let_in += kiosk.trust is not None
        assert kiosk.trust or admin.rows(code)[-1]["state"] == "closed"
        kiosk.close()
    return let_in


def test_relayed_pairings_come_to_nothing(
    middle: Middle, admin: Administrator, newcomer: Make
) -> None:
    assert relay(3, middle, admin, newcomer, 0) == 0
    assert (middle.asked(), middle.confirmations_heard(), middle.credentials_heard()) == (3, 0, 0)


@pytest.mark.thorough
@pytest.mark.timeout(900)
def test_a_hundred_relayed_pairings_come_to_nothing(
    middle: Middle, admin: Administrator, newcomer: Make
) -> None:
    assert relay(100, middle, admin, newcomer, 100) == 0
    assert (middle.asked(), middle.confirmations_heard(), middle.credentials_heard()) == (100, 0, 0)


@pytest.mark.negative_control
def test_a_transcript_without_the_certificate_is_caught(
    site: Site,
    middle: Middle,
    admin: Administrator,
    newcomer: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A kiosk that does not bind what it saw in TLS: as if the certificate stood nowhere."""
    real = served(TlsFiles(site.folder / "tls")).public_bytes(Encoding.DER)

    class Unbound(Exchange):
        def _transcript(self, seen: Seen, message: bytes) -> bytes:
            self._seen = Seen(seen.site, seen.authority, real)
            return super()._transcript(self._seen, message)

    monkeypatch.setattr(attempt_module, "Exchange", Unbound)
    assert relay(1, middle, admin, newcomer, 900) == 1, "the relay would have been noticed"
    assert middle.confirmations_heard() == 1


@pytest.mark.negative_control
def test_a_kiosk_that_does_not_check_the_confirmation_is_caught(
    middle: Middle, admin: Administrator, newcomer: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gullible(Exchange):
        def _fits(self, expected: bytes, confirmation: bytes) -> bool:
            return True

    monkeypatch.setattr(attempt_module, "Exchange", Gullible)
    kiosk = newcomer(middle.url, code="M950")
    admin.type(kiosk.wait_shown(), "M950")
    kiosk.look_until(lambda: admin.rows("M950")[-1]["tries_left"] != TRIES)
    assert middle.confirmations_heard() >= 1, "it would have sent nothing"
    assert kiosk.trust is None, "the server looks as well"


def test_a_paired_kiosk_shows_its_credential_to_nobody_else(
    site: Site, middle: Middle, admin: Administrator, newcomer: Make
) -> None:
    kiosk = paired(site, admin, newcomer, "K10")
    assert show(kiosk, middle) == (Away("TransportError"), 0)
    assert isinstance(kiosk.client.offer(), Away)


@pytest.mark.negative_control
def test_a_client_that_does_not_pin_is_caught(
    site: Site,
    middle: Middle,
    admin: Administrator,
    newcomer: Make,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kiosk = paired(site, admin, newcomer, "K11")
    monkeypatch.setattr(client_module, "pinned", lambda _: unverified())
    answer, heard = show(kiosk, middle)
    assert isinstance(answer, Granted)
    assert heard == 1


def show(kiosk: Newcomer, middle: Middle) -> tuple[object, int]:
    """Lead the kiosk to the middle; its answer, and how many credentials were heard there."""
    trust = kiosk.trust
    assert trust is not None
    kiosk.client.talk_to(middle.url, trust.token, trust.authority)
    return kiosk.client.offer(), middle.credentials_heard()
