"""Carries out what two people ordered at the server: boxes end, paper comes, cash is taken again.

Nobody who is paying is interrupted; nothing is closed before the server said that it may be; the
boxes' end is durable, with the news about it, before any paper; each copy is printed once.
"""

import time
from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID, uuid4, uuid5

import structlog

from devices.errors import DeviceError
from devices.kinds.cash_acceptor import CashResult, Reconciled
from devices.supervisor import StatusChanged
from kiosk import box_news
from kiosk.box_slips import box_slip
from kiosk.box_watch import BoxWatch
from kiosk.cash.boxes import Box, Places, Sort
from kiosk.cash.gate import CashGate
from kiosk.journal import Journal
from kiosk.journal.boxes import CopyState, Emptying
from kiosk.order import Means, OrderState
from kiosk.performers.printer import Commands, print_once
from kiosk.queue_client import Granted, QueueClient, Refused

LOOK_EVERY_S = 2.0
ASK_DEADLINE_S = 4.0
RECONCILE_DEADLINE_S = 10.0
# The server gives as long between the first person's word and the beginning.
WAIT_S = 600.0
_PENDING = ("confirmed", "taken")

log = structlog.get_logger("boxes")


class BoxEmptying:
    """One kiosk's boxes and the server's orders about them. One thread."""

    def __init__(
        self,
        kiosk: str,
        journal: Journal,
        client: QueueClient,
        watch: BoxWatch,
        gate: CashGate,
        printer: Commands | None,
        printer_ready: Callable[[], bool],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kiosk = kiosk
        self._journal = journal
        self._boxes = journal.boxes
        self._client = client
        self._watch = watch
        self._gate = gate
        self._printer = printer
        self._printer_ready = printer_ready
        self._monotonic = monotonic
        self._places = Places()
        self._missing: set[str] = set()
        self._wait_until = 0.0
        self._come_back()

    def hear(self, news: object) -> None:
        """What a device published: that its box is out is kept until the next look."""
        if isinstance(news, StatusChanged) and news.status.parts.get("bins") == "missing":
            self._missing.add(news.device)

    def look(self) -> None:
        """Once: hear what the server orders, go on with it, and see how full the boxes are."""
        if not self._watch.has_cash:
            return
        answer = self._client.get("/api/v1/emptyings")
        if isinstance(answer, Granted):
            self._watch.meet(answer.body["last_number"])
            self._obey(answer.body)
        elif self._monotonic() >= self._wait_until:
            self._let_cash_in()
        self._see_places()
        self._print_owed()
        self._watch.look()

    def _come_back(self) -> None:
        """At boot: no cash while boxes are out, and a copy that was being printed is unknown."""
        with self._journal.together():
            for emptying, copy in self._boxes.interrupt():
                told = box_news.slip_printed(emptying, copy, CopyState.UNKNOWN)
                self._journal.outgoing.put(told)
        if self._boxes.unplaced() is not None:
            self._gate.shut()

    def _obey(self, body: Mapping[str, Any]) -> None:
        pending = None
        for row in body["emptyings"]:
            known = self._boxes.find(UUID(row["id"]))
            if known is not None:
                self._follow(known, row)
            elif row["state"] in _PENDING:
                pending = row
        if pending is None:
            self._wait_until = 0.0
            self._let_cash_in()
        elif self._boxes.unplaced() is None:
            self._carry_out(pending, body)

    def _let_cash_in(self) -> None:
        if self._boxes.unplaced() is None:
            self._gate.reopen()

    def _carry_out(self, row: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        """Close the boxes, as soon as nobody pays, and the server said that it may still be."""
        if not self._wait_until:
            self._wait_until = self._monotonic() + WAIT_S
        serials = set(row["serials"])
        if not self._gate.shut() or not self._is_quiet(serials):
            return
        answer = self._client.put(
            f"/api/v1/emptyings/{row['id']}/taken", None, uuid4(), ASK_DEADLINE_S
        )
        if isinstance(answer, Refused):
            log.warning("too late to change boxes", emptying=row["id"], answer=answer.kind)
        if not isinstance(answer, Granted):
            return
        order = Emptying(
            UUID(row["id"]), row["asked_by"], row["confirmed_by"], body["site_name"], body["zone"]
        )
        self._close(order, serials)

    def _is_quiet(self, serials: Collection[str]) -> bool:
        """No payment in cash is under way, also none of the last life, and no coins are coming."""
        paying = any(
            entry.state is OrderState.PAYING and entry.means is Means.CASH
            for entry in self._journal.orders.unsettled()
        )
        found = ((each, self._watch.device_of(each)) for each in serials)
        serving = {serial for serial, device in found if device and device.status.usable}
        return not paying and not self._boxes.has_open_payout(serving)

    def _close(self, order: Emptying, serials: Collection[str]) -> None:
        with self._journal.together():
            ended = self._boxes.close(order, serials)
            done = self._boxes.find(order.id)
            assert done is not None
            out = {each.serial for each in ended}
            begun = [each for each in self._boxes.in_place() if each.serial in out]
            told = box_news.closed(done, self._watch.rows(ended), self._watch.rows(begun))
            self._journal.outgoing.put(told)
        self._places = Places()
        self._missing.clear()
        log.info("boxes closed", emptying=str(order.id), boxes=[each.number for each in ended])

    def _follow(self, known: Emptying, row: Mapping[str, Any]) -> None:
        if row["placed"] and known.placed_at is None:
            self._boxes.placed(known.id)
            log.info("boxes are in their places", emptying=str(known.id))
        if row["count"] > known.adopted and self._reconcile(known):
            left = {each["serial"]: each["coins"] for each in row["left"]}
            with self._journal.together():
                self._boxes.adopt(known.id, row["count"], left)
                self._journal.outgoing.put(box_news.adopted(known.id, row["count"]))

    def _reconcile(self, known: Emptying) -> bool:
        """Staff counted and the difference is known: what had lost count may serve again.

        Only by the first count: whatever is lost later is for the next one.
        """
        lost = [each for each in self._boxes.of(known.id) if each.lost]
        return bool(known.adopted) or all(self._is_reconciled(each) for each in lost)

    def _is_reconciled(self, box: Box) -> bool:
        tally = self._journal.cash.tally(box.serial)
        if tally is None or tally.events_lost != box.lost:
            return True
        device = self._watch.device_of(box.serial)
        if device is None:
            return False
        future = device.submit(Reconciled(), RECONCILE_DEADLINE_S)
        try:
            result = future.result(RECONCILE_DEADLINE_S + 5.0)
        except (TimeoutError, DeviceError):
            return False
        return isinstance(result, CashResult) and result.outcome == "done"

    def _see_places(self) -> None:
        """The devices may say themselves that every box is back; else a person does."""
        out = self._boxes.unplaced()
        if out is None:
            return
        boxes = [each for each in self._boxes.of(out.id) if each.sort is Sort.ACCEPTOR]
        found = {each.device: self._watch.device_of(each.serial) for each in boxes}
        bins = {
            name: str(device.status.parts.get("bins", "")) if device else ""
            for name, device in found.items()
        }
        self._places.see({name: "missing" for name in bins if name in self._missing})
        self._missing.clear()
        if self._places.see(bins):
            with self._journal.together():
                self._boxes.placed(out.id)
                self._journal.outgoing.put(box_news.back_in_place(out.id))
            self._let_cash_in()

    def _print_owed(self) -> None:
        for emptying, copy in self._boxes.owed_slips():
            if not self._printer_ready():
                return
            out = [(each, self._boxes.contents(each)) for each in self._boxes.of(emptying.id)]
            job_id = str(uuid5(emptying.id, f"paper:{copy}"))
            job = box_slip(job_id, self._kiosk, emptying, out, copy)
            self._boxes.slip_is(emptying.id, copy, CopyState.PRINTING)
            known = CopyState(print_once(self._printer, job))
            with self._journal.together():
                self._boxes.slip_is(emptying.id, copy, known)
                self._journal.outgoing.put(box_news.slip_printed(emptying.id, copy, known))
