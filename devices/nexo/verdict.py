"""What a terminal's reply proves about a transaction. Pure; in doubt it proves nothing."""
# pyright: strict

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from devices.kinds.card_terminal import (
    COMPLETIONS,
    TOO_LATE,
    CardEvidence,
    CardResult,
    Outcome,
)
from devices.nexo.protocol import Message, PaymentReply, ReversalReply, StatusReply
from devices.status import Completion, DeviceStatus

DECLINED = frozenset(
    {
        *("Refusal", "InvalidCard", "InsertedCard", "PaymentRestriction", "WrongPIN"),
        "UnreachableHost",
    }
)
ABORTED = frozenset({"Aborted", "Cancel"})
NOT_BEGUN = frozenset(
    {
        *("Busy", "LoggedOut", "NotAllowed", "MessageFormat"),
        *("DeviceOut", "UnavailableDevice", "UnavailableService"),
    }
)
UNSURE = "the terminal gave no clear answer"
INVALID = "no terminal would take this command"


@dataclass(frozen=True, slots=True)
class Asked:
    """A transaction as it was asked for; without an amount any will do (a query)."""

    category: Literal["Payment", "Reversal"]
    service_id: str
    amount_centimos: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is proved. ``unknown`` that is not ``final`` is worth asking the terminal again."""

    outcome: Outcome
    reason: str = ""
    evidence: CardEvidence | None = None
    final: bool = True

    @property
    def settled(self) -> bool:
        """Whether it can change no more; ``not_found`` can: a request may be on its way."""
        return self.final and self.outcome not in ("not_found", "in_progress")


def result_of(verdict: Verdict, status: DeviceStatus) -> CardResult:
    """The command's result, in the words of its kind."""
    completion = COMPLETIONS[verdict.outcome]
    if verdict.reason == INVALID or (verdict.outcome == "unknown" and verdict.evidence):
        completion = Completion.INVALID_DATA
    elif verdict.reason == TOO_LATE:
        completion = Completion.TIME_OUT
    return CardResult(verdict.outcome, completion, verdict.evidence, verdict.reason, status)


def judge(asked: Asked, reply: Message) -> Verdict:
    """Judge the direct reply to a transaction.

    A refusal to begin is not final here: the same condition answers a ServiceID used before, and
    only the terminal's record tells the two apart.
    """
    body = reply.body
    if not isinstance(body, (PaymentReply, ReversalReply)):
        return Verdict("unknown", UNSURE, final=False)
    if body.result == "Success":
        return _judge_success(asked, reply, body)
    if body.result == "Failure":
        return _judge_failure(asked, body.condition)
    return Verdict("unknown", "only a part was authorised", _evidence(asked, reply, body))


def judge_status(asked: Asked, reply: Message) -> Verdict:
    """Judge the answer to TransactionStatus about ``asked``."""
    body = reply.body
    if not isinstance(body, StatusReply):
        return Verdict("unknown", UNSURE, final=False)
    if body.result == "Failure" and body.condition == "NotFound":
        return Verdict("not_found", body.condition)
    if body.result == "Failure" and body.condition == "InProgress":
        return Verdict("in_progress", body.condition)
    repeated = body.repeated
    if body.result != "Success" or repeated is None or not _is_about(asked, reply, repeated):
        return Verdict("unknown", body.condition or UNSURE, final=False)
    return replace(judge(asked, repeated), final=True)


def _is_about(asked: Asked, reply: Message, repeated: Message) -> bool:
    wanted = (asked.category, asked.service_id, reply.sale_id, reply.poi_id)
    return wanted == (repeated.category, repeated.service_id, repeated.sale_id, repeated.poi_id)


def _judge_success(asked: Asked, reply: Message, body: PaymentReply | ReversalReply) -> Verdict:
    evidence = _evidence(asked, reply, body)
    if evidence is None:
        return Verdict("unknown", "approved without amount, number or time", final=False)
    if asked.amount_centimos not in (None, evidence.amount_centimos):
        return Verdict("unknown", "another amount than asked", evidence)
    if isinstance(body, PaymentReply) and body.currency != asked.currency:
        return Verdict("unknown", "another currency than asked", evidence)
    return Verdict("approved", "", evidence)


def _judge_failure(asked: Asked, condition: str) -> Verdict:
    nothing_to_reverse = asked.category == "Reversal" and condition == "NotFound"
    if condition in DECLINED or nothing_to_reverse:
        return Verdict("declined", condition)
    if condition in ABORTED:
        return Verdict("aborted", condition)
    if condition in NOT_BEGUN:
        return Verdict("not_started", condition, final=False)
    return Verdict("unknown", condition or UNSURE, final=False)


def _evidence(
    asked: Asked, reply: Message, body: PaymentReply | ReversalReply
) -> CardEvidence | None:
    """Collect what may be kept; None where the amount or the terminal's time is missing."""
    if isinstance(body, ReversalReply):
        amount = asked.amount_centimos if body.amount_centimos is None else body.amount_centimos
        return _reversal_evidence(reply, body, amount, body.at)
    if body.amount_centimos is None or body.at is None:
        return None
    return CardEvidence(
        service_id=reply.service_id,
        amount_centimos=body.amount_centimos,
        terminal_id=body.terminal_id or reply.poi_id,
        authorisation_code=body.authorisation_code,
        rrn=body.rrn,
        stan=body.stan,
        masked_last4=body.masked_last4,
        scheme=body.scheme,
        at=body.at,
    )


def _reversal_evidence(
    reply: Message, body: ReversalReply, amount: int | None, at: datetime | None
) -> CardEvidence | None:
    if amount is None or at is None:
        return None
    return CardEvidence(reply.service_id, amount, reply.poi_id, "", "", body.stan, "", "", at)
