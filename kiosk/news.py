"""PURE: what the server is told of money, as its API takes it (docs/claims.md)."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from kiosk.journal.cash import Piece
from kiosk.journal.claims import Claim
from kiosk.journal.outgoing import Outgoing


def claim_made(claim: Claim, pieces: Sequence[Piece] = ()) -> Outgoing:
    """Somebody is owed money; `pieces`: the notes and coins it stands for."""
    body: dict[str, Any] = {
        "id": str(claim.id),
        "code": claim.code,
        "application": str(claim.application),
        "payment_id": str(claim.payment),
        "means": claim.means,
        "amount_centimos": claim.amount_centimos,
        "reason": claim.reason,
        "proven": claim.proven,
        "made_at": claim.made_at,
    }
    if pieces:
        body["pieces"] = piece_rows(pieces)
    return Outgoing(claim.id, "/api/v1/claims", body)


def claim_changed(claim: Claim, **what: object) -> Outgoing:
    """`amount_centimos`, `proven` or `withdrawn` of a claim the server may know."""
    words = ":".join(f"{name}={value}" for name, value in sorted(what.items()))
    return Outgoing(uuid5(claim.id, words), f"/api/v1/claims/{claim.id}/news", what)


def piece_rows(pieces: Sequence[Piece]) -> list[Mapping[str, Any]]:
    """Notes and coins, each by an id of its own."""
    return [
        {
            "id": each.id,
            "serial": each.credit.serial,
            "counter": each.credit.counter,
            "amount_centimos": each.credit.amount_centimos,
            "item": each.credit.item,
        }
        for each in pieces
    ]


def doubt_begun(
    payment: UUID, application: UUID, means: str, amount_centimos: int, since: str, why: str
) -> Outgoing:
    """Nobody knows whether `payment` moved money."""
    body = {
        "payment_id": str(payment),
        "application": str(application),
        "means": means,
        "amount_centimos": amount_centimos,
        "since": since,
        "why": why,
    }
    return Outgoing(uuid5(payment, f"doubt:{since}"), "/api/v1/doubts", body)


def doubt_ended(payment: UUID, ended: str) -> Outgoing:
    """It is known: `not_charged`, `charged`, `returned` or `claimed`."""
    path = f"/api/v1/doubts/{payment}/settled"
    return Outgoing(uuid5(payment, f"doubt:{ended}"), path, {"ended": ended})
