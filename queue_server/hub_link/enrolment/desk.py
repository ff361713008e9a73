"""Shows this site's code to whoever enrols it, until a person has typed it at the hub."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from queue_server.hub_link.adapters.line import LineDown
from queue_server.hub_link.enrolment.attempt import Attempt, Declined
from queue_server.hub_link.enrolment.exchange import NotOurs, WrongCode
from queue_server.hub_link.model.trust import Trust

CODE_DIGITS = 8
LASTS_S = 570.0  # the hub's ten minutes, a little less
MAX_TRIES = 5
LOOK_EVERY_S = 1.0
# After five wrong codes: a person mistyped, or a stranger guesses. Doubled each time.
FIRST_PAUSE_S = 10.0
# The hub does not answer, or will not have us: it is asked again after this.
AGAIN_AFTER_S = 5.0
# What no waiting mends.
_FINAL = ("no_tls", "not_found", "invalid")

log = structlog.get_logger("enrolment")


class NotEnrolled(Exception):
    """Nobody let this site in; the message says why and what to do."""


@dataclass
class _Code:
    """The code shown now and how often it was used."""

    digits: str = field(
        default_factory=lambda: f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    )
    device_key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    used: int = 0

    def use(self) -> bool:
        """Count one use of the code; False when there is none left."""
        if self.used >= MAX_TRIES:
            return False
        self.used += 1
        return True


class EnrolmentDesk:
    """`enrol` shows codes by `show` and waits; all its waits are short looks.

    `monotonic`: seconds; `sleep`: waits so many.
    """

    def __init__(
        self,
        url: str,
        site: str,
        show: Callable[[str], None],
        say: Callable[[str], None],
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url = url
        self._site = site
        self._show = show
        self._say = say
        self._monotonic = monotonic
        self._sleep = sleep
        self._pause_s = FIRST_PAUSE_S

    def enrol(self, within_s: float = LASTS_S) -> Trust:
        """What the hub gave once a person had typed the code there. Raises NotEnrolled."""
        ends = self._monotonic() + within_s
        while True:
            trust = self._with_one_code(ends)
            if trust is not None:
                return trust
            self._say("That code is used up: five wrong ones were typed. Another one follows.")
            self._wait(self._pause_s, ends)
            self._pause_s *= 2

    def _with_one_code(self, ends: float) -> Trust | None:
        """None when the code is used up. Raises NotEnrolled."""
        code, shown, told = _Code(), False, ""
        attempt = self._attempt(code)
        try:
            while code.used < MAX_TRIES:
                pause_s = LOOK_EVERY_S
                try:
                    trust = attempt.look()
                    if trust is not None:
                        return trust
                    if not shown:
                        self._show(code.digits)
                        shown = True
                except WrongCode:
                    self._say("A wrong code was typed, or somebody stands between. Type it again.")
                except NotOurs as fault:
                    raise NotEnrolled(f"{self._url}: {fault}; nothing was trusted") from None
                except (LineDown, Declined) as fault:
                    if isinstance(fault, Declined) and fault.kind == "closed":
                        return None
                    told = self._tell_once(fault, told)
                    if isinstance(fault, Declined) or not attempt.is_open:
                        attempt.close()
                        attempt = self._attempt(code)
                        pause_s = AGAIN_AFTER_S
                self._wait(pause_s, ends)
            return None
        finally:
            attempt.close()

    def _attempt(self, code: _Code) -> Attempt:
        return Attempt(self._url, self._site, code.digits, code.device_key, code.use)

    def _tell_once(self, fault: LineDown | Declined, told: str) -> str:
        if isinstance(fault, Declined):
            words = f"The hub declines ({fault.kind}): {fault.detail}"
            if fault.kind in _FINAL:
                raise NotEnrolled(words)
        else:
            words = f"The hub at {self._url} does not answer ({fault.reason}); trying again."
        if words != told:
            self._say(words)
        return words

    def _wait(self, seconds: float, ends: float) -> None:
        left = ends - self._monotonic()
        if left <= 0:
            raise NotEnrolled(
                "nobody typed the code at the hub within ten minutes; run the command again"
            )
        self._sleep(min(seconds, left))
