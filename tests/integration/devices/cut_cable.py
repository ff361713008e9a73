"""A cable that is cut after a number of bytes, and the supervisor of what hangs on it."""

import threading
from collections.abc import Callable
from typing import Any

from devices.driver import Wiring
from devices.errors import LinkLost
from devices.link import WRITE_TIMEOUT_S
from devices.registry import load_model
from devices.supervisor import Supervisor


class CutCable:
    """Opens links to ``port``; each passes what comes until it is told to break after N bytes."""

    def __init__(self, open_link: Callable[[], Any], on_cut: Callable[[], object]) -> None:
        self._open_link = open_link
        self._on_cut = on_cut
        self._left: int | None = None
        self._lock = threading.Lock()

    def cut_after(self, count: int | None) -> None:
        """Cut once ``count`` more bytes came; None: not at all."""
        with self._lock:
            self._left = count

    def open(self) -> "_CutLink":
        return _CutLink(self, self._open_link())

    def read(self, link: Any, max_bytes: int, timeout_s: float) -> bytes:
        data = link.read(max_bytes, timeout_s) if self._left != 0 else b""
        with self._lock:
            passed = data if self._left is None else data[: self._left]
            self._left = None if self._left is None else self._left - len(passed)
            cut = self._left == 0 and len(passed) == 0
            self._left = None if cut else self._left
        if cut:
            self._on_cut()
            raise LinkLost("cable", "cut by the test")
        return passed


class _CutLink:
    def __init__(self, cable: CutCable, inner: Any) -> None:
        self._cable = cable
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def read(self, max_bytes: int, timeout_s: float) -> bytes:
        return self._cable.read(self._inner, max_bytes, timeout_s)

    def write(self, data: bytes, timeout_s: float = WRITE_TIMEOUT_S) -> None:
        self._inner.write(data, timeout_s)

    def close(self) -> None:
        self._inner.close()


def supervise(name: str, cable: CutCable, publish: Callable[[Any], None]) -> Supervisor:
    """A supervisor of the model ``name`` that tries again at once."""
    model = load_model(name)
    options = {**model.link_options, **model.options}
    return Supervisor(
        device="reader",
        kind=model.kind,
        model=name,
        open_link=cable.open,
        build_driver=lambda link, report: model.build(link, options, Wiring(report)),
        publish=publish,
        backoff_first_s=0.01,
        backoff_last_s=0.05,
    )


def opener(name: str, port: str) -> Callable[[], Any]:
    """Opens ``port`` as the model ``name`` does."""
    model = load_model(name)
    return lambda: model.open_link(port, {**model.link_options, **model.options})
