"""What a terminal's answer proves about a payment. Pure; in doubt it proves nothing."""
# pyright: strict

from dataclasses import dataclass
from datetime import datetime

from devices.concert.protocol import PAID, REFUSED, SCHEMES, SOLES, Answer
from devices.kinds.card_terminal import CardEvidence, Outcome

_OTHER_AMOUNT = "another amount than asked"


@dataclass(frozen=True, slots=True)
class Asked:
    """A payment as it was asked for; ``echoed`` where the terminal must send its id back.

    Without an amount any will do: the payment was asked for before this connection began.
    """

    service_id: str
    pos_number: str
    amount_centimos: int | None
    terminal_id: str
    echoed: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is proved of a payment, and an English word or line about it."""

    outcome: Outcome
    reason: str = ""
    evidence: CardEvidence | None = None


def judge(asked: Asked, answer: Answer, at: datetime, *, stopped: bool) -> Verdict:
    """Judge the answer that came at ``at``; ``stopped``: the terminal had been told to stop."""
    if not _is_about(asked, answer):
        return Verdict("unknown", "the answer belongs to another request")
    same_amount = asked.amount_centimos in (None, answer.amount_centimos)
    if answer.result == REFUSED and (same_amount or answer.amount_centimos == 0):
        return Verdict("aborted" if stopped else "declined", "the terminal took no money")
    if answer.result != PAID:
        return Verdict("unknown", f"the terminal is not certain (result {answer.result})")
    evidence = _evidence(asked, answer, at)
    if not same_amount:
        return Verdict("unknown", _OTHER_AMOUNT, evidence)
    return Verdict("approved", "", evidence)


def compare(known: Verdict, amount_centimos: int | None) -> Verdict:
    """The verdict for somebody who asks about ``amount_centimos``, if they named an amount."""
    evidence = known.evidence
    if known.outcome != "approved" or evidence is None:
        return known
    if amount_centimos in (None, evidence.amount_centimos):
        return known
    return Verdict("unknown", _OTHER_AMOUNT, evidence)


def _is_about(asked: Asked, answer: Answer) -> bool:
    if asked.echoed and answer.private != asked.service_id:
        return False
    return (answer.pos_number, answer.currency) == (asked.pos_number, SOLES)


def _evidence(asked: Asked, answer: Answer, at: datetime) -> CardEvidence:
    """What may be kept. The protocol has no time of its own: it is the kiosk's.

    What a terminal writes into the private field is its number of the transaction.
    """
    own = "" if asked.echoed else answer.private.strip()
    known = own.isalnum() and own.strip("0") != ""
    return CardEvidence(
        service_id=asked.service_id,
        amount_centimos=answer.amount_centimos,
        terminal_id=asked.terminal_id,
        authorisation_code="",
        rrn="",
        stan=own if known else "",
        masked_last4=answer.masked_last4,
        scheme=SCHEMES.get(answer.means, ""),
        at=at,
    )
