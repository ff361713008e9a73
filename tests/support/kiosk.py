"""A whole kiosk without a screen for tests: real ptys, simulated devices, a real server."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from kiosk.bootstrap import Kiosk, build_kiosk
from kiosk.config import load_config
from kiosk.flow.events import Event
from kiosk.flow.facts import PrintState
from kiosk.flow.states import State, Welcome
from kiosk.flow.touches import Finish
from tests.support.hardware import Hardware
from tests.support.site import Site

JUAN = (
    "I<PER10117410<7<<<<<<<<<<<<<<<",
    "8001014M3001019PER<<<<<<<<<<<8",
    "PRUEBA<<JUAN<CARLOS<<<<<<<<<<<",
)
DEADLINE_S = 40.0
T = TypeVar("T")


class Bench:
    """A kiosk on a workbench: its runner is drained by the test, its devices are simulated."""

    def __init__(self, folder: Path, site: Site, code: str = "A01", *, cash: bool = False) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.hardware = Hardware(folder, cash=cash)
        self.reader = self.hardware.reader
        self.printer = self.hardware.printer
        self.terminal = self.hardware.terminal
        self._code, self._url = code, site.url
        (folder / "credential").write_text(site.command("add-kiosk", code))
        self.kiosk: Kiosk | None = None

    @property
    def live(self) -> Kiosk:
        assert self.kiosk is not None, "the bench is not switched on"
        return self.kiosk

    @property
    def state(self) -> State:
        return self.live.runner.state

    def configure(self) -> Path:
        """Write the kiosk's configuration; the terminal must be listening by now."""
        path = self.folder / "kiosk.toml"
        path.write_text(kiosk_toml(self.folder, self._url, self._code, self.hardware.toml()))
        return path

    def post(self, event: Event) -> None:
        self.live.runner.post(event)

    def present(self, mrz: tuple[str, ...]) -> None:
        """Pass a document through the reader."""
        self.reader.obey("present " + "|".join(mrz))

    def until(self, done: Callable[[State], object], deadline_s: float = DEADLINE_S) -> State:
        """Drain the inbox until `done(state)`. Raises TimeoutError with the state it stuck in."""
        ends = time.monotonic() + deadline_s
        while time.monotonic() < ends:
            if done(self.state):
                return self.state
            self.live.runner.drain(0.05)
        raise TimeoutError(f"still {self.state}")

    def until_at(
        self,
        kind: type[T],
        when: Callable[[T], bool] = lambda _: True,
        deadline_s: float = DEADLINE_S,
    ) -> T:
        """Drain until the person stands at a state of `kind` for which `when`; that state."""

        def there(state: State) -> bool:
            return isinstance(state.at, kind) and when(state.at)

        at = self.until(there, deadline_s).at
        assert isinstance(at, kind)
        return at

    def until_printed(self, kind: type[T]) -> T:
        """Drain until the slip of a state of `kind` is known to be on paper; that state."""
        return self.until_at(
            kind, lambda at: getattr(at, "print_state", None) is PrintState.PRINTED
        )

    def leave(self) -> None:
        """The person goes, as soon as the kiosk lets them."""

        def gone(state: State) -> bool:
            if not isinstance(state.at, Welcome):
                self.post(Finish())
            return isinstance(state.at, Welcome)

        self.until(gone)

    def slips(self) -> list[str]:
        """Every slip that came out, as text."""
        return [path.with_suffix(".txt").read_text() for path in self.paper()]

    def paper(self) -> list[Path]:
        """Every slip that came out, as the printer's bytes."""
        return sorted((self.folder / "paper").glob("*.bin"))


@contextmanager
def switched_on(bench: Bench) -> Iterator[Bench]:
    """Start simulators and kiosk; everything ends with the block."""
    bench.hardware.start()
    try:
        bench.kiosk = build_kiosk(load_config(bench.configure()))
        with bench.kiosk:
            yield bench
    finally:
        bench.hardware.stop()


def kiosk_toml(folder: Path, url: str, code: str, extra: str = "") -> str:
    """The configuration of a kiosk whose devices are the simulators in `folder`.

    It gives no turns without its server: what tests count is what their people did.
    """
    return f"""\
code = "{code}"
[server]
url = "{url}"
credential_file = "credential"
[discovery]
enabled = false
[offline]
numbers = 0
[[devices]]
name = "reader"
model = "serial-mrz"
port = "{folder / "reader.tty"}"
[[devices]]
name = "printer"
model = "escpos"
port = "{folder / "printer.tty"}"
{extra}
"""
