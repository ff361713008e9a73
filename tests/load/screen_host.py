"""A kiosk's screen in a process of its own, measured from inside: the real flow and application.

`python -m tests.load.screen_host` draws offscreen and obeys lines on standard input, each answered
by one line of JSON: `pressed COUNT [SLOW_S]` the milliseconds from a finger to the picture that
shows it; `sessions COUNT [leak]` the resident MiB after each hundredth of so many visits; `idle
SECONDS [restless]` the processor seconds meanwhile. What devices, server and centre answer is made
up here.
"""

import contextlib
import gc
import json
import logging
import random
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path
from queue import SimpleQueue
from typing import Any
from uuid import UUID

SEED = 7
FRAMES_A_SCREEN = 2
EMAIL = "juan.prueba@example.com"
PRESSABLE = ("start", "start_preferential")


def main() -> None:
    """Obey standard input until it ends."""
    from kiosk.environment import prepare_environment

    with tempfile.TemporaryDirectory() as home:
        prepare_environment(Path(home), offscreen=True)
        logging.getLogger("kivy").addFilter(lambda record: "MTDev" not in record.getMessage())
        host = Host()
        print("ready", flush=True)
        for line in sys.stdin:
            verb, *words = line.split()
            print(json.dumps(getattr(host, verb)(*words)), flush=True)


