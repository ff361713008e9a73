"""Asks the server where an application or a claim stands."""

from collections.abc import Mapping
from typing import Any

from kiosk.flow.effects import FollowApplications, FollowClaim
from kiosk.flow.events import ApplicationsFollowed, ClaimFollowed, Event, FollowRefused
from kiosk.flow.follow.states import Followed, FollowedClaim, NotFollowed
from kiosk.flow.follow.story import claim_story_of, story_of
from kiosk.flow.person import Document
from kiosk.journal import EffectState
from kiosk.performers.applicant import document_body
from kiosk.queue_client import Answer, Granted, QueueClient, Refused
from kiosk.runner import Outcome

FOLLOW_DEADLINE_S = 8.0
_NOT_UNDERSTOOD = 422
_NOT_FOUND = ("no_such_application", "unknown_claim")


class FollowDesk:
    """Carries out FollowApplications and FollowClaim. They change nothing, so nothing has to be
    finished after a crash, and nothing of the person is written down."""

    lane = "server"
    kind = "follow"

    def __init__(self, client: QueueClient) -> None:
        self._client = client

    def body(self, effect: FollowApplications | FollowClaim) -> Mapping[str, Any]:
        return {}

    def perform(self, effect: FollowApplications | FollowClaim) -> Outcome:
        path, body = _question(effect)
        answer = self._client.put(path, body, effect.effect_id, FOLLOW_DEADLINE_S)
        if not isinstance(answer, Granted):
            problem = _problem(answer)
            return Outcome(EffectState.FAILED, FollowRefused(effect.effect_id, problem), problem)
        return Outcome(EffectState.DONE, _told(effect, answer.body))

    def lost(self, effect: FollowApplications | FollowClaim, *, begun: bool) -> Event:
        return FollowRefused(effect.effect_id, NotFollowed.AWAY)


def _question(effect: FollowApplications | FollowClaim) -> tuple[str, dict[str, Any]]:
    match effect:
        case FollowClaim(code=code):
            return "/api/v1/followed/claims", {"code": code}
        case FollowApplications(document=Document() as document):
            return "/api/v1/followed/applications", {"document": document_body(document)}
        case FollowApplications():
            typed = {"number": effect.number, "ending": effect.ending}
            return "/api/v1/followed/applications", typed


def _told(effect: FollowApplications | FollowClaim, body: Any) -> Event:
    if isinstance(effect, FollowClaim):
        story = claim_story_of(body["state"])
        claim = FollowedClaim(effect.code, body["amount_centimos"], story)
        return ClaimFollowed(effect.effect_id, claim)
    found = tuple(_followed(each) for each in body["applications"])
    return ApplicationsFollowed(effect.effect_id, found)


def _followed(row: Mapping[str, Any]) -> Followed:
    kept = row["kept_until"] is not None
    story = story_of(row["state"], row["payment"], row["email"], kept=kept)
    return Followed(row["number"], story, row["masked_email"], row["claim_open"])


def _problem(answer: Answer) -> NotFollowed:
    match answer:
        case Refused(429, _, _):
            return NotFollowed.TOO_MANY_TRIES
        case Refused(status, kind, _) if kind in _NOT_FOUND or status == _NOT_UNDERSTOOD:
            return NotFollowed.NOT_FOUND  # to ask the same again would bring nothing else
        case _:
            return NotFollowed.AWAY
