"""The book of numbers: given once, on their day, and known to nobody longer than needed."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from kiosk.journal import EffectState, Journal, load_key
from kiosk.journal.block import Block
from kiosk.journal.blocks import PRINTING_ENDS, PaperState

LIMA = timezone(timedelta(hours=-5))
MORNING = datetime(2026, 3, 4, 9, 0, tzinfo=LIMA)
MIDNIGHT = datetime(2026, 3, 5, 0, 0, tzinfo=LIMA)
BLOCK = Block(
    id="b-1",
    service="information",
    series="I",
    day=date(2026, 3, 4),
    first=7,
    last=9,
    reserved_at=MORNING,
    expires_at=MIDNIGHT,
    windows=((MORNING - timedelta(hours=9), MIDNIGHT),),
    service_name="Información",
    site_name="Prueba",
    slips={"general": [{"style": "number", "text": "{number}"}]},
)
SOMEBODY = {"type": "01", "number": "49500017", "birth_date": "1980-01-01"}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return reopened(tmp_path)


def reopened(folder: Path) -> Journal:
    """The journal as the next life finds it."""
    return Journal(folder / "j.db", load_key(folder / "key"))


def with_block(journal: Journal, block: Block = BLOCK) -> Journal:
    journal.blocks.answered(block.service, block)
    return journal


def take(journal: Journal, at: datetime = MORNING, **words: object) -> int | None:
    """The number somebody is given; None when there is none."""
    taken = journal.blocks.take(uuid4(), "information", "general", None, at, **words)  # type: ignore[arg-type]
    return taken and taken[1]


def test_numbers_are_given_in_order_until_none_is_left(journal: Journal) -> None:
    with_block(journal)
    with_block(journal, replace(BLOCK, id="b-2", first=40, last=40))
    assert [take(journal) for _ in range(5)] == [7, 8, 9, 40, None]


def test_a_number_is_spent_also_when_the_process_is_gone_at_once(tmp_path: Path) -> None:
    assert take(with_block(reopened(tmp_path))) == 7
    assert take(reopened(tmp_path)) == 8


def test_the_same_person_is_not_given_a_second_number(journal: Journal) -> None:
    with_block(journal)
    person = uuid4()
    assert journal.blocks.take(person, "information", "general", None, MORNING) is not None
    assert journal.blocks.take(person, "information", "general", None, MORNING) is None
    assert take(journal) == 8


@pytest.mark.parametrize(
    ("at", "number"),
    [
        (MIDNIGHT - timedelta(seconds=1), 7),
        (MIDNIGHT, None),
        (MORNING - timedelta(minutes=9), 7),  # a clock that is a little slow
        (MORNING - timedelta(minutes=11), None),  # one that was set back
        (MORNING + timedelta(days=1), None),
    ],
)
def test_a_number_belongs_to_one_day(journal: Journal, at: datetime, number: int | None) -> None:
    assert take(with_block(journal), at.astimezone(UTC)) == number


def test_out_of_hours_no_number_is_given_and_none_is_lost(journal: Journal) -> None:
    noon, later = MORNING + timedelta(hours=3), MORNING + timedelta(hours=5)
    with_block(journal, replace(BLOCK, windows=((MORNING, noon), (later, MIDNIGHT))))
    assert [take(journal, at) for at in (noon, later)] == [None, 7]
    assert [left for _, left in journal.blocks.left(noon)] == [2], "nothing to reserve again"


def test_the_database_refuses_a_number_twice(journal: Journal) -> None:
    with_block(journal)
    take(journal)
    with closing(sqlite3.connect(journal.file.path)) as db:
        copied = "SELECT 'x', block, series, day, number, attention_class, given_at"
        with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
            db.execute(
                "INSERT INTO given_numbers (ticket, block, series, day, number, attention_class,"
                f" given_at) {copied} FROM given_numbers"
            )


def test_an_open_request_keeps_its_key_until_it_is_answered(tmp_path: Path) -> None:
    first = reopened(tmp_path).blocks.request("information", 20)
    book = reopened(tmp_path).blocks
    assert book.request("information", 50) == first
    book.answered("information", BLOCK)
    assert book.request("information", 50)[0] != first[0]


def told_of(journal: Journal, at: datetime = MORNING) -> list[int]:
    """The numbers the server must hear of."""
    return [each.number for each in journal.blocks.to_merge(at)]


def printed(journal: Journal, state: PaperState) -> UUID:
    """Somebody was given a number, and this is known of its paper."""
    ticket = uuid4()
    journal.blocks.take(ticket, "information", "general", SOMEBODY, MORNING)
    journal.blocks.paper_is(str(ticket), state)
    return ticket


@pytest.mark.parametrize(
    ("paper", "merged"),
    [
        (PaperState.PRINTED, True),
        (PaperState.UNKNOWN, True),
        (PaperState.NOT_PRINTED, False),
        (PaperState.TAKEN, False),
    ],
)
def test_the_server_hears_of_a_number_somebody_holds_or_may_hold(
    journal: Journal, paper: PaperState, merged: bool
) -> None:
    ticket = printed(with_block(journal), paper)
    assert bool(told_of(journal)) is merged
    journal.blocks.told(ticket, "merged")
    assert told_of(journal) == []


def test_a_restart_knows_what_the_printer_was_sent(tmp_path: Path) -> None:
    journal = with_block(reopened(tmp_path))
    take(journal)  # 7: never sent
    printed(journal, PaperState.PRINTING)  # 8: sent, and then power went
    after = reopened(tmp_path)
    after.blocks.interrupt(MORNING)
    assert told_of(after) == [8]


def test_a_printer_nobody_hears_of_any_more_may_have_printed(journal: Journal) -> None:
    printed(with_block(journal), PaperState.PRINTING)
    assert told_of(journal, MORNING + PRINTING_ENDS) == []
    assert told_of(journal, MORNING + PRINTING_ENDS + timedelta(seconds=1)) == [7]


def test_a_paper_waits_until_the_request_before_it_is_cleared_up(journal: Journal) -> None:
    with_block(journal)
    request, session, ticket = uuid4(), uuid4(), uuid4()
    journal.effects.intend(request, session, "issue_ticket", {})
    journal.effects.settle(request, EffectState.UNKNOWN, "ReadTimeout")
    assert journal.blocks.lost_requests(session, MORNING) == [], "they may still ask again"
    assert journal.blocks.lost_requests(uuid4(), MORNING) == [request], "somebody else stands here"
    journal.blocks.take(ticket, "information", "general", None, MORNING, request)
    assert journal.blocks.lost_requests(session, MORNING) == []
    journal.blocks.paper_is(str(ticket), PaperState.PRINTED)
    assert journal.blocks.lost_requests(session, MORNING) == [request], "they hold a paper now"
    assert told_of(journal) == []
    journal.blocks.cleared_up(request, "cancelled")
    assert journal.blocks.lost_requests(None, MORNING) == []
    assert told_of(journal) == [7]


def test_who_was_attended_under_the_other_number_joins_no_line(journal: Journal) -> None:
    request = uuid4()
    with_block(journal).effects.intend(request, uuid4(), "issue_ticket", {})
    journal.effects.settle(request, EffectState.UNKNOWN)
    ticket = uuid4()
    journal.blocks.take(ticket, "information", "general", SOMEBODY, MORNING, request)
    journal.blocks.paper_is(str(ticket), PaperState.PRINTED)
    journal.blocks.cleared_up(request, "attended")
    assert told_of(journal) == []
    assert journal.blocks.untold() == 0


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("j.db*"))


@pytest.mark.parametrize("how", ["told", "not printed", "never printed"])
def test_what_is_known_of_a_person_is_sealed_and_goes(tmp_path: Path, how: str) -> None:
    journal = with_block(reopened(tmp_path))
    ticket = uuid4()
    journal.blocks.take(ticket, "information", "general", SOMEBODY, MORNING)
    (row,) = journal.file.read("SELECT document FROM given_numbers")
    sealed: bytes = row["document"]
    assert b"49500017" not in on_disk(tmp_path)
    assert sealed in on_disk(tmp_path)
    if how == "told":
        journal.blocks.told(ticket, "merged")
    elif how == "not printed":
        journal.blocks.paper_is(str(ticket), PaperState.NOT_PRINTED)
    else:
        journal.blocks.interrupt(MORNING)
    journal.file.truncate_log()
    assert sealed not in on_disk(tmp_path)


def test_long_ago_goes_with_its_block_so_that_no_number_comes_again(journal: Journal) -> None:
    with_block(journal)
    take(journal)
    journal.blocks.interrupt(MORNING + timedelta(days=40))
    assert take(journal) is None
