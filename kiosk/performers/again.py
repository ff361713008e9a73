"""Has a certificate in force sent once more, and waits a little until it is."""

from collections.abc import Mapping
from typing import Any

from kiosk.flow.effects import SendAgain
from kiosk.flow.events import ApplicantRefused, Event, NothingToSend, SentAgain
from kiosk.flow.facts import NotPossible, Order
from kiosk.journal import EffectState, Journal
from kiosk.numbering import put_numbered
from kiosk.performers.applicant import document_body
from kiosk.performers.delivery import settled_as
from kiosk.queue_client import Away, Granted, QueueClient, Refused
from kiosk.runner import Outcome

SEND_DEADLINE_S = 8.0


class AgainDesk:
    """Carries out SendAgain. Nothing is paid, so nobody has to bring it to an end after a crash.

    Its number comes from the same counter as every other application's.
    """

    lane = "server"
    kind = "send_again"

    def __init__(self, client: QueueClient, journal: Journal, kiosk_code: str) -> None:
        self._client = client
        self._orders = journal.orders
        self._code = kiosk_code

    def body(self, effect: SendAgain) -> Mapping[str, Any]:
        return {
            "id": str(effect.application),
            "document": document_body(effect.document),
            "email": effect.email,
        }

    def perform(self, effect: SendAgain) -> Outcome:
        path = "/api/v1/applications/again"
        number, answer = put_numbered(
            self._client,
            self._orders,
            self._code,
            path,
            self.body(effect),
            effect.effect_id,
            SEND_DEADLINE_S,
        )
        match answer:
            case Granted():
                order = Order(effect.application, number, 0, effect.email)
                outcome, link = settled_as(self._client, effect.application)
                sent = SentAgain(effect.effect_id, order, outcome, link)
                return Outcome(EffectState.DONE, sent, outcome)
            case Refused(_, "nothing_to_send" as kind, _):
                return Outcome(EffectState.FAILED, NothingToSend(effect.effect_id), kind)
            case Refused(_, "document_not_shown" as kind, _):
                return _failed(effect, NotPossible.ALREADY_VALID, kind)
            case Refused(_, "too_many_misses" as kind, _):
                return _failed(effect, NotPossible.TOO_MANY_TRIES, kind)
            case Refused(_, "backend_away" as kind, _):
                return _failed(effect, NotPossible.BACKEND_AWAY, kind)
            case Refused(_, kind, _):
                return _failed(effect, NotPossible.NOT_ACCEPTED, kind)
            case Away(reason):
                return _failed(effect, NotPossible.SERVER_AWAY, reason)

    def lost(self, effect: SendAgain, *, begun: bool) -> Event:
        return ApplicantRefused(effect.effect_id, NotPossible.SERVER_AWAY)


def _failed(effect: SendAgain, reason: NotPossible, word: str) -> Outcome:
    return Outcome(EffectState.FAILED, ApplicantRefused(effect.effect_id, reason), word)
