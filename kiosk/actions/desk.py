"""Takes actions as they come with the offer, does one at a time, and answers for each."""

import queue
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID, uuid4

import structlog

from kiosk.actions.admission import Admission, NotAdmitted
from kiosk.actions.book import ActionBook, Begun
from kiosk.actions.door import Door
from kiosk.actions.model import Action, Kind, Refusal, is_over
from kiosk.journal import Journal, JournalFailed
from kiosk.journal.outgoing import Outgoing
from kiosk.queue_client import Answer, Granted

TELL_WITHIN_S = 5.0
LOOK_AGAIN_S = 0.2
AT_REST_S = 1.0
NOT_TOLD = (
    Refusal.FORGED,
    Refusal.NOT_PAIRED,
    Refusal.NOT_AN_ACTION,
    Refusal.SEEN,
    Refusal.OUT_OF_ORDER,
    Refusal.CLOCK_UNKNOWN,
)
"""Of these the server hears nothing: it did not say it, said it before, or will say it again."""

log = structlog.get_logger("actions")


@dataclass(frozen=True)
class Outcome:
    """How an action went: a Spanish sentence for who ordered it. `ends_program`: the rest is told
    by the program that follows this one."""

    well: bool
    detail: str = ""
    ends_program: bool = False


@dataclass(frozen=True)
class Work:
    """What a kind of action does. `alone`: nobody may be in front of the kiosk, nor come."""

    do: Callable[[Action], Outcome]
    alone: bool = True


class _Line(Protocol):
    def put(
        self,
        path: str,
        body: dict[str, Any] | None,
        key: UUID,
        deadline_s: float,
        *,
        strict: bool = False,
    ) -> Answer: ...


