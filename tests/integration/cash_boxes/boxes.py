"""What staff do to the boxes of a kiosk on the bench, through the server's API."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from devices.kinds.cash_acceptor import CashInEnd, CashInStart, KeepNote
from devices.supervisor import Supervisor
from tests.support.centre import eventually
from tests.support.hardware import CashMachines
from tests.support.kiosk import Bench
from tests.support.site import StaffHttp

BILLS, COINS, HOPPER = "bills", "coins", "hopper100"


def post(who: StaffHttp, path: str, body: Any = None) -> httpx.Response:
    headers = {"Idempotency-Key": str(uuid4())}
    return who.http.post(f"/api/v1/cash-boxes/emptyings{path}", json=body, headers=headers)


def granted(who: StaffHttp, path: str, body: Any = None) -> dict[str, Any]:
    answer = post(who, path, body)
    assert answer.is_success, answer.text
    return answer.json()


def refused(who: StaffHttp, path: str, body: Any = None) -> str:
    """The stable word with which it is refused."""
    answer = post(who, path, body)
    assert not answer.is_success, answer.text
    return answer.json()["title"]


def hurry(patch: pytest.MonkeyPatch) -> None:
    """A kiosk that is built now looks at its boxes, and tells its news, more often."""
    patch.setattr("kiosk.bootstrap.BOXES_EVERY_S", 0.1)
    patch.setattr("kiosk.bootstrap.TELL_EVERY_S", 0.1)


class SmallBoxes(Bench):
    """A kiosk whose box for notes is full after five."""

    def configure(self) -> Path:
        path = super().configure()
        small = path.read_text().replace('name = "bills"\n', 'name = "bills"\ncapacity = 5\n')
        path.write_text(small)
        return path


@dataclass
class Office:
    """A cashier and a supervisor at the page, and the kiosk they see to."""

    rosa: StaffHttp
    boss: StaffHttp
    code: str

    def page(self, who: StaffHttp | None = None) -> dict[str, Any]:
        """What the page is told."""
        answer = (who or self.boss).http.get("/api/v1/cash-boxes")
        assert answer.is_success, answer.text
        return answer.json()

    def kiosk(self, who: StaffHttp | None = None) -> dict[str, Any] | None:
        """This kiosk on the page."""
        return next((it for it in self.page(who)["kiosks"] if it["kiosk"] == self.code), None)

    def box(self, device: str, who: StaffHttp | None = None) -> dict[str, Any]:
        """The box that is in a device now, as the page shows it."""

        def found() -> dict[str, Any] | None:
            boxes = (self.kiosk(who) or {"boxes": []})["boxes"]
            return next((each for each in boxes if each["device"] == device), None)

        eventually(lambda: found() is not None)
        box = found()
        assert box is not None
        return box

    def emptying(self, emptying: str, who: StaffHttp | None = None) -> dict[str, Any]:
        """One emptying on the page."""
        return next(each for each in self.page(who)["emptyings"] if each["id"] == emptying)

    def asked(self, *devices: str, who: StaffHttp | None = None) -> str:
        """One person asks for an emptying of these devices; its id."""
        serials = [self.box(each)["serial"] for each in devices]
        body = {"kiosk": self.code, "serials": serials}
        return granted(who or self.rosa, "", body)["id"]

    def count(self, emptying: str, **found: Any) -> None:
        """Enter what was found, by device: pieces, or the coins of a hopper."""
        out = {each["device"]: each["id"] for each in self.emptying(emptying)["boxes"]}
        boxes = [{"id": out[device], **what} for device, what in found.items()]
        granted(self.rosa, f"/{emptying}/count", {"boxes": boxes})

    def settled(self, emptying: str, **found: Any) -> str:
        """Enter and confirm a count; the state it leads to."""
        self.count(emptying, **found)
        return granted(self.boss, f"/{emptying}/count/confirm")["state"]


@dataclass
class Room(Office):
    """The same, with the kiosk itself before them."""

    bench: Bench

    @property
    def till(self) -> CashMachines:
        assert self.bench.hardware.till is not None
        return self.bench.hardware.till

    def device(self, name: str) -> Supervisor:
        return next(each for each in self.bench.live.devices if each.device == name)

    def insert(self, *soles: int) -> None:
        """Notes go into the validator, and are kept, as in a payment."""
        session, bills = str(uuid4()), self.device(BILLS)
        bills.submit(CashInStart(session), 10).result(15)
        for each in soles:
            before = self.booked()
            eventually(lambda each=each: self.till.bills.obey(f"insert note {each}")["taken"])
            eventually(
                lambda: (
                    getattr(bills.submit(KeepNote(session), 10).result(15), "outcome", "") == "done"
                )
            )
            eventually(lambda before=before, each=each: self.booked() == before + each * 100)
        bills.submit(CashInEnd(session), 10).result(15)

    def booked(self) -> int:
        """Céntimos in the kiosk's book of pieces."""
        rows = self.bench.live.journal.file.read(
            "SELECT coalesce(sum(amount), 0) FROM cash_credits"
        )
        return rows[0][0]

    def emptied(self, *devices: str) -> str:
        """Two people have the kiosk close these boxes; the emptying's id once it is told."""
        emptying = self.asked(*devices)
        granted(self.boss, f"/{emptying}/confirm")
        eventually(lambda: self.emptying(emptying)["state"] == "closed", 15)
        return emptying

    def placed(self, emptying: str) -> None:
        """The boxes are in their places, and the kiosk knows."""
        granted(self.rosa, f"/{emptying}/placed")
        eventually(lambda: self.bench.live.journal.boxes.unplaced() is None)
