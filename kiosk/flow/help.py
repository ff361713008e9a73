"""A call for a person: made on any screen, it outlives the screen, and is never doubled."""

from dataclasses import replace

from kiosk.flow.effects import CallStaff, Effect
from kiosk.flow.events import HelpHeard
from kiosk.flow.facts import HelpState
from kiosk.flow.states import State
from kiosk.flow.touches import CallHelp

Step = tuple[State, tuple[Effect, ...]]

STANDING = (HelpState.CALLING, HelpState.CALLED, HelpState.COMING)
"""While a call stands another touch is the same call."""


def step(state: State, event: CallHelp | HelpHeard) -> Step:
    """The answer to a touch on "help" or to news of the call; the same state when it has none."""
    match event:
        case CallHelp() if state.help not in STANDING:
            return replace(state, help=HelpState.CALLING), (CallStaff(),)
        case HelpHeard(heard) if _is_news(state.help, heard):
            return replace(state, help=heard), ()
        case _:
            return state, ()


def after_session(standing: HelpState) -> HelpState:
    """What the next person sees of a call: nothing, once somebody comes or nobody was told.

    A call that is still open stays in words: staff are on their way to this kiosk.
    """
    is_open = standing in (HelpState.CALLING, HelpState.CALLED)
    return standing if is_open else HelpState.NOT_CALLED


def for_newcomer(standing: HelpState) -> HelpState:
    """What whoever begins now sees of it: that nobody could be told was for the one before."""
    return HelpState.NOT_CALLED if standing is HelpState.NO_ANSWER else standing


def _is_news(standing: HelpState, heard: HelpState) -> bool:
    """While the server is being told it does not know of this call yet.

    Where nobody called, an open call is one from before a restart; that somebody comes was said to
    the person before, and asked about while they stood here.
    """
    match standing:
        case HelpState.CALLING:
            return heard in (HelpState.CALLED, HelpState.COMING, HelpState.NO_ANSWER)
        case HelpState.NOT_CALLED:
            return heard is HelpState.CALLED
        case _:
            return heard is not standing
