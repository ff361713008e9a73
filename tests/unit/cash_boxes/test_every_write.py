"""Power goes before and after every write of an emptying: boxes end once, paper comes once."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from devices.kinds import cash_acceptor
from devices.kinds.receipt_printer import PrintJob, PrintResult
from devices.status import Completion, DeviceState, DeviceStatus
from devices.supervisor import Supervisor
from kiosk.box_emptying import BoxEmptying
from kiosk.box_watch import BoxWatch
from kiosk.cash.gate import CashGate
from kiosk.journal import Journal, load_key
from kiosk.journal.boxes import BoxBook, CopyState
from kiosk.queue_client import Granted, QueueClient
from tests.unit.cash_boxes.ledger import BILLS, drop

ONLINE = DeviceStatus(DeviceState.ONLINE, {"bins": "ok"})


class PowerCutError(BaseException):
    """Nothing of the process goes on."""


class Validator:
    """A device that is there."""

    device, kind, model = "bills", cash_acceptor.KIND, "m"
    capabilities = {"serial": BILLS}  # noqa: RUF012
    status = ONLINE


class Server:
    """A server that ordered one emptying, which two people confirmed."""

    def __init__(self) -> None:
        self.emptying = str(uuid4())
        self.asked_to_begin = 0

    def get(self, path: str) -> Granted:
        order = {
            "id": self.emptying,
            "state": "confirmed",
            "serials": [BILLS],
            "asked_by": "rosa",
            "confirmed_by": "beatriz",
            "placed": False,
            "count": 0,
            "left": [],
        }
        site = {"site_name": "Módulo", "zone": "America/Lima", "last_number": 0}
        return Granted({**site, "emptyings": [order]})

    def put(self, path: str, body: Any, key: UUID, deadline_s: float) -> Granted:
        self.asked_to_begin += path.endswith("/taken")
        return Granted(None)


class Printer:
    """Keeps what came out; power may go while a job is on the paper."""

    def __init__(self) -> None:
        self.paper: list[str] = []
        self.cut_at = 0

    def submit(self, command: object, deadline_s: float) -> "Future[object]":
        assert isinstance(command, PrintJob)
        self.paper.append(command.job_id)
        if len(self.paper) == self.cut_at:
            raise PowerCutError
        done: Future[object] = Future()
        done.set_result(PrintResult(command.job_id, Completion.SUCCESS, "printed", ONLINE))
        return done


def live(folder: Path, server: Server, printer: Printer, cut: int | None) -> bool:
    """One life of the kiosk, a few looks long; False when power went at the write `cut`."""
    journal = Journal(folder / "j.db", load_key(folder / "k"))
    client, gate = cast(QueueClient, server), CashGate(("bills",))
    device = cast(Supervisor, Validator())
    try:
        with power(journal, cut):
            watch = BoxWatch(journal, client, [device], gate, {})
            emptying = BoxEmptying("C01", journal, client, watch, gate, printer, lambda: True)
            for _ in range(3):
                emptying.look()
    except PowerCutError:
        return False
    finally:
        journal.close()
    return True


@contextmanager
def power(journal: Journal, cut: int | None) -> Iterator[None]:
    """Power goes before write cut // 2, or right after it where `cut` is odd."""
    unit, written, depth = journal.file.unit, 0, 0

    @contextmanager
    def counted() -> Iterator[Any]:
        nonlocal written, depth
        outermost = depth == 0
        if outermost and cut is not None and written * 2 == cut:
            raise PowerCutError
        depth += 1
        try:
            with unit() as db:
                yield db
        finally:
            depth -= 1
        if outermost:
            written += 1
            if cut is not None and written * 2 - 1 == cut:
                raise PowerCutError

    journal.file.unit = counted  # type: ignore[method-assign]
    yield


def survives(folder: Path, cut: int, cut_paper: int = 0) -> tuple[bool, bool]:
    """Whether power went at all at `cut`, and whether everything is true after another life."""
    server, printer = Server(), Printer()
    printer.cut_at = cut_paper
    before = Journal(folder / "j.db", load_key(folder / "k"))
    drop(before, BILLS, 2000)
    before.close()
    went = not live(folder, server, printer, None if cut_paper else cut)
    printer.cut_at = 0
    assert live(folder, server, printer, None)
    return went, is_true(folder, server, printer)


def is_true(folder: Path, server: Server, printer: Printer) -> bool:
    """The box ended once and is told once; each copy came out once, or it is known that nobody
    knows; no cash is taken."""
    journal = Journal(folder / "j.db", load_key(folder / "k"))
    boxes = journal.boxes
    ended = boxes.of(UUID(server.emptying))
    told = [each for each in journal.outgoing.waiting() if each.path.endswith("/closed")]
    known = set(boxes.slips(UUID(server.emptying)).values())
    true = (
        [(each.number, dict(boxes.contents(each).pieces)) for each in ended] == [(1, {2000: 1})]
        and [each.number for each in boxes.in_place()] == [2]
        and [each.body["ended"][0]["pieces"] for each in told] == [{"2000": 1}]
        and len(printer.paper) == len(set(printer.paper))
        and known <= {CopyState.PRINTED, CopyState.UNKNOWN}
        and boxes.unplaced() is not None
        and server.asked_to_begin >= 1
    )
    journal.close()
    return true


def test_power_may_go_before_and_after_every_write(tmp_path: Path) -> None:
    cut = 0
    while True:
        folder = tmp_path / str(cut)
        folder.mkdir()
        went, true = survives(folder, cut)
        assert true, cut
        if not went:
            break
        cut += 1
    assert cut >= 12, "boot, first box, emptying, and two writes for each copy"


@pytest.mark.parametrize("copy", [1, 2])
def test_a_copy_that_was_on_the_paper_when_power_went_does_not_come_again(
    tmp_path: Path, copy: int
) -> None:
    assert survives(tmp_path, 0, cut_paper=copy) == (True, True)


@pytest.mark.negative_control
def test_a_kiosk_that_forgets_what_it_is_printing_prints_it_again_and_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = BoxBook.slip_is

    def forget(self: BoxBook, emptying: UUID, copy: int, state: CopyState) -> None:
        if state is not CopyState.PRINTING:
            real(self, emptying, copy, state)

    monkeypatch.setattr(BoxBook, "slip_is", forget)
    assert survives(tmp_path, 0, cut_paper=1) == (True, False)
