"""One person's data goes, everywhere but where the law needs it; no byte of it stays behind."""

import json
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from queue_server import privacy_command
from queue_server.__main__ import main
from queue_server.core import sqlite
from queue_server.core.problem import Problem
from queue_server.core.tables import events
from queue_server.issuance import tables as issuance
from queue_server.issuance.services import applications, tracking
from queue_server.payments import tables as money
from queue_server.payments.model.paid import CardPayment
from queue_server.payments.services.vouchers import voucher
from queue_server.privacy.deletion import ERASED
from tests.integration.privacy.conftest import Room
from tests.integration.privacy.people import (
    come,
    expired_charge,
    owed_claim,
    redeem,
    refused_voucher,
)
from tests.support.applied import KIOSK, Applied, Register
from tests.support.site import Site

CANARY, ANOTHER = "40100051", "40100052"


def lives_here(room: Room, number: str) -> Applied:
    """Somebody with something in every table; all of it is settled."""
    register = Register(room.database, kiosk=f"B{number[-2:]}")
    issued, left = register.apply(number, "issued"), register.apply(number, "refused")
    register.letter(issued)
    refused_voucher(room.database, register, left, number)
    expired_charge(room.database, left, f"code of {number}")
    redeem(room.database, owed_claim(room.database, left))
    come(room.database, number)
    return issued


def exported(site: Site, number: str) -> dict[str, Any]:
    return json.loads(site.command("person", "export", "--document", "01", number))


def delete(site: Site, number: str) -> str:
    return site.command("person", "delete", "--document", "01", number)


def of_canary(room: Room) -> list[bytes]:
    """Her sealed values as they stand, and she in the clear."""
    found = [CANARY.encode(), f"{CANARY}@example.com".encode(), b"code of " + CANARY.encode()]
    for context, sealed in room.sealed():
        if CANARY.encode() in room.database.vault.open(context, sealed):
            found.append(sealed[:48])
    return found


def left_in_files(site: Site, wanted: Iterable[bytes]) -> int:
    """How many of `wanted` stand somewhere in the files of the SQLite database."""
    files = [each.read_bytes() for each in site.folder.glob("ventanilla.db*")]
    return sum(any(each in file for file in files) for each in wanted)


def test_she_is_gone_and_another_is_not(room: Room) -> None:
    lives_here(room, CANARY)
    lives_here(room, ANOTHER)
    before = exported(room.site, CANARY)
    assert (len(before["applications"]), len(before["visits"])) == (2, 1)
    others = exported(room.site, ANOTHER)
    said = delete(room.site, CANARY)
    assert "2 applications, 1 visits, 1 vouchers, 1 wallet_charges, 1 claims, 1 replies" in said
    assert "because: " in said
    assert CANARY not in said
    after = exported(room.site, CANARY)
    assert (after["applications"], after["visits"]) == ([], [])
    assert exported(room.site, ANOTHER) | {"at": ""} == others | {"at": ""}
    opened = [room.database.vault.open(*each) for each in room.sealed()]
    assert not [each for each in opened if CANARY.encode() in each]


def test_her_books_stay_and_name_nobody(room: Room) -> None:
    issued = lives_here(room, CANARY)
    table = issuance.applications
    books = select(table.c.number, table.c.amount_centimos, table.c.state).order_by(table.c.number)
    before = room.rows(books)
    delete(room.site, CANARY)
    assert room.rows(books) == before
    found = room.database.run(lambda uow: tracking.track(uow, "PRUEBA", issued.number, CANARY[-4:]))
    assert found is None
    kept = select(issuance.certificates.c.pdf)
    assert room.rows(kept) == [(None,)]
    assert {row.state for row in room.rows(select(issuance.letters))} == {"withdrawn"}


@pytest.mark.parametrize("kind", ["sqlite"])
def test_it_is_recorded_without_the_document(room: Room) -> None:
    issued = lives_here(room, CANARY)
    delete(room.site, CANARY)
    ((body,),) = room.rows(select(events.c.body).where(events.c.kind == ERASED))
    assert issued.id in body["records"]["application"]
    assert len(body["records"]["visit"]) == 1
    everything = room.rows(select(events.c.body, events.c.key, events.c.actor))
    assert CANARY not in str(everything)


