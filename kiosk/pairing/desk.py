"""Shows this kiosk's code and asks every server in sight until a person has typed it at ours."""

import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.flow.pairing import Pairing, PairingChanged
from kiosk.pairing.attempt import Attempt
from kiosk.pairing.exchange import NotOurs, WrongCode
from kiosk.pairing.finder import Finder
from kiosk.pairing.line import Declined, LineDown
from kiosk.trust import Trust

CODE_DIGITS = 8
CODE_LASTS_S = 570.0  # the server's ten minutes, a little less
MAX_TRIES = 5
SIDE_BY_SIDE = 8
# After five wrong codes: a person mistyped, or a stranger guesses. Doubled each time.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 10.0, 600.0
# A server that does not answer, or will not have us, is asked again after this.
AGAIN_AFTER_S = 10.0

log = structlog.get_logger("pairing")


@dataclass
class _Code:
    """The code shown now and what belongs to it."""

    digits: str
    ends_at: float
    device_key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    resting: dict[str, float] = field(default_factory=dict)
    used: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def is_spent(self) -> bool:
        """Whether it was used as often as a code may be."""
        return self.used >= MAX_TRIES

    def use(self) -> bool:
        """Count one use of the code, by whichever server; False when there is none left."""
        with self.lock:
            if self.is_spent:
                return False
            self.used += 1
            return True


class PairingDesk:
    """`look` is called every second while this kiosk is not paired; a Trust ends it.

    `post` gets a PairingChanged whenever the screen should change. `monotonic`: seconds.
    """

    def __init__(
        self,
        kiosk: str,
        finder: Callable[[], Finder],
        post: Callable[[PairingChanged], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kiosk = kiosk
        self._make_finder = finder
        self._post = post
        self._monotonic = monotonic
        self._finder: Finder | None = None
        self._code: _Code | None = None
        self._shown: Pairing | None = None
        self._pause_s = FIRST_PAUSE_S
        self._begin_at = 0.0

    def look(self) -> Trust | None:
        """Ask every server in sight once; what the one gave that knew our code."""
        now = self._monotonic()
        if self._code is not None and (now >= self._code.ends_at or self._code.is_spent):
            self._give_up(now)
        if self._code is None:
            if now < self._begin_at:
                self._show(Pairing("", 0))
                return None
            digits = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
            self._code = _Code(digits, now + CODE_LASTS_S)
        trust = self._ask_all(self._code, now)
        if trust is None:
            reached = sum(each.is_open for each in self._code.attempts.values())
            self._show(Pairing(self._code.digits, reached))
        return trust

    def end(self) -> None:
        """Paired, or the kiosk ends: show nothing, ask nobody."""
        self._close_attempts()
        self._code = None
        if self._finder is not None:
            self._finder.close()
            self._finder = None
        self._show(None)

    def _ask_all(self, code: _Code, now: float) -> Trust | None:
        self._finder = self._finder or self._make_finder()
        for url in self._finder.urls():
            if url not in code.attempts and now >= code.resting.get(url, 0.0):
                code.attempts[url] = Attempt(
                    url, self._kiosk, code.digits, code.device_key, code.use
                )
        if not code.attempts:
            return None
        attempts = list(code.attempts.values())
        with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="pairing") as pool:
            found = list(pool.map(lambda each: self._ask(code, each, now), attempts))
        return next((each for each in found if each is not None), None)

    def _ask(self, code: _Code, attempt: Attempt, now: float) -> Trust | None:
        try:
            return attempt.look()
        except WrongCode:
            log.warning("a wrong code was typed, or somebody stands between", server=attempt.url)
            return None
        except NotOurs as fault:
            log.error("a server gave what does not belong to it", why=str(fault))
        except LineDown as fault:
            if attempt.is_open:  # what was proven already must not be begun anew
                return None
            log.info("a server does not answer", server=attempt.url, why=str(fault))
        except Declined as fault:
            log.info("a server will not have us", server=attempt.url, why=fault.kind)
        attempt.close()
        code.attempts.pop(attempt.url, None)
        code.resting[attempt.url] = now + AGAIN_AFTER_S
        return None

    def _give_up(self, now: float) -> None:
        assert self._code is not None
        if self._code.is_spent:
            self._begin_at = now + self._pause_s
            self._pause_s = min(LONGEST_PAUSE_S, 2 * self._pause_s)
        self._close_attempts()
        self._code = None

    def _close_attempts(self) -> None:
        if self._code is not None:
            for each in self._code.attempts.values():
                each.close()

    def _show(self, shown: Pairing | None) -> None:
        if shown != self._shown:
            self._shown = shown
            self._post(PairingChanged(shown))
