"""Two people empty a kiosk: boxes end, paper comes, what is counted is compared to the céntimo."""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from devices.kinds.cash_dispenser import Dispense, DispenseResult
from kiosk.flow.world import Part
from tests.integration.cash_boxes.boxes import BILLS, COINS, HOPPER, Room, granted, refused
from tests.support.centre import eventually

if TYPE_CHECKING:
    from tests.integration.cash_boxes.conftest import Staff


def takes_cash(room: Room) -> bool:
    return room.bench.state.world.usable(Part.ACCEPTOR)


def test_what_was_inserted_is_what_the_page_shows_the_paper_says_and_the_count_is_held_against(
    room: Room,
) -> None:
    room.bench.until(lambda _: takes_cash(room))
    room.insert(20, 20, 50)
    eventually(lambda: room.box(BILLS)["pieces"] == {"2000": 2, "5000": 1})
    number = room.box(BILLS)["number"]
    emptying = room.asked(BILLS)
    hidden = room.box(BILLS, room.rosa)
    assert (hidden["pieces"], hidden["amount_centimos"]) == (None, None)
    granted(room.boss, f"/{emptying}/confirm")
    eventually(lambda: room.emptying(emptying)["state"] == "closed", 15)
    room.bench.until(lambda _: not takes_cash(room))
    eventually(lambda: room.emptying(emptying)["slips"] == {"1": "printed", "2": "printed"}, 15)
    with_the_money, archived = room.bench.slips()[-2:]
    assert "S/ 90.00" in archived
    assert "S/ 90.00" not in with_the_money
    for paper in (with_the_money, archived):
        assert f"Caja N.° {number}" in paper
        assert "rosa" in paper
        assert "beatriz" in paper
    assert room.box(BILLS)["number"] > number
    assert room.box(BILLS)["pieces"] == {}
    (out,) = room.emptying(emptying)["boxes"]
    assert (out["number"], out["pieces"], out["amount_centimos"]) == (number, None, None)

    room.placed(emptying)
    room.bench.until(lambda _: takes_cash(room))
    room.count(emptying, bills={"pieces": {"2000": 2, "5000": 1}})
    assert room.emptying(emptying)["boxes"][0]["pieces"] is None, "still only one person counted"
    assert granted(room.boss, f"/{emptying}/count/confirm")["state"] == "settled"
    (out,) = room.emptying(emptying)["boxes"]
    assert (out["agrees"], out["difference_centimos"], out["amount_centimos"]) == (True, 0, 9000)


def test_one_person_alone_opens_no_kiosk_and_neither_do_two_cashiers(
    room: Room, staff: "Staff"
) -> None:
    emptying = room.asked(COINS)
    assert refused(room.rosa, f"/{emptying}/confirm") == "same_person"
    assert refused(staff.pilar, f"/{emptying}/confirm") == "supervisor_needed"
    number = room.box(COINS)["number"]
    assert refused(room.rosa, "", {"kiosk": room.code, "serials": [room.box(COINS)["serial"]]}) == (
        "emptying_pending"
    )
    assert room.bench.live.journal.boxes.unplaced() is None
    granted(room.rosa, f"/{emptying}/cancel")
    assert refused(room.boss, f"/{emptying}/confirm") == "emptying_lapsed"
    assert room.box(COINS)["number"] == number, "nothing was closed"


def test_a_difference_stands_until_a_supervisor_says_why(room: Room, staff: "Staff") -> None:
    room.bench.until(lambda _: takes_cash(room))
    room.insert(20, 10)
    eventually(lambda: room.box(BILLS)["amount_centimos"] == 3000)
    emptying = room.emptied(BILLS)
    room.placed(emptying)
    room.count(emptying, bills={"pieces": {"2000": 1}})
    assert refused(room.rosa, f"/{emptying}/count/confirm") == "same_person"
    assert refused(staff.pilar, f"/{emptying}/count/confirm") == "supervisor_needed"
    assert granted(room.boss, f"/{emptying}/count/again")["state"] == "closed"
    assert room.settled(emptying, bills={"pieces": {"2000": 1}}) == "differs"
    shown = room.emptying(emptying)
    assert (shown["difference_centimos"], "explain" in shown["may"]) == (-1000, True)
    assert "explain" not in room.emptying(emptying, room.rosa)["may"]
    assert to_resolve(room) == [("short", 1000)]
    explained = granted(room.boss, f"/{emptying}/explain", {"reason": "missing"})
    assert (explained["state"], to_resolve(room)) == ("settled", [])
    assert room.emptying(emptying)["reason"] == "missing"


