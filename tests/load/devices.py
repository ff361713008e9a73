"""`make bench-devices`: what a kiosk's devices cost and how fast they are.

Writes `var/bench/devices.json`. Each figure is the best of three, beside a variant made worse on
purpose that must miss its bar. All of a kiosk's devices are simulated, each in a process of its
own; the kiosk's side runs in one more, whose processor time is what counts.
"""

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from devices.control import ask
from devices.documents.mrz import parse, split_lines
from devices.escpos.composer import compose
from devices.serial_mrz.protocol import FrameParser, pieces
from kiosk.flow.facts import Ticket, Wait
from kiosk.flow.person import AttentionClass as Printed
from kiosk.flow.slip import slip_lines
from kiosk.slips import ticket_slip
from queue_server.turns.model.slip import slip
from queue_server.turns.model.ticket import AttentionClass as TicketClass
from tests.load.bench import Figures, Step, run
from tests.support.site import REPOSITORY

BARS = {
    "mrz_decode_us": ("<=", 200),
    "poll_cpu_percent": ("<=", 3),
    "status_to_supervisor_ms": ("<=", 300),
    "ticket_compose_ms": ("<=", 30),
    "ticket_bytes": ("<=", 1500),
}
Options = Mapping[str, Mapping[str, float]]
"""By model."""
ROUNDS = 3
IDLE_S = 20.0
TODAY = date(2026, 1, 15)
ZONES = (
    (
        "I<PER10117410<7<<<<<<<<<<<<<<<",
        "8001014M3001019PER<<<<<<<<<<<8",
        "PRUEBA<<JUAN<CARLOS<<<<<<<<<<<",
    ),
    (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ),
)
KIOSK: tuple[tuple[str, str, str], ...] = (
    ("reader", "serial-mrz", "unplug"),
    ("scanner", "scanner-2d", "unplug"),
    ("keypad", "navigation-keypad", "unplug"),
    ("printer", "escpos", "paper out"),
    ("terminal", "nexo", "unplug"),
    ("notes", "cctalk-bill", "stacker full"),
    ("coins", "cctalk-coin", "unplug"),
    ("change", "cctalk-hopper", "unplug"),
)
"""A whole kiosk: name, model, and what befalls the device when its status shall change."""
PUT_RIGHT = {"unplug": "plug", "paper out": "paper full", "stacker full": "stacker ok"}
ON_HTTP = ("nexo",)
ASKED_RARELY = "terminal"
WITHOUT_NATIVE_QR = "KPM150"
LIMA = timezone(timedelta(hours=-5))


def main() -> None:
    """Measure everything; say of each figure whether it holds its bar."""
    samples: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        steps: list[Step] = [
            ("decoding", lambda: _decode(samples)),
            ("composing", lambda: _compose(samples)),
            ("an idle kiosk", lambda: _idle(folder / "idle", samples)),
            ("the same, asked too often", lambda: _restless(folder / "restless", samples)),
            ("a change of status", lambda: _changes(folder / "changes", samples)),
            ("the same, asked too rarely", lambda: _rarely(folder / "rarely", samples)),
        ]
        run("devices", BARS, steps, samples)


# --- bytes ---------------------------------------------------------------------------------------
def _decode(samples: Figures) -> Figures:
    wires = [b"".join(pieces(zone, framing)) for zone in ZONES for framing in ("plain", "stx")]

    def decode() -> None:
        for wire in wires:
            parser = FrameParser()
            for frame in (*parser.feed(wire, 1.0), *parser.flush(2.0)):
                parse(split_lines(frame.text), TODAY)

    def worse() -> None:
        for wire in wires:
            parser = FrameParser()
            for number in range(len(wire)):  # judges the whole zone anew at every byte
                with contextlib.suppress(ValueError):
                    parse(split_lines(wire[: number + 1].decode("latin-1")), TODAY)
                parser.feed(wire[number : number + 1], 1.0)

    ours = samples["mrz_decode_us"] = _each_us(decode, 500, len(wires))
    slow = samples["worse_mrz_decode_us"] = _each_us(worse, 20, len(wires))
    return {"mrz_decode_us": min(ours), "worse_mrz_decode_us": min(slow)}


def _compose(samples: Figures) -> Figures:
    ticket = Ticket("t-1", "J-042", "Certificado de antecedentes judiciales", Printed.GENERAL, 7,
                    Wait(5, 12), slip_lines(_slip_lines()))  # fmt: skip
    job = ticket_slip("bench", ticket)

    def worse() -> None:
        for _ in range(100):  # what reading the profile anew for every block would cost
            compose(job)

    ours = samples["ticket_compose_ms"] = _each_us(lambda: compose(job), 50, 1000)
    slow = samples["worse_ticket_compose_ms"] = _each_us(worse, 5, 1000)
    return {
        "ticket_compose_ms": round(min(ours), 3),
        "worse_ticket_compose_ms": round(min(slow), 3),
        "ticket_bytes": len(compose(job)),
        "worse_ticket_bytes": len(compose(job, WITHOUT_NATIVE_QR)),
    }


def _slip_lines() -> list[dict[str, str]]:
    lines = slip(
        site_name="MAC Lima Norte",
        number="J-042",
        attention_class=TicketClass.GENERAL,
        service_name="Certificado de antecedentes judiciales",
        ahead=7,
        wait_words="unos 5 a 12 minutos",
        link="https://turnos.inpe.example/t/1f0b6f0e-6f2a-4d0e-9a3e-5b7c8d9e0f1a-3f9a7c2b4d",
        issued_local=datetime(2026, 3, 4, 9, 30, tzinfo=LIMA),
        complaints="libro de reclamaciones en el mostrador",
    )
    return [{"style": line.style, "text": line.text} for line in lines]


