"""Has the e-mail address of an application changed."""

from collections.abc import Mapping
from typing import Any

from kiosk.flow.effects import ChangeEmail
from kiosk.flow.events import EmailChanged, EmailNotChanged, Event
from kiosk.flow.facts import EmailProblem, NotCorrected
from kiosk.journal import EffectState
from kiosk.performers.applicant import document_body
from kiosk.queue_client import Answer, Granted, QueueClient, Refused
from kiosk.runner import Outcome

CHANGE_DEADLINE_S = 8.0


class CorrectionDesk:
    """Carries out ChangeEmail. Nothing is paid; whoever gets no answer may ask again."""

    lane = "server"
    kind = "change_email"

    def __init__(self, client: QueueClient) -> None:
        self._client = client

    def body(self, effect: ChangeEmail) -> Mapping[str, Any]:
        return {
            "document": document_body(effect.document),
            "number": effect.number,
            "email": effect.email,
        }

    def perform(self, effect: ChangeEmail) -> Outcome:
        path, body = "/api/v1/applications/correct-email", dict(self.body(effect))
        answer = self._client.put(path, body, effect.effect_id, CHANGE_DEADLINE_S)
        if isinstance(answer, Granted):
            return Outcome(EffectState.DONE, EmailChanged(effect.effect_id))
        problem = _problem(answer)
        return Outcome(EffectState.FAILED, EmailNotChanged(effect.effect_id, problem), problem)

    def lost(self, effect: ChangeEmail, *, begun: bool) -> Event:
        return EmailNotChanged(effect.effect_id, NotCorrected.AWAY)


def _problem(answer: Answer) -> NotCorrected | EmailProblem:
    match answer:
        case Refused(429, _, _):
            return NotCorrected.TOO_MANY_TRIES
        case Refused(_, "no_such_application", _):
            return NotCorrected.NOT_FOUND
        case Refused(_, "too_many_corrections", _):
            return NotCorrected.TOO_OFTEN
        case Refused(_, "invalid_address", _):
            return EmailProblem.INCOMPLETE
        case _:
            return NotCorrected.AWAY
