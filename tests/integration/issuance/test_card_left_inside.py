"""A card forgotten in the terminal: the screen knows of it, and nobody else can pay with it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kiosk.flow.states import CertificateReady, State, Welcome
from kiosk.flow.touches import Pay
from kiosk.flow.world import Part, card_stays, ways_to_pay
from kiosk.order import Means
from tests.support.applicant import somebody, to_the_amount
from tests.support.kiosk import Bench, switched_on

if TYPE_CHECKING:
    from tests.integration.issuance.conftest import World


@pytest.fixture
def bench(world: "World", tmp_path: Path) -> Iterator[Bench]:
    with switched_on(Bench(tmp_path / "kiosk", world.site, "C01")) as ready:
        ready.until(_works)
        yield ready


def _works(state: State) -> bool:
    parts = (Part.READER, Part.PRINTER, Part.TERMINAL)
    up = all(state.world.usable(part) for part in parts)
    return isinstance(state.at, Welcome) and state.world.backend and up


def test_it_is_known_until_the_card_is_taken(bench: Bench) -> None:
    bench.terminal.obey("card stays")
    to_the_amount(bench, somebody(26))
    bench.post(Pay())
    at = bench.until_printed(CertificateReady)
    assert at.order.means is Means.CARD
    bench.until(lambda state: card_stays(state.world))
    assert Means.CARD not in ways_to_pay(bench.state.world)
    assert bench.terminal.obey("card taken") == {"taken": True}
    bench.until(lambda state: not card_stays(state.world))
    assert Means.CARD in ways_to_pay(bench.state.world)
    bench.leave()
