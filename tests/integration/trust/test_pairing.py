"""A kiosk is let in when a person types the code it shows, and in no other way."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta

import httpx
import pytest

from kiosk.queue_client import Granted
from queue_server.core.problem import Problem
from queue_server.fleet.pairing.api import ASKED_AT_ONCE, ASKED_FORGIVEN_S, AskingRate
from queue_server.staff.model import Role
from queue_server.staff.services.credentials import create_credential
from tests.support.site import OPERATOR, Site
from tests.support.trust import Administrator, Newcomer, another, paired

Make = Callable[..., Newcomer]


def test_a_kiosk_is_paired_by_the_code_it_shows(
    site: Site, admin: Administrator, newcomer: Make
) -> None:
    kiosk = newcomer(site.url)
    code = kiosk.wait_shown()
    assert len(code) == 8
    (row,) = admin.rows()
    assert (row["state"], row["address"], row["known"]) == ("waiting", "127.0.0.1", False)
    assert admin.type(code).status_code == 204
    kiosk.look_until(lambda: kiosk.trust)
    assert kiosk.shown is None
    assert isinstance(kiosk.client.offer(), Granted)
    assert kiosk.file.path.stat().st_mode & 0o777 == 0o600
    assert admin.rows()[-1]["state"] == "paired"
    database = site.database()
    kept = database.read(
        lambda uow: uow.connection.exec_driver_sql(
            "SELECT secret_hash, device_key FROM credentials WHERE name = 'K01'"
        ).one()
    )
    database.close()
    assert kiosk.trust is not None
    assert kiosk.trust.token.partition(".")[2].encode() not in bytes(kept.secret_hash)
    assert len(kept.device_key) == 32


def test_pairing_again_says_so_and_shuts_the_old_credential_out(
    site: Site, admin: Administrator, newcomer: Make
) -> None:
    first = paired(site, admin, newcomer, "K02")
    second = newcomer(site.url, code="K02")
    code = second.wait_shown()
    assert admin.rows("K02")[-1]["known"] is True
    admin.type(code, "K02")
    second.look_until(lambda: second.trust)
    assert isinstance(second.client.offer(), Granted)
    assert not isinstance(first.client.offer(), Granted)
    assert first.client.turned_away


def test_five_wrong_codes_end_it_and_another_code_is_shown(
    site: Site, admin: Administrator, newcomer: Make
) -> None:
    kiosk = newcomer(site.url, code="K03")
    code = kiosk.wait_shown()
    for _ in range(5):
        assert admin.type(another(code), "K03").status_code == 204
        before = admin.rows("K03")[-1]["tries_left"]
        kiosk.look_until(lambda left=before: admin.rows("K03")[-1]["tries_left"] != left)
    assert admin.rows("K03")[-1]["state"] == "closed"
    assert admin.type(code, "K03").status_code == 404
    kiosk.look_until(lambda: kiosk.shown and kiosk.digits != code)
    assert kiosk.trust is None


def test_a_wrong_code_and_then_the_right_one_pairs(
    site: Site, admin: Administrator, newcomer: Make
) -> None:
    kiosk = newcomer(site.url, code="K04")
    code = kiosk.wait_shown()
    admin.type(another(code), "K04")
    kiosk.look_until(lambda: admin.rows("K04")[-1]["tries_left"] == 4)
    admin.type(code, "K04")
    kiosk.look_until(lambda: kiosk.trust)
    assert isinstance(kiosk.client.offer(), Granted)


def test_only_administrators_and_it_may_type_a_code(site: Site, newcomer: Make) -> None:
    kiosk = newcomer(site.url, code="K05")
    kiosk.wait_shown()
    supervisor = site.staff("sup", "supervisor").http
    assert supervisor.get("/api/v1/pairings").status_code == 403
    typed = supervisor.post(f"/api/v1/pairings/{'0' * 32}/code", json={"code": "12345678"})
    assert typed.status_code == 403
    assert supervisor.post("/api/v1/kiosks/K05/revoke").status_code == 403


def test_a_development_token_opens_nothing_over_tls(site: Site) -> None:
    database = site.database()
    token = database.run(lambda uow: create_credential(uow, OPERATOR, Role.KIOSK, "K06"))
    database.close()
    answer = httpx.get(
        f"{site.url}/api/v1/offer",
        headers={"Authorization": f"Bearer {token}"},
        verify=site.verify,
        trust_env=False,
    )
    assert (answer.status_code, answer.json()["title"]) == (401, "unknown_device")


def test_a_flood_of_pairings_is_bounded(site: Site) -> None:
    """One address opens three; what is refused says when to come back."""
    line = httpx.HTTPTransport(verify=site.verify, local_address="127.0.4.1")
    with httpx.Client(transport=line, base_url=site.url) as stranger:
        answers = [
            stranger.post(
                "/api/v1/pairings",
                json={"kiosk": f"X{number}", "device_key": "00" * 32, "message": "41" * 33},
            )
            for number in range(20)
        ]
    assert {each.status_code for each in answers} <= {201, 429}
    assert sum(each.status_code == 201 for each in answers) == 3
    assert answers[-1].json()["retry_after_s"] > 0


def test_a_site_has_twenty_open_pairings_whoever_asks(site: Site) -> None:
    answers = []
    for number in range(25):
        line = httpx.HTTPTransport(verify=site.verify, local_address=f"127.0.3.{number + 1}")
        with httpx.Client(transport=line, base_url=site.url) as stranger:
            asked = {"kiosk": f"Y{number}", "device_key": "00" * 32, "message": "41" * 33}
            answers.append(stranger.post("/api/v1/pairings", json=asked))
    assert [each.status_code for each in answers] == [201] * 20 + [429] * 5


def test_a_code_is_good_for_ten_minutes(site: Site, admin: Administrator, newcomer: Make) -> None:
    kiosk = newcomer(site.url, code="K07")
    code = kiosk.wait_shown()
    row = admin.rows("K07")[-1]
    lasts = datetime.fromisoformat(str(row["expires_at"])) - datetime.fromisoformat(
        str(row["created_at"])
    )
    assert lasts == timedelta(minutes=10)
    with closing(sqlite3.connect(site.folder / "ventanilla.db", timeout=10)) as database:
        database.execute("UPDATE pairings SET expires_at = '2020-01-01 00:00:00.000000'")
        database.commit()
    typed = admin.http.post(f"/api/v1/pairings/{row['id']}/code", json={"code": code})
    assert typed.status_code == 404
    assert admin.rows("K07") == []


def test_one_address_may_begin_so_many_and_then_a_few_a_minute() -> None:
    now = [0.0]
    rate = AskingRate(lambda: now[0])
    for _ in range(ASKED_AT_ONCE):
        rate.admit("192.0.2.7")
    with pytest.raises(Problem) as refused:
        rate.admit("192.0.2.7")
    assert refused.value.extra["retry_after_s"] == ASKED_FORGIVEN_S
    rate.admit("192.0.2.8")
    now[0] = ASKED_FORGIVEN_S
    rate.admit("192.0.2.7")