def to_resolve(room: Room) -> list[tuple[str, int]]:
    """Boxes that differ, on the list of what waits for a person."""
    items = room.boss.http.get("/api/v1/resolve").json()["items"]
    mine = [each for each in items if each["sort"] == "box" and each["kiosk"] == room.code]
    return [(each["reason"], each["amount_centimos"]) for each in mine]


def test_a_hopper_is_counted_loaded_and_begins_with_what_is_left(room: Room) -> None:
    room.bench.until(lambda _: takes_cash(room))
    assert room.box(HOPPER)["pieces"] is None, "nobody counted it yet"
    first = room.emptied(HOPPER)
    room.placed(first)
    loaded = {"found_coins": 0, "loaded_coins": 200}
    assert room.settled(first, hopper100=loaded) == "settled"
    eventually(lambda: room.box(HOPPER)["pieces"] == {"100": 200}, 15)
    give(room, 7)
    eventually(lambda: room.box(HOPPER)["pieces"] == {"100": 193}, 15)
    second = room.emptied(HOPPER)
    room.placed(second)
    assert room.settled(second, hopper100={"found_coins": 192, "taken_coins": 92}) == "differs"
    (box,) = room.emptying(second)["boxes"]
    assert (box["difference_centimos"], box["left_coins"]) == (-100, 100)
    eventually(lambda: room.box(HOPPER)["pieces"] == {"100": 100}, 15)
    granted(room.boss, f"/{second}/explain", {"reason": "counting_error"})


def give(room: Room, coins: int) -> None:
    result = room.device(HOPPER).submit(Dispense(f"{uuid4()}:change:100", coins), 20).result(30)
    assert isinstance(result, DispenseResult)
    assert result.outcome == "paid"


def test_a_box_that_fills_up_raises_an_alarm_and_is_then_full_and_takes_no_more(room: Room) -> None:
    room.bench.until(lambda _: takes_cash(room))
    first = room.emptied(BILLS)
    room.placed(first)
    room.bench.until(lambda _: takes_cash(room))
    room.insert(10, 10, 10, 10)
    eventually(lambda: room.box(BILLS)["level"] == "high", 15)
    assert room.box(BILLS)["alarm"]
    eventually(lambda: row_of(room, BILLS)["parts"]["bins"] == "high", 15)
    room.insert(10)
    eventually(lambda: room.box(BILLS)["level"] == "full", 15)
    eventually(lambda: row_of(room, BILLS)["device"] == "offline", 15)
    assert row_of(room, BILLS)["parts"]["bins"] == "full"
    assert takes_cash(room), "coins still have room"
    second = room.emptied(BILLS)
    room.placed(second)
    eventually(lambda: row_of(room, BILLS)["device"] == "online", 15)
    for each in (first, second):
        expected = {"1000": 5} if each == second else {}
        assert room.settled(each, bills={"pieces": expected}) == "settled"


def row_of(room: Room, device: str) -> dict[str, Any]:
    """A device as the monitor shows it."""
    body = room.boss.http.get("/api/v1/monitor").json()
    kiosk = next(each for each in body["kiosks"] if each["name"] == room.code)
    row = next(each for each in kiosk["devices"] if each["name"] == device)
    return {**row, "parts": {each["name"]: each["word"] for each in row["parts"]}}


def test_a_box_that_its_device_saw_out_and_back_needs_no_button(room: Room) -> None:
    room.bench.until(lambda _: takes_cash(room))
    emptying = room.emptied(BILLS)
    bills = room.device(BILLS)
    room.till.bills.obey("stacker removed")
    eventually(lambda: bills.status.parts.get("bins") == "missing")
    room.till.bills.obey("stacker inserted")
    eventually(lambda: room.emptying(emptying)["placed_by"] == room.code, 15)
    room.bench.until(lambda _: takes_cash(room))
    assert room.settled(emptying, bills={"pieces": {}}) == "settled"
