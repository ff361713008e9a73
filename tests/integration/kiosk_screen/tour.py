"""Runs the application offscreen through every screen; writes pictures and measurements.

Run by the tests in a process of its own, because Kivy opens one window in a process.
"""

import json
import resource
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

BEGUN = time.monotonic()


class Showcase:
    """An engine that is put into states by hand."""

    def __init__(self, state: Any) -> None:
        self.state = state
        self.changed = False
        self.posted: list[Any] = []

    def post(self, event: Any) -> None:
        self.posted.append(event)

    def drain(self) -> bool:
        changed, self.changed = self.changed, False
        return changed


def main(folder: Path) -> None:
    """Write `<name>.png` for each screen and `tour.json` into `folder`."""
    from kiosk.environment import prepare_environment

    prepare_environment(folder, offscreen=True)
    from kivy.base import EventLoop
    from kivy.clock import Clock

    from kiosk.app import KioskApp
    from kiosk.flow import states
    from kiosk.flow.world import Obstacle, Part, PartState, Service, World
    from kiosk.texts.catalogue import load
    from kiosk.theme import Theme
    from kiosk.touch import Touch

    services = (
        Service("certificate", "Certificado de antecedentes judiciales", "J"),
        Service("information", "Información y orientación", "I"),
    )
    world = World("MAC Lima Norte", True, True, services, parts=((Part.READER, PartState(True)),))
    person = states.Person(
        UUID(int=7),
        states.AttentionClass.GENERAL,
        states.Document("01", "10203040", date(1990, 2, 3), "PRADO", "JUAN"),
    )
    ticket = states.Ticket(
        "t", "J-042", services[0].name, states.AttentionClass.GENERAL, 7, world.site, ""
    )
    tour: dict[str, states.At] = {
        "welcome": states.Welcome(),
        "out_of_service": states.OutOfService(Obstacle.SERVER_AWAY),
        "read_document": states.ReadDocument(person),
        "read_document-again": states.ReadDocument(person, states.ReadProblem.UNREADABLE, 2),
        "choose_service": states.ChooseService(person, services),
        "taking_turn": states.TakingTurn(person, services[0]),
        "ticket_ready-printing": states.TicketReady(person, ticket),
        "ticket_ready-printed": states.TicketReady(person, ticket, states.PrintState.PRINTED),
    }
    engine = Showcase(states.State(world, states.Welcome()))
    report: dict[str, object] = {}

    def first_frame() -> None:
        report["first_frame_s"] = time.monotonic() - BEGUN
        report["rss_mib"] = _resident_mib()

    app = KioskApp(engine, Theme(), load(), first_frame)
    app._run_prepare()
    EventLoop.start()
    touch = Touch(app)
    screens: dict[str, list[str]] = {}
    for name, at in tour.items():
        engine.state, engine.changed = replace(engine.state, at=at), True
        _frames(5)
        touch.screenshot(folder / f"{name}.png")
        screens[name] = [touch.screen(), *touch.controls()]
    engine.state, engine.changed = replace(engine.state, at=states.Welcome()), True
    _frames(5)
    drawn = []
    window: Any = EventLoop.window
    window.bind(on_flip=lambda _window: drawn.append(Clock.frames))
    _frames(15)
    report["frames_drawn_at_rest"] = len(drawn)
    touch.touch("start")
    report["events"] = [type(event).__name__ for event in engine.posted]
    report["screens"] = screens
    report["peak_rss_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (folder / "tour.json").write_text(json.dumps(report))


def _frames(count: int) -> None:
    from kivy.base import EventLoop

    for _ in range(count):
        EventLoop.idle()


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


if __name__ == "__main__":
    main(Path(sys.argv[1]))