def _each_us(work: Callable[[], object], times: int, pieces_each: int) -> list[float]:
    """Three rounds: microseconds for one of the ``pieces_each`` pieces that ``work`` does."""
    rounds: list[float] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(times):
            work()
        rounds.append(round((time.perf_counter() - began) / times / pieces_each * 1e6, 3))
    return rounds


# --- a whole kiosk -------------------------------------------------------------------------------
class Kiosk:
    """The simulators' control ports, and the process in which the supervisors run."""

    def __init__(self, host: "subprocess.Popen[str]", controls: Mapping[str, tuple[str, int]]):
        self._host = host
        self._controls = controls

    def cpu_percent(self, seconds: float) -> float:
        """Processor time of the kiosk's side, in percent of one core."""
        return float(self._ask(f"cpu {seconds}")) / seconds * 100

    def change_ms(self, name: str, line: str) -> float:
        """From the command that befalls a simulated device to the status its supervisor tells."""
        assert self._ask(f"watch {name}") == "watching"
        began = time.monotonic()
        ask(self._controls[name], line)
        return (float(self._heard()) - began) * 1000

    def put_right(self, name: str, line: str) -> None:
        """Undo what befell it, and wait until its supervisor says so."""
        assert self._ask(f"watch {name}") == "watching"
        ask(self._controls[name], line)
        self._heard()

    def _ask(self, line: str) -> str:
        assert self._host.stdin is not None
        self._host.stdin.write(f"{line}\n")
        self._host.stdin.flush()
        return self._heard()

    def _heard(self) -> str:
        assert self._host.stdout is not None
        line = self._host.stdout.readline().strip()
        if not line:
            raise RuntimeError("the kiosk's side ended")
        return line


@contextlib.contextmanager
def kiosk(folder: Path, options: Options | None = None) -> Iterator[Kiosk]:
    """Every device of ``KIOSK``, simulated and supervised."""
    folder.mkdir(parents=True)
    with contextlib.ExitStack() as running:
        rows: list[list[object]] = []
        controls: dict[str, tuple[str, int]] = {}
        for name, model, _ in KIOSK:
            port, controls[name] = _simulated(running, folder / name, model)
            rows.append([name, model, port, (options or {}).get(model, {})])
        listed = folder / "devices.json"
        listed.write_text(json.dumps(rows))
        host = running.enter_context(_process("tests.load.bench_kiosk", str(listed)))
        made = Kiosk(host, controls)
        assert made._heard() == "ready"
        yield made


def _simulated(
    running: contextlib.ExitStack, path: Path, model: str
) -> tuple[str, tuple[str, int]]:
    where = ("--listen", "127.0.0.1:0") if model in ON_HTTP else ("--pty", str(path))
    words = ("devices", "simulate", model, *where, "--spool", f"{path}.spool")
    process = running.enter_context(_process(*words))
    assert process.stdout is not None
    _, _, port, control = process.stdout.readline().split()
    host, _, number = control.rpartition(":")
    return port, (host, int(number))


@contextlib.contextmanager
def _process(*words: str) -> "Iterator[subprocess.Popen[str]]":
    process = subprocess.Popen(
        [sys.executable, "-m", *words],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=10)


def _idle(folder: Path, samples: Figures) -> Figures:
    with kiosk(folder) as made:
        rounds = samples["poll_cpu_percent"] = [
            round(made.cpu_percent(IDLE_S), 2) for _ in range(ROUNDS)
        ]
    return {"poll_cpu_percent": min(rounds), "devices": len(KIOSK)}


def _restless(folder: Path, samples: Figures) -> Figures:
    often = {model: {"poll_interval_s": 0.01} for model in ("escpos", "nexo", "cctalk-bill")}
    with kiosk(folder, often) as made:
        rounds = samples["worse_poll_cpu_percent"] = [round(made.cpu_percent(3.0), 2)]
    return {"worse_poll_cpu_percent": min(rounds)}


def _changes(folder: Path, samples: Figures) -> Figures:
    """The slowest device of each round counts; the terminal, asked every 5 s, is told apart."""
    each: dict[str, list[float]] = {name: [] for name, _, _ in KIOSK}
    with kiosk(folder) as made:
        for _ in range(ROUNDS):
            for name, _, line in KIOSK:
                each[name].append(round(made.change_ms(name, line), 1))
                made.put_right(name, PUT_RIGHT[line])
    samples["status_to_supervisor_ms"] = each
    told = [[each[name][place] for name in each if name != ASKED_RARELY] for place in range(ROUNDS)]
    return {
        "status_to_supervisor_ms": min(max(worst) for worst in told),
        "terminal_to_supervisor_ms": max(each[ASKED_RARELY]),
    }


def _rarely(folder: Path, samples: Figures) -> Figures:
    """A printer asked as rarely as is common: its paper's end is known late."""
    with kiosk(folder, {"escpos": {"poll_interval_s": 2.0}}) as made:
        rounds: list[float] = []
        for _ in range(ROUNDS):
            rounds.append(round(made.change_ms("printer", "paper out"), 1))
            made.put_right("printer", "paper full")
    samples["worse_status_to_supervisor_ms"] = rounds
    return {"worse_status_to_supervisor_ms": max(rounds)}


if __name__ == "__main__":
    main()
