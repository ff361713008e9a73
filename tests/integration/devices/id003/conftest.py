"""An ID-003 validator on a pseudo-terminal, with a book that can be made to fail."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.kinds.cash_acceptor import (
    CashInStart,
)
from tests.integration.devices.id003.failing_book import FailingBook
from tests.support.id003_bench import Id003Bench, make


@pytest.fixture
def bench(tmp_path: Path, recorder: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Id003Bench]:
    made = make(tmp_path, recorder, monkeypatch, book=FailingBook(tmp_path / "failing.db"))
    yield made
    made.close()


@pytest.fixture
def open_bench(bench: Id003Bench) -> Id003Bench:
    bench.start()
    assert bench.do(CashInStart("S1", (2000, 5000))).outcome == "done"
    return bench