class Host:
    """The application, driven frame by frame on the thread that made it."""

    def __init__(self) -> None:
        from kivy.base import EventLoop

        from kiosk.app import KioskApp
        from kiosk.texts.catalogue import load
        from kiosk.theme import Theme
        from kiosk.touch import Touch

        self.engine = Engine()
        self.app = KioskApp(self.engine, Theme(), load())
        self.app._run_prepare()
        EventLoop.start()
        self._loop: Any = EventLoop
        self._touch = Touch(self.app)
        self._frames(5)

    # --- from finger to picture ------------------------------------------------------------------
    def pressed(self, count: str, slow_s: str = "0") -> list[float]:
        """Milliseconds from a finger at a random moment to the picture that shows it pressed."""
        from kivy.base import EventLoop

        self._at_full_rate(False)
        chance = random.Random(SEED)
        window: Any = EventLoop.window
        if float(slow_s):
            window.bind(on_touch_down=lambda *_: time.sleep(float(slow_s)))
        names = [PRESSABLE[number % len(PRESSABLE)] for number in range(int(count))]
        return [self._press(name, chance.uniform(0, 0.1)) for name in names]

    def _press(self, name: str, after_s: float) -> float:
        from kivy.clock import Clock

        from kiosk.touch import Finger

        assert self.app.page is not None
        control = next(each for each in self.app.page.walk() if getattr(each, "name", "") == name)
        finger = Finger(*control.to_window(control.center_x, control.center_y))
        began: list[float] = []
        shown: list[float] = []

        def down() -> None:
            time.sleep(after_s)
            began.append(time.monotonic())
            Clock.schedule_once(lambda _dt: self._loop.post_dispatch_input("begin", finger), -1)

        def flipped(_window: Any) -> None:
            if began and control.state == "down" and not shown:
                shown.append(time.monotonic())

        window: Any = self._loop.window
        window.bind(on_flip=flipped)
        thread = threading.Thread(target=down)
        thread.start()
        ends = time.monotonic() + 10
        while not shown and time.monotonic() < ends:
            self._loop.idle()
        thread.join()
        window.unbind(on_flip=flipped)
        self._move_off(finger)
        return round((shown[0] - began[0]) * 1000, 2)

    def _move_off(self, finger: Any) -> None:
        """Lift the finger where there is nothing: a touch that slides off does nothing."""
        finger.move((0.5, 0.999))
        self._loop.post_dispatch_input("update", finger)
        self._loop.post_dispatch_input("end", finger)
        self.engine.forget_touches()
        self._frames(2)

    # --- one visit after the other ---------------------------------------------------------------
    def sessions(self, count: str, leak: str = "") -> list[float]:
        """Resident MiB before, and after each hundredth of `count` visits."""
        self._at_full_rate(True)
        kept: list[object] = []
        every = max(1, int(count) // 100)
        samples = [resident_mib()]
        for number in range(1, int(count) + 1):
            self._visit(whole=number % 10 == 0)
            if leak:
                kept.append(bytearray(200_000))
            if number % every == 0:
                gc.collect()
                samples.append(resident_mib())
        return samples

    def _visit(self, *, whole: bool) -> None:
        """A visit to the end, or one given up at the terms."""
        self._do("start")
        self.engine.show_document()
        self._frames(FRAMES_A_SCREEN)
        self._do("service:certificate")
        if not whole:
            self._do("cancel")
            return
        for name in ("accept", "confirm"):
            self._do(name)
        self._touch.type_keys(EMAIL)
        for name in ("continue", "pay", "finish"):
            self._do(name)

    def _do(self, name: str) -> None:
        self._touch.touch(name)
        self._frames(FRAMES_A_SCREEN)

    # --- at rest ---------------------------------------------------------------------------------
    def idle(self, seconds: str, restless: str = "") -> float:
        """Processor seconds while nobody is there for `seconds`."""
        from kivy.clock import Clock

        self._at_full_rate(False)

        def stir(_dt: float) -> None:
            self._loop.window.canvas.ask_update()

        if restless:
            Clock.schedule_interval(stir, 0)
        began, ends = time.process_time(), time.monotonic() + float(seconds)
        while time.monotonic() < ends:
            self._loop.idle()
        Clock.unschedule(stir)
        return time.process_time() - began

    def _at_full_rate(self, on: bool) -> None:
        """Frames without waiting between them, or as many as the product draws."""
        from kivy.clock import Clock

        clock: Any = Clock
        clock._max_fps = 0 if on else 30

    def _frames(self, count: int) -> None:
        for _ in range(count):
            self._loop.idle()


class Engine:
    """The real flow; whatever it asks for is done at once."""

    def __init__(self) -> None:
        from kiosk.flow.states import State, Welcome
        from kiosk.flow.world import Part, PartState, Service, ServiceKind, World

        services = (
            Service(
                "certificate",
                "Certificado de antecedentes judiciales",
                "J",
                ServiceKind.CERTIFICATE,
            ),
            Service("information", "Información y orientación", "I"),
        )
        parts = tuple((each, PartState(True)) for each in Part)
        self.state = State(
            World("MAC Lima Norte", True, True, services, 3770, True, parts), Welcome()
        )
        self._queued: SimpleQueue[Any] = SimpleQueue()

    def post(self, event: Any) -> None:
        """Queue an event."""
        self._queued.put(event)

    def drain(self) -> bool:
        """Apply what is queued; True when the state changed."""
        from kiosk.flow.step import step

        before = self.state
        while not self._queued.empty():
            self.state, effects = step(self.state, self._queued.get())
            for each in effects:
                if (told := answer(each)) is not None:
                    self.post(told)
        return self.state is not before

    def show_document(self) -> None:
        """The reader reads a document."""
        from kiosk.flow.events import DocumentTaken
        from kiosk.flow.person import Document

        self.post(DocumentTaken(Document("01", "10117410", date(1980, 1, 1), "PRUEBA", "JUAN")))

    def forget_touches(self) -> None:
        """Nothing that was touched is done."""
        while not self._queued.empty():
            self._queued.get()


def answer(effect: Any) -> Any:
    """What device, server or centre says to `effect`; None where nobody answers."""
    from kiosk.flow import effects, events, facts

    match effect:
        case effects.CheckApplicant(done):
            return events.ApplicantChecked(done, facts.Offer("PR**** JUAN", 3770))
        case effects.RegisterOrder(done, _, application):
            order = facts.Order(UUID(str(application)), "A01-00042-K", 3770, EMAIL)
            return events.OrderRegistered(done, order)
        case effects.ChargeCard(done):
            return events.Charged(done)
        case effects.DeliverOrder(done):
            return events.ApplicationSettled(done, facts.Outcome.ISSUED)
        case effects.PrintReceipt(done):
            return events.SlipPrinted(done, facts.PrintState.PRINTED)
        case _:
            return None


def resident_mib() -> float:
    """This process's resident memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * 4096 / 2**20, 1)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
