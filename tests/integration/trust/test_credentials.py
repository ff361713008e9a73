"""A kiosk's credential renews itself, and what a person revokes is over within seconds."""

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import httpx
import pytest

from kiosk.pairing.keeper import TrustKeeper
from kiosk.queue_client import Away, Granted, QueueClient, Refused
from kiosk.trust import Trust
from queue_server.staff.api.cookies import DISPLAY
from queue_server.staff.services import credentials
from tests.support.site import Site
from tests.support.trust import Administrator, Newcomer, paired

Make = Callable[..., Newcomer]
REVOKED_WITHIN_S = 5.0


def opens(site: Site, trust: Trust, token: str) -> bool:
    """Whether the server takes this token."""
    client = QueueClient(site.url, token, authority=trust.authority)
    try:
        return isinstance(client.offer(), Granted)
    finally:
        client.close()


def test_a_token_is_renewed_after_half_its_life_and_the_old_one_dies(
    site: Site, admin: Administrator, newcomer: Make
) -> None:
    kiosk = paired(site, admin, newcomer, "K20")
    before = kiosk.trust
    assert before is not None
    kiosk.later(days=14).look()
    assert kiosk.trust == before, "it is too early"
    kiosk.later(days=16).look()
    after = kiosk.trust
    assert after is not None
    assert after.token != before.token
    assert after.next_token == ""
    assert (opens(site, after, before.token), opens(site, after, after.token)) == (False, True)
    assert isinstance(kiosk.client.offer(), Granted)


