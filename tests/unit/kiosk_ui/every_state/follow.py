"""Of following what was begun."""

from dataclasses import replace
from datetime import date

from kiosk.flow.facts import (
    ReadProblem,
)
from kiosk.flow.follow.states import (
    ClaimStory,
    FollowCode,
    FollowDocument,
    Followed,
    FollowedClaim,
    FollowedMoney,
    FollowedNothing,
    FollowedOnes,
    FollowEnding,
    Following,
    FollowKind,
    FollowMenu,
    FollowNumber,
    NotFollowed,
    Story,
)
from kiosk.flow.person import Document
from kiosk.flow.states import (
    At,
)
from tests.unit.kiosk_ui.every_state.facts import (
    ORDER,
    PERSON,
)


def follow() -> dict[str, At]:
    """Of following what was begun."""
    unread = replace(PERSON, document=None)
    read = Document("", "800117495", date(1996, 12, 7), "PRUEBA", "DANIEL ALEJANDRO")
    address = "m***@a***"
    ones = tuple(Followed("A01-00042-K", story, address) for story in Story)
    return {
        "follow_menu": FollowMenu(unread),
        "follow_menu-read": FollowMenu(PERSON),
        "follow_document": FollowDocument(unread),
        **{f"follow_document-{why}": FollowDocument(unread, why) for why in ReadProblem},
        "follow_document-bar_code": FollowDocument(unread, scanned=True),
        "follow_kind": FollowKind(unread, read),
        "follow_number": FollowNumber(unread),
        **{f"follow_number-{why}": FollowNumber(unread, why) for why in NotFollowed},
        "follow_ending": FollowEnding(unread, ORDER.number),
        "follow_ending-short": FollowEnding(unread, ORDER.number, short=True),
        "follow_code": FollowCode(unread),
        **{f"follow_code-{why}": FollowCode(unread, why) for why in NotFollowed},
        "following": Following(unread),
        "followed_nothing": FollowedNothing(PERSON),
        **{f"followed_ones-{one.story}": FollowedOnes(PERSON, (one,)) for one in ones},
        "followed_ones-several": FollowedOnes(
            PERSON, (replace(ones[5], claim_open=True), *ones[:2])
        ),
        **{
            f"followed_money-{story}": FollowedMoney(
                unread, FollowedClaim("C-7KQ2-M9XT-9", 2010, story)
            )
            for story in ClaimStory
        },
    }
