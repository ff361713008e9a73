"""A kiosk tells a restored server what it still knows of the time that was lost."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.fernet import Fernet

from kiosk.claim_code import RANDOM_BYTES, claim_code
from kiosk.flow.facts import Ticket
from kiosk.journal import Journal
from kiosk.journal.claims import Claim, ClaimReason
from kiosk.order import Means, OrderState
from kiosk.queue_client import QueueClient
from kiosk.retelling import Retelling
from kiosk.staff.kept import KeptFile
from kiosk.telling import Telling
from tests.integration.backup.copies import (
    Seen,
    lose_the_database,
    make_backup,
    rows,
    serve_again,
)
from tests.integration.offline_turns.room import (
    Placed,
    alone,
    eventually_waiting,
    kiosk,
    ready,
    switch_off,
    switch_on,
    tickets,
    together,
    turn,
    waiting,
)
from tests.support.centre import eventually
from tests.support.kiosk import Bench, switched_on
from tests.support.site import Site, running_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running_site(tmp_path / "site") as running:
        yield running


def test_nobody_who_holds_a_number_is_lost_and_no_number_is_given_twice(
    site: Site, tmp_path: Path
) -> None:
    """The copy is older than all that this kiosk ever gave out, its block of numbers included."""
    bench = Placed(tmp_path / "kiosk", site, "A01")
    file = make_backup(site)
    with switched_on(bench):
        ready(bench)
        given = [turn(bench)]
        lose_the_database(site)
        alone(bench)
        given.append(turn(bench))
        site.command("restore", str(file))
        serve_again(site)
        together(bench)
        all_of_them_wait(site, given)
        given.append(turn(bench))
        all_of_them_wait(site, given)
    assert "sound" in site.command("audit", "verify")


def all_of_them_wait(site: Site, given: list[Ticket]) -> None:
    """Everybody stands in line, and no two with one number."""
    labels = sorted(each.number for each in given)
    assert len(set(labels)) == len(labels)
    eventually(lambda: sorted(waiting(site)) == labels, 12)


def a_morning(site: Site, bench: Bench, copies: list[Path]) -> list[Ticket]:
    """Turns with and without server, and in between a backup; then the server's disk is gone."""
    given = [turn(bench)]
    copies.append(make_backup(site))
    given.append(turn(bench))
    switch_off(site)
    alone(bench)
    given += [turn(bench), turn(bench)]
    switch_on(site)
    together(bench)
    given.append(turn(bench))
    lose_the_database(site)
    alone(bench)
    given.append(turn(bench))
    return given


@pytest.mark.thorough
def test_a_morning_with_a_server_that_comes_and_goes_loses_nobody(
    site: Site, tmp_path: Path
) -> None:
    copies: list[Path] = []
    with kiosk(site, tmp_path / "kiosk", "A01") as bench:
        given = a_morning(site, bench, copies)
        site.command("restore", str(copies[0]))
        serve_again(site)
        together(bench)
        all_of_them_wait(site, given)
        ready(bench)
        given.append(turn(bench))
        all_of_them_wait(site, given)


@pytest.mark.thorough
@pytest.mark.negative_control
def test_a_kiosk_that_never_asks_leaves_people_out(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Retelling, "look", lambda _: None)
    copies: list[Path] = []
    with kiosk(site, tmp_path / "kiosk", "A01") as bench:
        given = a_morning(site, bench, copies)
        site.command("restore", str(copies[0]))
        serve_again(site)
        together(bench)
        turn(bench)
        known = {row.label for row in tickets(site)}
    assert {each.number for each in given} - known


def test_a_payment_that_the_copy_lacks_stands_on_the_list_of_what_is_to_be_resolved(
    site: Site, tmp_path: Path
) -> None:
    token = site.command("add-kiosk", "A01")
    file = make_backup(site)
    with closing(Journal(tmp_path / "journal.db", Fernet.generate_key())) as journal:
        paid = accepted_payment(journal)
        owed = claim_of(journal)
        lose_the_database(site)
        site.command("restore", str(file))
        serve_again(site)
        client = QueueClient(site.url, token)
        retelling = Retelling(journal, client, KeptFile(tmp_path / "restoration.json"))
        for _ in range(2):  # the second time there is nothing more to say
            retelling.look()
            Telling(journal, client).look()
        assert journal.outgoing.count() == 0
        client.close()
    staff = site.staff("rosa", "supervisor")
    found = rows(site, "SELECT payment, ended, why, amount_centimos FROM doubts")
    assert rows(site, "SELECT id, amount_centimos FROM claims") == [(str(owed), 500)]
    assert found == [(str(paid), "charged", "server_restored", 3770)]
    assert staff.http.get("/resolve").status_code == 200


def accepted_payment(journal: Journal) -> UUID:
    """An order whose payment the server had acknowledged before it was lost."""
    application, payment = uuid4(), uuid4()
    journal.orders.counter(application)
    journal.orders.register(application, uuid4(), 3770)
    journal.orders.begin(application, Means.CARD, payment)
    journal.orders.step(application, OrderState.PAID, {"rrn": "000000000001"})
    journal.orders.step(application, OrderState.ACCEPTED)
    return payment


def claim_of(journal: Journal) -> UUID:
    """Somebody holds a slip, and the server had heard of it."""
    code = claim_code(bytes(range(RANDOM_BYTES)))
    reason = ClaimReason.CHANGE_NOT_GIVEN
    claim = Claim(uuid4(), code, uuid4(), uuid4(), Means.CASH, 500, reason, proven=True)
    return journal.claims.make(claim).id


def test_only_what_was_lost_is_taken_back(site: Site, tmp_path: Path) -> None:
    client = site.kiosk("A01")
    Seen().turns(client, 2)
    file = make_backup(site)
    lose_the_database(site)
    site.command("restore", str(file))
    serve_again(site)
    newest = client.http.get("/api/v1/restorations").json()
    now = datetime.now(UTC).isoformat()
    turns = [
        {"id": str(uuid4()), "number": "I-001", "at": now},  # it has that one
        {"id": str(uuid4()), "number": "I-2001", "at": now},  # never given before the restore
        {"id": str(uuid4()), "number": "I-005", "at": "2026-01-02T15:00:00+00:00"},
        {"id": str(uuid4()), "number": "I-007", "at": now},
    ]
    assert told(client.http, newest["event"], turns).json() == {"blocks": 0, "turns": 1}
    assert told(client.http, newest["event"], turns).json() == {"blocks": 0, "turns": 0}
    assert told(client.http, 1, turns).status_code == 409
    eventually_waiting(site, "I-001", "I-002", "I-007")


def told(http: httpx.Client, event: int, turns: list[dict[str, str]]) -> httpx.Response:
    path = f"/api/v1/restorations/{event}/remembered"
    return http.post(path, json={"turns": turns}, headers={"Idempotency-Key": str(uuid4())})


def test_a_server_that_was_never_restored_says_so(site: Site) -> None:
    answer = site.kiosk("A01").http.get("/api/v1/restorations")
    assert answer.json() == {"event": 0, "made_at": None}