@pytest.mark.negative_control
def test_an_old_token_that_lives_on_is_noticed(
    site: Site, admin: Administrator, newcomer: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kiosk that never tells that it uses the new one."""
    kiosk = paired(site, admin, newcomer, "K21")
    before = kiosk.trust
    assert before is not None
    real = kiosk.client.post

    def post(path: str, body: dict[str, object]) -> object:
        return Away("lost") if path.endswith("settlements") else real(path, body)

    monkeypatch.setattr(kiosk.client, "post", post)
    kiosk.later(days=16).look()
    assert opens(site, before, before.token)


def test_a_renewal_whose_answer_is_lost_ends_with_the_same_token(
    site: Site, admin: Administrator, newcomer: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk = paired(site, admin, newcomer, "K22")
    real = kiosk.client.post
    with monkeypatch.context() as broken:

        def post(path: str, body: dict[str, object]) -> object:
            real(path, body)
            return Away("lost")

        broken.setattr(kiosk.client, "post", post)
        kiosk.later(days=16).look()
    waiting = kiosk.trust
    assert waiting is not None
    assert waiting.next_token
    assert opens(site, waiting, waiting.token), "until the next one is used, this one is good"
    kiosk.later(days=0).look()  # as after a restart
    assert kiosk.trust is not None
    assert kiosk.trust.token == waiting.next_token
    assert isinstance(kiosk.client.offer(), Granted)


def test_an_expired_token_opens_nothing_but_its_device_renews_it(
    site: Site, admin: Administrator, newcomer: Make
) -> None:
    kiosk = paired(site, admin, newcomer, "K23")
    with closing(sqlite3.connect(site.folder / "ventanilla.db")) as database:
        database.execute(
            "UPDATE credentials SET expires_at = '2020-01-01 00:00:00.000000' WHERE name = 'K23'"
        )
        database.commit()
    answer = kiosk.client.offer()
    assert isinstance(answer, Refused)
    assert answer.status == 401
    kiosk.look_until(lambda: isinstance(kiosk.client.offer(), Granted))


def test_a_renewal_that_the_device_did_not_sign_is_refused(
    site: Site, admin: Administrator, newcomer: Make
) -> None:
    first = paired(site, admin, newcomer, "K24").trust
    thief = paired(site, admin, newcomer, "K25")
    own = thief.trust
    assert first is not None
    assert own is not None
    thief.file.keep(replace(own, token=first.token))  # its token was stolen, its key was not
    thief.later(days=16).look()
    assert opens(site, first, first.token)
    assert thief.trust is not None
    stolen = thief.trust.next_token or thief.trust.token
    assert not opens(site, first, stolen) or stolen == first.token


def test_a_revoked_kiosk_is_shut_out_at_once_its_open_stream_too(
    site: Site, admin: Administrator, newcomer: Make
) -> None:
    kiosk = paired(site, admin, newcomer, "K26")
    trust = kiosk.trust
    assert trust is not None
    with Listener(site, {"Authorization": f"Bearer {trust.token}"}) as listener:
        assert admin.http.post("/api/v1/kiosks/K26/revoke").status_code == 204
        assert not opens(site, trust, trust.token)
        assert listener.ended(REVOKED_WITHIN_S), "it goes on listening"
    assert not isinstance(kiosk.client.offer(), Granted)
    kiosk.look_until(lambda: kiosk.shown)  # renewal is refused as well: it asks to be paired
    admin.type(kiosk.wait_shown(), "K26")
    kiosk.look_until(lambda: isinstance(kiosk.client.offer(), Granted))


def test_a_revoked_display_is_let_go_as_well(site: Site, admin: Administrator) -> None:
    cookie = site.display_cookie("sala-9")
    with Listener(site, {"Cookie": f"__Host-{DISPLAY.secure}={cookie}"}) as listener:
        assert admin.http.post("/api/v1/displays/sala-9/revoke").status_code == 204
        assert listener.ended(REVOKED_WITHIN_S), "it goes on listening"


@pytest.mark.negative_control
def test_a_listener_who_may_stay_is_not_let_go(
    site: Site, admin: Administrator, newcomer: Make
) -> None:
    kiosk, other = (paired(site, admin, newcomer, code) for code in ("K27", "K28"))
    assert kiosk.trust is not None
    with Listener(site, {"Authorization": f"Bearer {kiosk.trust.token}"}) as listener:
        assert admin.http.post(f"/api/v1/kiosks/{other.code}/revoke").status_code == 204
        assert not listener.ended(1.0)


def test_the_server_at_another_address_is_found_by_its_authority(
    site: Site, admin: Administrator, newcomer: Make
) -> None:
    """The kiosk's noted address leads nowhere any more; the LAN shows a stranger and ours."""
    kiosk = paired(site, admin, newcomer, "K29")
    trust = kiosk.trust
    assert trust is not None
    kiosk.file.keep(replace(trust, url="https://127.0.0.1:1"))
    kiosk.client.talk_to("https://127.0.0.1:1", trust.token, trust.authority)
    ahead = TrustKeeper(
        kiosk.file,
        kiosk.file.read(),
        kiosk.client,
        kiosk.desk,
        kiosk.finder,
        monotonic=lambda: time.monotonic() + 60,
    )
    kiosk.client._answered_at -= 60
    ahead.look()
    ahead.close()
    assert kiosk.trust is not None
    assert kiosk.trust.url == site.url
    assert isinstance(kiosk.client.offer(), Granted)


def test_a_secret_is_never_written_down_on_the_server(
    site: Site, admin: Administrator, newcomer: Make
) -> None:
    kiosk = paired(site, admin, newcomer, "K30")
    assert kiosk.trust is not None
    secret = kiosk.trust.token.partition(".")[2].encode()
    files = [each for each in site.folder.rglob("*") if each.is_file()]
    assert len(files) > 5
    assert not [each.name for each in files if secret in each.read_bytes()]
    assert credentials.new_token().secret not in kiosk.trust.token


class Listener:
    """Reads a site's feed until it ends."""

    def __init__(self, site: Site, headers: dict[str, str]) -> None:
        self._http = httpx.Client(
            base_url=site.url, verify=site.verify, trust_env=False, timeout=30, headers=headers
        )
        self._began, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> "Listener":
        self._thread.start()
        assert self._began.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def ended(self, within_s: float) -> bool:
        """Whether the server ended it in time."""
        return self._over.wait(within_s)

    def _listen(self) -> None:
        try:
            with self._http.stream("GET", "/api/v1/feed") as response:
                assert response.status_code == 200, response.read()
                for _ in response.iter_bytes():
                    self._began.set()
            self._over.set()
        except httpx.HTTPError:
            return
