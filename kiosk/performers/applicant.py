"""Before money: asks the server who this is, and registers the order."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from kiosk.flow.effects import CheckApplicant, RegisterOrder
from kiosk.flow.events import (
    ApplicantChecked,
    ApplicantRefused,
    ApplicationFound,
    Event,
    OrderRegistered,
)
from kiosk.flow.facts import Found, NotPossible, Offer, Order, Standing
from kiosk.flow.person import Document
from kiosk.journal import EffectState, Journal
from kiosk.numbering import put_numbered
from kiosk.queue_client import Answer, Away, Granted, QueueClient, Refused
from kiosk.runner import Outcome

CHECK_DEADLINE_S = 10.0
REGISTER_DEADLINE_S = 8.0


class ApplicantDesk:
    """Carries out CheckApplicant. Nothing is charged, nothing is kept: it may be repeated."""

    lane = "server"
    kind = "check_applicant"

    def __init__(self, client: QueueClient) -> None:
        self._client = client

    def body(self, effect: CheckApplicant) -> Mapping[str, Any]:
        return document_body(effect.document)

    def perform(self, effect: CheckApplicant) -> Outcome:
        answer = self._client.put(
            "/api/v1/applicants/check",
            dict(self.body(effect)),
            effect.effect_id,
            CHECK_DEADLINE_S,
        )
        if (found := _found(answer)) is None:
            return _told(effect, answer)
        rest = _told(effect, answer).event if found.standing is Standing.OWED else None
        assert isinstance(rest, ApplicantChecked | ApplicantRefused | None)
        return _done(ApplicationFound(effect.effect_id, found, rest), found.standing)

    def lost(self, effect: CheckApplicant, *, begun: bool) -> Event:
        return ApplicantRefused(effect.effect_id, NotPossible.SERVER_AWAY)


class OrderDesk:
    """Carries out RegisterOrder: the number is given here, once, and kept in the journal."""

    lane = "server"
    kind = "register_order"

    def __init__(self, client: QueueClient, journal: Journal, kiosk_code: str) -> None:
        self._client = client
        self._orders = journal.orders
        self._code = kiosk_code

    def body(self, effect: RegisterOrder) -> Mapping[str, Any]:
        return {
            "id": str(effect.application),
            "document": document_body(effect.document),
            "email": effect.email,
            "amount_centimos": effect.amount_centimos,
        }

    def perform(self, effect: RegisterOrder) -> Outcome:
        number, answer = put_numbered(
            self._client,
            self._orders,
            self._code,
            "/api/v1/applications",
            self.body(effect),
            effect.effect_id,
            REGISTER_DEADLINE_S,
        )
        match answer:
            case Granted():
                amount = effect.amount_centimos
                self._orders.register(effect.application, effect.session, amount)
                order = Order(effect.application, number, amount, effect.email)
                return _done(OrderRegistered(effect.effect_id, order), number)
            case Refused(_, "under_age", _):
                return _failed(effect, NotPossible.UNDER_AGE, "under_age")
            case Refused(_, kind, _):
                return _failed(effect, NotPossible.NOT_ACCEPTED, kind)
            case Away(reason):
                return _failed(effect, NotPossible.SERVER_AWAY, reason)

    def lost(self, effect: RegisterOrder, *, begun: bool) -> Event:
        return ApplicantRefused(effect.effect_id, NotPossible.SERVER_AWAY)


def document_body(document: Document) -> dict[str, Any]:
    """The document as the server's API takes it."""
    body: dict[str, Any] = {
        "type": document.type,
        "number": document.number,
        "birth_date": document.birth_date.isoformat(),
    }
    if not document.typed:
        return body
    printed: dict[str, str] = {"check": document.check} if document.check else {}
    if document.issue_date is not None:
        printed["issue_date"] = document.issue_date.isoformat()
    return {**body, "typed": printed}


def _told(effect: CheckApplicant, answer: Answer) -> Outcome:
    """Whether anything is sold to whoever it was asked about, and why not."""
    match answer:
        case Granted({"sellable": True, "masked_name": name, "fee_centimos": fee}):
            return _done(ApplicantChecked(effect.effect_id, Offer(name, fee)), "sellable")
        case Granted(
            {"reason": "already_valid", "instead": instead, "certificate_until": str(until)}
        ) if "send_again" in instead:
            reason, day = NotPossible.ALREADY_VALID, date.fromisoformat(until)
            return _done(ApplicantRefused(effect.effect_id, reason, day), reason)
        case Granted({"reason": reason}):
            return _done(ApplicantRefused(effect.effect_id, _reason(reason)), reason)
        case Refused(_, "too_many_misses", _):
            return _failed(effect, NotPossible.TOO_MANY_TRIES, "too_many_misses")
        case Refused(_, kind, _):
            return _failed(effect, NotPossible.NOT_ACCEPTED, kind)
        case _:
            return _failed(effect, NotPossible.SERVER_AWAY, "no answer")


_GOES_ON = {"accepted": Standing.WORKING, "under_review": Standing.UNDER_REVIEW}


def _found(answer: Answer) -> Found | None:
    """What is not over for this document: it goes on instead of a sale, or its money waits; None
    when there is nothing to tell."""
    match answer:
        case Granted({"resume": {"number": str(number), "state": state, "claim_open": claim}}):
            doubtful = answer.body.get("reason") == "payment_in_doubt"
            standing = _doubt(answer.body) if doubtful else _GOES_ON.get(state)
            if standing is None and claim:
                standing = Standing.OWED
            return None if standing is None else Found(number, standing, bool(claim))
        case _:
            return None


def _doubt(body: Mapping[str, Any]) -> Standing:
    """A bank takes hours, everything else minutes; an older server does not say which it is."""
    waits = body["resume"].get("payment") in ("checking", "not_visible")
    return Standing.BANK_WAITS if waits else Standing.IN_DOUBT


def _reason(word: str) -> NotPossible:
    return NotPossible(word) if word in set(NotPossible) else NotPossible.NOT_ACCEPTED


def _done(event: Event, result: str) -> Outcome:
    return Outcome(EffectState.DONE, event, result)


def _failed(effect: CheckApplicant | RegisterOrder, reason: NotPossible, word: str) -> Outcome:
    return Outcome(EffectState.FAILED, ApplicantRefused(effect.effect_id, reason), word)
