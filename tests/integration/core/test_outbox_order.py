"""What is carried out first: each application in its order, people at a kiosk before the rest."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import literal_column, text, update

from queue_server.core import outbox
from queue_server.core.db import Database
from queue_server.core.outbox import Errand
from queue_server.core.problem import Problem
from queue_server.core.tables import outbox as rows
from queue_server.core.unit_of_work import UnitOfWork
from tests.integration.core.conftest import ACTOR, Open

SITE = ACTOR.site


def leave(database: Database, kind: str, subject: str, **how: Any) -> None:
    database.run(lambda uow: outbox.post(uow, SITE, kind, subject, **how))


def take(database: Database, **how: Any) -> Errand | None:
    return database.run(lambda uow: outbox.claim(uow, **how))


def taken(database: Database, **how: Any) -> list[str]:
    """What is claimed until nothing is left to claim, in that order."""
    found: list[str] = []
    while (errand := take(database, **how)) is not None:
        found.append(f"{errand.kind} {errand.subject}")
    return found


def in_order(database: Database) -> list[str]:
    """What is carried out, one after the other, each done before the next is claimed."""
    found: list[str] = []
    while (errand := take(database)) is not None:
        found.append(f"{errand.kind} {errand.subject}")
        database.run(lambda uow, errand=errand: outbox.done(uow, errand))
    return found


def of_long_ago(database: Database, subject: str) -> None:
    """An errand that was left while the centre was away."""
    ago = timedelta(minutes=10)
    database.run(
        lambda uow: uow.connection.execute(
            update(rows)
            .where(rows.c.subject == subject)
            .values(created_at=uow.now - ago, not_before=uow.now - ago)
        )
    )


def test_an_application_keeps_its_order_and_others_do_not_wait_for_it(database: Database) -> None:
    for kind in ("voucher", "request", "fetch"):
        leave(database, kind, "a")
    leave(database, "request", "b")
    assert taken(database) == ["voucher a", "request b"]


def test_the_next_of_a_chain_comes_when_the_one_before_is_done(database: Database) -> None:
    for kind in ("voucher", "request", "fetch"):
        leave(database, kind, "a")
    assert in_order(database) == ["voucher a", "request a", "fetch a"]


def test_a_parked_errand_holds_nothing_up(database: Database) -> None:
    leave(database, "mail", "letter-1", chain="letters of a")
    leave(database, "mail", "letter-2", chain="letters of a")
    first = take(database)
    assert first is not None
    assert database.run(lambda uow: outbox.stumbled(uow, first, "odd", 0.0, park_after=1))
    assert taken(database) == ["mail letter-2"]


@pytest.mark.negative_control
def test_without_the_chain_the_later_one_would_overtake(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox._claiming.cache_clear()
    monkeypatch.setattr(outbox, "_EARLIER_OPEN", literal_column("1 = 0"))
    for kind in ("voucher", "request"):
        leave(database, kind, "a")
    assert taken(database) == ["voucher a", "request a"]
    outbox._claiming.cache_clear()


def test_who_stands_at_a_kiosk_goes_before_what_piled_up(database: Database) -> None:
    for subject in ("old-1", "old-2"):
        leave(database, "request", subject)
        of_long_ago(database, subject)
    leave(database, "follow_review", "later", live=False)
    leave(database, "request", "new")
    assert taken(database) == [
        "request new",
        "request old-1",
        "request old-2",
        "follow_review later",
    ]


def test_one_relay_sees_to_what_piled_up_however_many_arrive(database: Database) -> None:
    leave(database, "request", "old")
    of_long_ago(database, "old")
    leave(database, "request", "new")
    oldest = take(database, oldest_first=True)
    assert oldest is not None
    assert oldest.subject == "old"


def test_while_the_centre_is_away_letters_go_on_and_nothing_else_is_touched(
    database: Database,
) -> None:
    leave(database, "request", "a")
    leave(database, "mail", "letter")
    assert taken(database, without=("request",)) == ["mail letter"]
    errand = take(database)
    assert errand is not None
    assert errand.attempts == 1


def test_stumbles_are_counted_apart_and_then_a_person_must_look(database: Database) -> None:
    leave(database, "request", "a")
    for _ in range(7):
        errand = take(database)
        assert errand is not None
        database.run(lambda uow, errand=errand: outbox.put_off(uow, errand, "no_connection", 0.0))
    parked = []
    for _ in range(3):
        errand = take(database)
        assert errand is not None
        parked.append(
            database.run(lambda uow, errand=errand: outbox.stumbled(uow, errand, "odd", 0.0, 3))
        )
    assert parked == [False, False, True]
    (shown,) = database.read(lambda uow: outbox.parked(uow, SITE))
    assert (shown.kind, shown.subject, shown.reason) == ("request", "a", "odd")
    assert database.read(lambda uow: outbox.backlog(uow, SITE)).parked == 1


def test_a_parked_errand_is_taken_up_again_once(database: Database) -> None:
    leave(database, "request", "a")
    errand = take(database)
    assert errand is not None
    database.run(lambda uow: outbox.stumbled(uow, errand, "odd", 60.0, 1))
    assert take(database) is None
    database.run(lambda uow: outbox.take_up(uow, ACTOR, errand.id))
    with pytest.raises(Problem) as refused:
        database.run(lambda uow: outbox.take_up(uow, ACTOR, errand.id))
    assert refused.value.status == 404
    assert take(database) is not None


def test_what_is_for_later_does_not_make_the_backlog_old(database: Database) -> None:
    def later(uow: UnitOfWork) -> None:
        outbox.post(uow, SITE, "follow_review", "a", uow.now + timedelta(minutes=1))

    database.run(later)
    assert database.read(lambda uow: outbox.backlog(uow, SITE)).waiting == 0
    leave(database, "request", "b")
    backlog = database.read(lambda uow: outbox.backlog(uow, SITE))
    assert backlog.waiting == 1
    assert backlog.oldest is not None


def test_two_processes_never_take_the_same_errand(opened: Open) -> None:
    one, other = opened(), opened()
    for number in range(20):
        leave(one, "request", f"a{number}")
    found: list[str] = []
    for _ in range(10):
        for database in (one, other):
            errand = take(database)
            assert errand is not None
            found.append(errand.subject)
    assert len(set(found)) == 20


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_claim_looks_at_what_is_due_only(database: Database, kind: str) -> None:
    """However much was done before: each part of the question goes by a partial index."""
    plans = database.read(lambda uow: [_plan(uow, head) for head in _heads(uow)])
    assert [_index(plan) for plan in plans] == ["ix_outbox_live", "ix_outbox_due"]
    assert all("ix_outbox_chain" in plan for plan in plans)


@pytest.mark.negative_control
@pytest.mark.parametrize("kind", ["sqlite"])
def test_with_a_bound_state_the_partial_index_is_of_no_use(
    database: Database, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound = (rows.c.state == "waiting") | (rows.c.state == "claimed")
    monkeypatch.setattr(outbox, "_OPEN", bound)
    plans = database.read(lambda uow: [_plan(uow, head) for head in _heads(uow)])
    assert _index(plans[1]) != "ix_outbox_due"


def _heads(uow: UnitOfWork) -> list[Any]:
    return [outbox._live().limit(1), outbox._longest_due().limit(1)]


def _plan(uow: UnitOfWork, head: Any) -> str:
    compiled = head.compile(uow.connection, compile_kwargs={"render_postcompile": True})
    words = dict.fromkeys(compiled.params, "2026-01-01")
    answer = uow.connection.execute(text(f"EXPLAIN QUERY PLAN {_named(compiled)}"), words)
    return "\n".join(str(row) for row in answer)


def _named(compiled: Any) -> str:
    """The statement with its parameters by name, as `text` wants them."""
    statement = str(compiled)
    for name in compiled.positiontup or ():
        statement = statement.replace("?", f":{name}", 1)
    return statement


def _index(plan: str) -> str:
    """The index the outer question goes by."""
    first = next(line for line in plan.splitlines() if "outbox" in line and "earlier" not in line)
    return first.partition("USING INDEX ")[2].partition(" ")[0].partition("'")[0] or first
