"""What happens in the demo: people come to the kiosk, staff call a turn, the display shows it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.demo.applicant import Applicant
from deploy.demo.place import KIOSK_CODE, LOOPBACK, Place
from deploy.demo.processes import Processes, answers
from deploy.demo.room import Room, open_room

# An invented person; every check digit is right.
ROSA = (
    "I<PER10117410<7<<<<<<<<<<<<<<<",
    "8001014M3001019PER<<<<<<<<<<<8",
    "PRUEBA<<JUAN<CARLOS<<<<<<<<<<<",
)
COUNTER = "V1"


@dataclass
class Happened:
    """What the story can prove: numbers, times, and the files that show it."""

    ticket: dict[str, object] = field(default_factory=dict)
    journey: dict[str, object] = field(default_factory=dict)
    screens: list[Path] = field(default_factory=list)
    processes: dict[str, float] = field(default_factory=dict)


@contextmanager
def product(place: Place) -> Iterator[Processes]:
    """Every process of the product, running and ready."""
    run, ports = place.run, place.ports
    with Processes(place.folder / "logs") as processes:
        server = ("-m", "queue_server", "--config", str(run / "server.toml"))
        processes.start("jobs", *server, "jobs")
        _simulate(processes, "reader", "serial-mrz", place, ports.reader)
        _simulate(processes, "printer", "escpos", place, ports.printer)
        processes.wait("jobs", processes.says("jobs", "ready"))
        processes.start("web", *server, "web")
        processes.wait("reader", processes.says("reader", "ready"))
        processes.wait("printer", processes.says("printer", "ready"))
        processes.wait("web", answers(ports.web))
        kiosk = ("-m", "kiosk", "--config", str(run / "kiosk.toml"))
        screen = "--windowed" if os.environ.get("DISPLAY") else "--offscreen"
        processes.start("kiosk", *kiosk, screen, "--remote", str(ports.kiosk))
        processes.wait("kiosk", answers(ports.kiosk))
        yield processes


def _simulate(processes: Processes, name: str, model: str, place: Place, port: int) -> None:
    words = ["--pty", str(place.run / f"{name}.tty"), "--control", f"{LOOPBACK}:{port}"]
    if name == "printer":
        words += ["--spool", str(place.spool)]
    processes.start(name, "-m", "devices", "simulate", model, *words)


def tell(place: Place, processes: Processes) -> Happened:
    """Play the whole story and bring back what happened."""
    happened = Happened()
    with open_room(place.url) as room:
        room.open(place.staff, place.it, COUNTER)
        person = Applicant(place.ports.kiosk, place.ports.reader, place.screens)
        _take_a_turn(person, place, room, happened)
        room.wait_for_kiosk(KIOSK_CODE)
        happened.screens += person.seen + room.pictures(place.screens)
        room.finish()
    happened.processes = processes.peak_rss_mb()
    return happened


def _take_a_turn(person: Applicant, place: Place, room: Room, happened: Happened) -> None:
    person.waits_for("welcome")
    person.machine_seconds = 0.0  # until here it was the machine's own start
    person.touch("start", "read_document")
    person.show_document(ROSA, "choose_service")
    person.touch("service:information", "ticket_ready")
    paper = _paper(place, 1)
    number = _number_on(paper)
    shown_ms = room.call_next(number)
    happened.ticket = {
        "number": number,
        "called_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "shown_on_display_ms": round(shown_ms, 1),
        "paper": paper,
    }
    person.touch("finish", "welcome")
    happened.journey = {
        "touches": person.touches,
        "typed_screens": person.typed_screens,
        "machine_seconds": round(person.machine_seconds, 2),
    }


def _paper(place: Place, count: int) -> Path:
    """The `count`-th slip as text, once the knife has cut it."""
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        slips = sorted(place.spool.glob("*.bin"))
        if len(slips) >= count:
            return slips[count - 1].with_suffix(".txt")
        time.sleep(0.02)
    raise TimeoutError("the printer cut no slip")


def _number_on(slip: Path) -> str:
    words = slip.read_text().split()
    return next(word for word in words if len(word) >= 5 and word[1] == "-" and word[2:].isdigit())
