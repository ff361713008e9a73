"""A changed configuration proves itself: the kiosk is heard with it, or goes back by itself."""

import time
from collections.abc import Callable

from kiosk.actions.desk import Outcome, Work
from kiosk.actions.model import Action
from kiosk.actions.settings import SettingsBook, WrongSetting

HEALTHY_WITHIN_S = 60.0
LOOK_EVERY_S = 0.5


class SettingsTrial:
    """`look` is called every `LOOK_EVERY_S` seconds. `heard`: whether the server acknowledged a
    heartbeat of this program; `close` tells how the action went; `restart` ends the program."""

    def __init__(
        self,
        book: SettingsBook,
        heard: Callable[[], bool],
        close: Callable[[str, Outcome], None],
        restart: Callable[[], None],
        monotonic: Callable[[], float] = time.monotonic,
        within_s: float | None = None,
    ) -> None:
        self._book = book
        self._heard = heard
        self._close = close
        self._restart = restart
        self._monotonic = monotonic
        # What is proposed now is tried by the program that follows, not by this one.
        self._on_trial = book.trial
        within = HEALTHY_WITHIN_S if within_s is None else within_s
        self._ends = monotonic() + within

    def work(self) -> Work:
        """How a change of the configuration is done: written down, then a new start."""
        return Work(self._propose)

    def look(self) -> None:
        """Judge what is on trial; tell what was given up."""
        if (fell := self._book.fell_back) is not None:
            words = f"Volvió a la versión {self._book.version.number}. {fell.why}"
            self._close(fell.action, Outcome(well=False, detail=words))
            self._book.told()
        if self._on_trial is None:
            return
        if self._heard():
            words = f"Funciona con la versión {self._book.version.number}."
            self._close(self._on_trial.action, Outcome(well=True, detail=words))
            self._book.confirm()
            self._on_trial = None
        elif self._monotonic() >= self._ends:
            self._book.back("El servidor no volvió a saber del quiosco.")
            self._on_trial = None
            self._restart()

    def _propose(self, action: Action) -> Outcome:
        changes = action.arguments.get("changes")
        if not isinstance(changes, dict) or not changes:
            return Outcome(well=False, detail="La orden no dice qué cambiar.")
        try:
            self._book.propose(action.id, action.configuration, changes)
        except WrongSetting as error:
            return Outcome(well=False, detail=str(error))
        except OSError:
            return Outcome(well=False, detail="El disco del quiosco no deja escribir.")
        return Outcome(well=True, ends_program=True)
