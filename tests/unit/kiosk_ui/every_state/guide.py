"""Of information."""

from dataclasses import replace

from kiosk.flow.facts import (
    PrintState,
)
from kiosk.flow.guide.states import (
    Guide,
    GuidePage,
    GuideService,
    GuideServices,
    Topic,
)
from kiosk.flow.states import (
    At,
    HoldsClaim,
)
from kiosk.flow.world import ServiceKind
from tests.unit.kiosk_ui.every_state.facts import (
    OWED,
    PERSON,
    SERVICES,
)


def guide() -> dict[str, At]:
    """Of information."""
    unread = replace(PERSON, document=None)
    turns = tuple(each for each in SERVICES if each.kind is ServiceKind.TURN)
    named = replace(turns[1], needs="Dice cómo se portó en el penal. Traiga su documento.")
    return {
        "guide": Guide(unread),
        "guide-read": Guide(PERSON),
        **{f"guide_page-{topic}": GuidePage(unread, topic) for topic in Topic},
        "guide_page-returns": GuidePage(
            PERSON, Topic.COMPLAINTS, HoldsClaim(PERSON, OWED, PrintState.PRINTED)
        ),
        "guide_services": GuideServices(unread, turns),
        "guide_service": GuideService(unread, named),
    }
