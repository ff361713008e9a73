"""What a journal sealed about a person is in no byte of its files soon after the server has it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kiosk.flow.states import CertificateReady, State, Welcome
from kiosk.flow.touches import Pay
from kiosk.flow.world import Part
from kiosk.journal.health import CUT_LOG_EVERY_S, JournalWatch
from kiosk.journal.seal import Seal
from tests.support.applicant import somebody, to_the_amount
from tests.support.centre import eventually
from tests.support.kiosk import Bench, switched_on

if TYPE_CHECKING:
    from tests.integration.issuance.conftest import World

ERASED_S = 60.0
VISITOR, ANOTHER = somebody(24), somebody(25)
PERSONAL = tuple(word for each in (VISITOR, ANOTHER) for word in (each.number, each.email))


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What is sealed about these people while the test runs; nothing else changes."""
    known: list[bytes] = []
    close = Seal.close

    def remembering(self: Seal, body: Any) -> bytes:
        sealed = close(self, body)
        if any(word in str(body) for word in PERSONAL):
            known.append(sealed)
        return sealed

    monkeypatch.setattr(Seal, "close", remembering)
    return known


@pytest.fixture
def bench(world: "World", sealed: list[bytes], tmp_path: Path) -> Iterator[Bench]:
    with switched_on(Bench(tmp_path / "kiosk", world.site, "E01")) as ready:
        ready.until(lambda state: isinstance(state.at, Welcome) and _works(state))
        yield ready


def _works(state: State) -> bool:
    parts = (Part.READER, Part.PRINTER, Part.TERMINAL)
    return state.world.backend and all(state.world.usable(part) for part in parts)


def found(bench: Bench, sealed: list[bytes]) -> int:
    """How much of it the files still hold, also as plain text."""
    files = b"".join(path.read_bytes() for path in bench.folder.glob("journal.db*"))
    assert not any(word.encode() in files for word in PERSONAL)
    return sum(each in files for each in sealed)


def test_what_the_server_has_is_erased_while_the_person_still_stands_there(
    bench: Bench, sealed: list[bytes]
) -> None:
    at = to_the_amount(bench, VISITOR)
    assert sealed
    eventually(lambda: found(bench, sealed) == 0, ERASED_S)
    bench.post(Pay())
    ready = bench.until_printed(CertificateReady)
    assert ready.order.application == at.order.application
    eventually(lambda: found(bench, sealed) == 0, ERASED_S)
    bench.leave()


@pytest.mark.negative_control
def test_a_journal_that_never_cuts_its_log_is_found_out(
    bench: Bench, sealed: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JournalWatch, "_erase", lambda _: None)
    to_the_amount(bench, ANOTHER)
    with pytest.raises(AssertionError):
        eventually(lambda: found(bench, sealed) == 0, CUT_LOG_EVERY_S + 1)
    bench.leave()
