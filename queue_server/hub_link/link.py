"""Tells the hub, batch by batch, and does what it asks for: the one thread that speaks to it."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from pydantic import ValidationError

from queue_server.core.db import Database
from queue_server.core.tls import TlsFault
from queue_server.fleet.actions.service import Sign
from queue_server.hub.wire import AnswerBody, OrderBody
from queue_server.hub_link.adapters.line import Answer, Line, LineDown, pinned_line
from queue_server.hub_link.adapters.trust_file import TrustFile, TrustUnreadable
from queue_server.hub_link.gathering import Batch, Gathering
from queue_server.hub_link.model import pace
from queue_server.hub_link.model.orders import Took
from queue_server.hub_link.model.trust import Trust
from queue_server.hub_link.renewal import Renewed, renew
from queue_server.hub_link.services import orders
from queue_server.hub_link.services.standing import BEHIND, Standing, last_event, put_standing

PATH = "/api/v1/hub/batches"
WITHIN_S = 20.0
RENEW_AGAIN_S = 60.0
SAY_AGAIN_S = 30.0

log = structlog.get_logger("hub")


@dataclass(frozen=True)
class Hub:
    """Where the hub is and how often it is told, in seconds."""

    url: str
    every_s: float


class HubLink:
    """`turn` is called every second or so by one thread; another may `stop` it.

    `sign` gives the key by which kiosks believe orders, None where this site has none. `chance`:
    [0, 1), spreads what many sites do after a failure.
    """

    def __init__(
        self,
        database: Database,
        site: str,
        hub: Hub,
        file: TrustFile,
        gathering: Gathering,
        sign: Callable[[], Sign | None],
        line: Callable[[str, str], Line] = pinned_line,
        monotonic: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._site = site
        self._hub = hub
        self._file = file
        self._gathering = gathering
        self._sign = sign
        self._make_line = line
        self._monotonic = monotonic
        self._chance = chance
        self._file_state: tuple[int, int, int] | None = None
        self._trust: Trust | None = None
        self._line: Line | None = None
        self._stopped = False
        self._shut_out = False
        self._last_event: int | None = None
        self._portion = pace.MOST_AT_ONCE
        self._failures = 0
        self._not_before = 0.0
        self._renew_at = 0.0
        self._renewed = False
        self._said: tuple[str, float, int] = "", 0.0, 0

    def turn(self) -> bool:
        """Say what is due; True when there is more to say at once."""
        self._follow_file()
        if self._stopped or self._monotonic() < self._not_before:
            return False
        if self._trust is None or self._line is None:
            self._stand("not_enrolled")
            return False
        if self._shut_out:
            self._stand("shut_out")
            return False
        try:
            return self._speak(self._trust, self._line)
        except LineDown as down:
            if not self._stopped:
                self._put_off("away", down.reason)
            return False

    def stop(self) -> None:
        """Say nothing more; what is under way ends at once."""
        self._stopped = True
        if self._line is not None:
            self._line.close()

    def forget(self) -> bool:
        """Delete orders that the hub cannot hand out any more."""
        return self._database.run(lambda uow: orders.forget(uow, self._site)) > 0

    # --- whom we trust ----------------------------------------------------------------------------
    def _follow_file(self) -> None:
        """An enrolment (again) counts from the next turn on."""
        state = self._file.state
        if state == self._file_state:
            return
        self._file_state = state
        self._begin(self._read_file())

    def _read_file(self) -> Trust | None:
        try:
            trust = self._file.read()
        except TrustUnreadable as fault:
            log.error("whom to trust as hub cannot be read", reason=str(fault))
            return None
        if trust is not None and trust.site != self._site:
            log.error("the file of trust is another site's", site=trust.site)
            return None
        return trust

    def _begin(self, trust: Trust | None) -> None:
        if self._line is not None:
            self._line.close()
        self._line = self._line_to(trust)
        self._trust = trust if self._line is not None else None
        self._shut_out = False
        self._last_event = None
        self._failures, self._not_before = 0, 0.0
        self._renew_at, self._renewed = 0.0, False
        self._gathering.begin()

    def _line_to(self, trust: Trust | None) -> Line | None:
        try:
            return trust and self._make_line(self._hub.url, trust.authority)
        except (OSError, ValueError) as error:
            log.error("the hub's authority cannot be read; enrol again", reason=str(error))
            return None

    def _keep(self, trust: Trust) -> None:
        self._file.keep(trust)
        self._file_state = self._file.state
        self._trust = trust

    # --- speaking ---------------------------------------------------------------------------------
    def _speak(self, trust: Trust, line: Line) -> bool:
        now = self._database.clock.now()
        if trust.is_due(now) and self._monotonic() >= self._renew_at:
            if self._renew(trust, line) is Renewed.SHUT_OUT:
                return False
            trust = self._trust or trust
        batch = self._gathering.batch(self._last_event, self._portion)
        try:
            answer = line.exchange("POST", PATH, batch.content, trust.token, WITHIN_S)
        except LineDown as down:
            if down.reason == "timeout":
                self._portion = pace.fewer(self._portion)
            raise
        if answer.status == 200:
            return self._heard(batch, answer)
        return self._refused(trust, line, answer)

    def _heard(self, batch: Batch, answer: Answer) -> bool:
        try:
            told = AnswerBody.model_validate(answer.content)
        except ValidationError as error:
            raise LineDown("malformed") from error
        before = self._last_event
        self._follow_hub(told.last_event)
        advanced = before is None or told.last_event > before
        more = self._gathering.taken(batch, told)
        for order in told.orders:
            more |= self._take(order, told)
        more |= advanced and (batch.events.more or before is None)
        self._failures = 0
        self._portion = pace.more(self._portion)
        self._not_before = 0.0 if more else self._monotonic() + self._hub.every_s
        self._stand("told", heard=True, settled=not more)
        return more

    def _follow_hub(self, last: int) -> None:
        """A hub that holds less than it did goes on from an older copy: it is told again."""
        known = self._last_event
        if known is None:
            known = self._database.read(lambda uow: last_event(uow, self._site)) or 0
        if last < known:
            log.warning("the hub holds less than before; it is told again", had=known, has=last)
            self._gathering.forget_days()
        self._last_event = last

    def _take(self, order: OrderBody, told: AnswerBody) -> bool:
        try:
            sign = self._sign()
        except (TlsFault, OSError) as fault:
            log.error("an order of the hub waits: the key cannot be read", reason=str(fault))
            return False
        took = self._database.run(lambda uow: orders.take(uow, self._site, order, told.now, sign))
        if took is Took.BEFORE:
            self._gathering.ask_again(order.id)
        return took is Took.NOW

    # --- what goes wrong --------------------------------------------------------------------------
    def _refused(self, trust: Trust, line: Line, answer: Answer) -> bool:
        if answer.status in (401, 403):
            return self._not_let_in(trust, line, answer)
        if answer.status == 413:
            self._portion = pace.fewer(self._portion)
        if answer.status >= 500 or answer.status == 429:
            self._put_off("away", answer.kind or f"http_{answer.status}")
        else:
            self._put_off("refused", f"{answer.kind}: {answer.detail}"[:300])
        return False

    def _not_let_in(self, trust: Trust, line: Line, answer: Answer) -> bool:
        """A token that ran out is renewed; who was revoked stays out until enrolled again."""
        if answer.status == 401 and self._monotonic() >= self._renew_at:
            found = self._renew(trust, line)
        elif answer.status == 401 and not self._renewed:
            found = Renewed.NOT_YET
        else:
            found = Renewed.SHUT_OUT
            self._shut(answer.kind)
        if found is Renewed.NOT_YET:
            self._put_off("away", "not renewed")
        return found is Renewed.YES

    def _renew(self, trust: Trust, line: Line) -> Renewed:
        self._renew_at = self._monotonic() + RENEW_AGAIN_S
        self._renewed = False
        found = renew(line, trust, self._keep, self._database.clock.now())
        self._renewed = found is Renewed.YES
        if found is Renewed.SHUT_OUT:
            self._shut("revoked")
        return found

    def _shut(self, why: str) -> None:
        self._shut_out = True
        log.error("the hub shut this site out; enrol it again", reason=why)
        self._stand("shut_out")

    def _put_off(self, word: str, why: str) -> None:
        self._failures += 1
        pause = pace.pause_s(self._failures, self._chance())
        self._not_before = self._monotonic() + pause
        if self._said[0] != word:
            log.warning("the hub is not told", standing=word, reason=why)
        self._stand(word)

    # --- what the monitor says --------------------------------------------------------------------
    def _stand(self, word: str, *, heard: bool = False, settled: bool = True) -> None:
        """Written when it changes, every half minute while the hub hears us, and when it was caught
        up with (`settled`) after much was told."""
        said, at, event = self._said
        last = self._last_event or 0
        much = settled and last - event > BEHIND
        if said == word and not (heard and (much or self._monotonic() - at >= SAY_AGAIN_S)):
            return
        found = Standing(word, self._database.clock.now() if heard else None, self._last_event)
        self._database.run(lambda uow: put_standing(uow, self._site, found))
        if said and said != word and word == "told":
            log.info("the hub hears this site again")
        self._said = word, self._monotonic(), last
