"""PURE: how an application stands, from the server's closed words to what its person is told."""

from kiosk.flow.follow.states import ClaimStory, Story

_COMING = (
    "checking",
    "not_visible",
    "wallet_opening",
    "wallet_waiting",
    "wallet_canceling",
)
_GOES_BACK = ("wallet_to_refund", "wallet_refunded", "wallet_refund_refused")
_LETTER = {"sent": Story.SENT, "waiting": Story.SENDING, "failed": Story.NOT_DELIVERED}
_CLAIM = {
    "open": ClaimStory.OWED,
    "in_doubt": ClaimStory.BEING_FOUND_OUT,
    "redeemed": ClaimStory.PAID_OUT,
    "withdrawn": ClaimStory.SETTLED,
}


def story_of(state: str, payment: str, email: str, *, kept: bool) -> Story:
    """What is said of an application in `state`.

    `payment`, `email`: how its payment and its letter stand; `kept`: its file can still be had.
    A word of a newer server says what is safe: that it goes on.
    """
    match state:
        case "registered":
            return _unpaid(payment)
        case "under_review":
            return Story.IN_REVIEW
        case "issued":
            return _LETTER.get(email, Story.TO_COLLECT) if kept else _deleted(email)
        case "refused":
            return Story.REFUSED
        case _:
            return Story.WORKING


def _deleted(email: str) -> Story:
    """Only what was sent is called delivered."""
    return Story.KEPT_NO_MORE if email == "sent" else Story.NOT_KEPT


def claim_story_of(state: str) -> ClaimStory:
    """What is said of a claim in `state`."""
    return _CLAIM.get(state, ClaimStory.BEING_FOUND_OUT)


def _unpaid(payment: str) -> Story:
    if payment in _COMING:
        return Story.CONFIRMING
    if payment in _GOES_BACK:
        return Story.MONEY_BACK
    return Story.PAYMENT_REFUSED if payment.startswith("payment_") else Story.NOT_PAID