@pytest.mark.parametrize("kind", ["sqlite"])
def test_no_byte_of_her_is_left_in_the_files(room: Room) -> None:
    lives_here(room, CANARY)
    wanted = of_canary(room)
    assert len(wanted) >= 10
    assert left_in_files(room.site, wanted) >= 7, "before, her sealed values are found"
    delete(room.site, CANARY)
    assert left_in_files(room.site, wanted) == 0


@pytest.mark.negative_control
@pytest.mark.parametrize("kind", ["sqlite"])
def test_without_emptying_the_log_bytes_of_her_are_left(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    lives_here(room, CANARY)
    wanted = of_canary(room)
    monkeypatch.setattr(sqlite, "empty_log", lambda _engine: True)
    delete(room.site, CANARY)
    assert left_in_files(room.site, wanted) > 0


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_log_that_cannot_be_emptied_is_told(
    room: Room, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lives_here(room, CANARY)
    monkeypatch.setattr(privacy_command, "EMPTYING_S", 0.0)
    monkeypatch.setattr(sqlite, "empty_log", lambda _engine: False)
    words = ["person", "delete", "--document", "01", CANARY]
    code = main(["--config", str(room.site.folder / "server.toml"), *words])
    assert code == privacy_command.NOT_EMPTIED
    assert "still holds" in capsys.readouterr().out


@pytest.mark.parametrize("kind", ["sqlite"])
@pytest.mark.parametrize("open_thing", ["accepted", "under_review", "claim", "voucher", "young"])
def test_nothing_goes_while_something_of_her_is_open(room: Room, open_thing: str) -> None:
    lives_here(room, CANARY)
    register = Register(room.database)
    if open_thing in ("accepted", "under_review"):
        applied = register.apply(CANARY, open_thing)
    else:
        applied = register.apply(CANARY, "registered" if open_thing == "young" else "refused")
    code = ""
    if open_thing == "claim":
        code = owed_claim(room.database, applied)
    if open_thing == "voucher":
        register.voucher(applied, CANARY)
    before = room.sealed()
    with pytest.raises(AssertionError, match=applied.number):
        delete(room.site, CANARY)
    assert room.sealed() == before
    if code:
        redeem(room.database, code)
        delete(room.site, CANARY)
        assert exported(room.site, CANARY)["applications"] == []


def test_what_was_never_paid_goes_after_a_week_and_takes_no_payment_then(room: Room) -> None:
    """The command line goes by the real clock, so the row is made older instead."""
    applied = Register(room.database).apply(CANARY, "registered")
    table = issuance.applications
    old = room.clock.now() - timedelta(days=8)
    room.do(table.update().values(registered_at=old, changed_at=old))
    delete(room.site, CANARY)
    late = CardPayment(uuid4(), 3770, "T-1", "1", "rrn", "1", "4242", "PRUEBA", room.clock.now())
    with pytest.raises(Problem) as refused:
        room.database.run(lambda uow: applications.accept(uow, KIOSK, UUID(applied.id), late))
    assert refused.value.kind == "erased"


@pytest.mark.parametrize("kind", ["sqlite"])
def test_who_is_not_known_is_told_so(room: Room) -> None:
    with pytest.raises(AssertionError, match="nothing is held"):
        delete(room.site, CANARY)


def test_her_voucher_cannot_pay_again(room: Room) -> None:
    """What was applied stays held by its digest, though nobody can read it any more."""
    register = Register(room.database)
    applied = register.apply(CANARY, "issued")
    held = register.voucher(applied, CANARY)
    room.do(money.vouchers.update().values(state="applied"))
    delete(room.site, CANARY)
    told = room.database.read(lambda uow: voucher(uow, held))
    assert told.voucher.payer_number == ""
    with pytest.raises(Problem):
        register.voucher(register.apply(ANOTHER, "registered"), CANARY)
