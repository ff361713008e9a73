"""Who may order what, over HTTP: roles, a fresh proof, one key, and sentences for what is wrong."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from queue_server.core.clock import SystemClock
from queue_server.staff import tables as staff_tables
from tests.support.ordering import PATH, Orders, let_in
from tests.support.site import Site, running_site
from tests.support.trust import Administrator

CODE = "K31"


@pytest.fixture(scope="module", autouse=True)
def _one_kiosk(site: Site, admin: Administrator, tmp_path_factory: pytest.TempPathFactory) -> None:
    let_in(site, admin, tmp_path_factory.mktemp("orders"), CODE)


@pytest.mark.parametrize("role", ["counter", "supervisor", "cashier", "auditor"])
def test_others_see_and_do_not_order(site: Site, role: str) -> None:
    staff = Orders(site.staff(f"no-{role}", role).http)
    assert staff.order(CODE, "restart").status_code == 403
    assert staff.http.get(PATH).status_code == 200
    assert staff.http.get(f"{PATH}/{uuid4()}/bundle").status_code == 403


def test_an_administrator_orders_and_the_same_key_is_one_order(admin: Administrator) -> None:
    orders, key = Orders(admin.http), {"Idempotency-Key": str(uuid4())}
    path = f"/api/v1/kiosks/{CODE}/actions"
    answers = [orders.http.post(path, json={"kind": "restart"}, headers=key) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert orders.order(CODE, "restart").json()["title"] == "action_open"


def test_whoever_proved_it_long_ago_proves_it_again(site: Site) -> None:
    person = site.staff("vieja", "it")
    database = site.database()
    long_ago = SystemClock().now().replace(year=2025)
    sessions = staff_tables.sessions
    database.run(
        lambda uow: uow.connection.execute(
            update(sessions).where(sessions.c.account == "vieja").values(proven_at=long_ago)
        )
    )
    database.close()
    answer = Orders(person.http).order(CODE, "restart")
    assert (answer.status_code, answer.json()["title"]) == (403, "prove_again")


@pytest.mark.parametrize(
    ("kind", "more", "status", "words"),
    [
        ("out_of_service", {}, 422, "por qué"),
        ("restart", {"reason": "repair"}, 422, "por qué"),
        ("restart", {"device": "printer"}, 422, "dispositivo"),
        ("configure", {}, 422, "qué cambiar"),
        ("configure", {"changes": {"server.url": "x"}}, 422, "no se cambia a distancia"),
        ("configure", {"changes": {"offline.numbers": 51}}, 422, "de 0 a 50"),
        ("configure", {"changes": {"places.cash": "a\nb"}}, 422, "una línea"),
        ("explode", {}, 422, ""),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    it: Orders, kind: str, more: dict[str, Any], status: int, words: str
) -> None:
    answer = it.order(CODE, kind, **more)
    assert answer.status_code == status
    assert words in answer.json()["detail"]


def test_nobody_orders_of_a_kiosk_that_is_not_paired(it: Orders) -> None:
    assert it.order("Z99", "restart").json()["title"] == "unknown_kiosk"


def test_a_server_without_tls_has_nothing_to_sign_with(tmp_path: Path) -> None:
    with running_site(tmp_path) as plain:
        plain.kiosk("A01")
        answer = Orders(plain.staff("rosa", "it").http).order("A01", "restart")
        assert (answer.status_code, answer.json()["title"]) == (409, "no_tls")