class ActionDesk:
    """One thread calls `look` again and again. `now`: the server's clock, None where unknown;
    `configuration`: the version this kiosk runs with; `restart` ends the program; `on_trial`:
    whether somebody else will tell how a change of the configuration went."""

    def __init__(
        self,
        line: _Line,
        admission: Admission,
        book: ActionBook,
        door: Door,
        journal: Journal,
        works: Mapping[Kind, Work],
        now: Callable[[], datetime | None],
        configuration: Callable[[], int],
        restart: Callable[[], None],
        on_trial: Callable[[], bool] = lambda: False,
        ending: threading.Event | None = None,
    ) -> None:
        self._line = line
        self._admission = admission
        self._book = book
        self._door = door
        self._journal = journal
        self._works = works
        self._now = now
        self._configuration = configuration
        self._restart = restart
        self._on_trial = on_trial
        self._ending = ending or threading.Event()
        self._waiting: queue.Queue[tuple[str, str] | None] = queue.Queue(1)
        self._refused = ""

    def hear(self, offer: Mapping[str, Any]) -> None:
        """What came with an offer; from any thread. What finds no room comes again."""
        match offer.get("action"):
            case {"body": str(body), "signature": str(signature)} if not self._waiting.full():
                try:
                    self._waiting.put_nowait((body, signature))
                except queue.Full:
                    return
            case _:
                return

    def look(self) -> None:
        """Wait a moment for an action, and see it through."""
        try:
            said = self._waiting.get(timeout=AT_REST_S)
        except queue.Empty:
            return
        if said is None or self._ending.is_set():
            return
        body, signature = said
        try:
            action = self._admission.admit(body, signature, self._now())
        except NotAdmitted as refused:
            self._turn_away(refused, body)
            return
        self._see_through(action)

    def end(self) -> None:
        """Nothing more is begun."""
        self._ending.set()
        with suppress(queue.Full):
            self._waiting.put_nowait(None)  # whoever waits need not wait any longer

    def settle(self) -> None:
        """After a start: tell what became of an action that ended the program, or was cut short."""
        match self._book.begun:
            case Begun(id_, Kind.RESTART):
                self.close(id_, Outcome(well=True, detail="El quiosco volvió a arrancar."))
            case Begun(id_, kind) if kind is not Kind.CONFIGURE or not self._on_trial():
                words = "El programa terminó a mitad; no se sabe hasta dónde llegó."
                self.close(id_, Outcome(well=False, detail=words))
            case _:
                return

    def close(self, action: str, outcome: Outcome) -> None:
        """Tell how `action` went: now, or when the server is there."""
        state = "done" if outcome.well else "failed"
        if not self._tell(action, state, outcome.detail):
            body = self._report(state, outcome.detail)
            try:
                self._journal.outgoing.put(Outgoing(uuid4(), _path(action), body))
            except JournalFailed as error:
                log.error("how an action went is not in the books", why=str(error))
        self._write(self._book.ended)

    def _turn_away(self, refused: NotAdmitted, body: str) -> None:
        """Said once in the log, however often it comes."""
        if body != self._refused:
            log.warning("an action was not begun", reason=str(refused.reason))
        self._refused = body
        action = refused.action
        if action is None or refused.reason in NOT_TOLD:
            return
        if refused.reason is Refusal.EXPIRED:
            self._tell(action.id, "expired", "Llegó tarde.")
        else:
            self._tell(action.id, "refused", _REFUSED.get(refused.reason, ""))

    def _see_through(self, action: Action) -> None:
        work = self._works[action.kind]
        if not self._tell(action.id, "taken"):
            return
        if work.alone and not self._alone(action):
            return
        if not self._begins(action):
            if work.alone:
                self._door.open()
            return
        outcome = self._done(work, action)
        if outcome.ends_program and outcome.well:
            self._restart()
            return
        self.close(action.id, outcome)
        if work.alone:
            self._door.open()

    def _alone(self, action: Action) -> bool:
        """Shut the door as soon as nobody stands in front of it; False when that came too late."""
        told = False
        while not self._door.shut():
            if not told:
                told = self._tell(action.id, "waiting", "Una persona usa el quiosco.")
            if self._is_too_late(action):
                self._tell(action.id, "expired", "Una persona usó el quiosco todo el tiempo.")
                return False
            if self._ending.wait(LOOK_AGAIN_S):
                return False
        return True

    def _begins(self, action: Action) -> bool:
        """The server has the last word: it says no when it is late, or this kiosk was shut out."""
        if self._is_too_late(action):
            self._tell(action.id, "expired", "Llegó tarde.")
            return False
        if not self._admission.still(action):
            return False
        if not self._write(lambda: self._book.begin(action)):
            self._tell(action.id, "refused", _REFUSED[Refusal.NOT_WRITTEN])
            return False
        if self._tell(action.id, "running"):
            return True
        self._write(self._book.ended)
        return False

    def _is_too_late(self, action: Action) -> bool:
        now = self._now()
        return now is None or is_over(action, now)

    def _done(self, work: Work, action: Action) -> Outcome:
        log.info("an action begins", kind=str(action.kind))
        try:
            return work.do(action)
        except Exception as error:
            log.exception("an action failed", kind=str(action.kind))
            return Outcome(well=False, detail=f"Falló: {type(error).__name__}.")

    def _tell(self, action: str, state: str, detail: str = "") -> bool:
        """Whether the server took it so."""
        answer = self._line.put(
            _path(action), self._report(state, detail), uuid4(), TELL_WITHIN_S, strict=True
        )
        return isinstance(answer, Granted) and (answer.body or {}).get("state") == state

    def _report(self, state: str, detail: str) -> dict[str, Any]:
        return {"state": state, "detail": detail[:400], "configuration": self._configuration()}

    def _write(self, write: Callable[[], None]) -> bool:
        try:
            write()
        except OSError as error:
            log.error("the book of actions cannot be written", why=str(error))
            return False
        return True


_REFUSED = {
    Refusal.ANOTHER_KIOSK: "La orden era para otro equipo, o para este antes de autorizarlo.",
    Refusal.NOT_YET: "El reloj del quiosco no coincide con el del servidor.",
    Refusal.NOT_WRITTEN: "El disco del quiosco no deja escribir; no se hizo nada.",
}


def _path(action: str) -> str:
    return f"/api/v1/kiosk-actions/{action}/reports"


class Acting:
    """The thread of an ActionDesk. `stop` lets what is being done end."""

    def __init__(self, desk: ActionDesk) -> None:
        self._desk = desk
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="actions", daemon=True)

    def start(self) -> None:
        """Settle what a former program left, then wait for actions."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more."""
        self._ending.set()
        self._desk.end()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout=TELL_WITHIN_S)

    def _run(self) -> None:
        self._once(self._desk.settle)
        while not self._ending.is_set():
            self._once(self._desk.look)

    def _once(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            log.exception("actions failed, will go on")
            self._ending.wait(AT_REST_S)
