"""One of each state the flow can be in, and every variant that says something of its own.

A file for each journey; what they are made of is in `facts`.
"""

from kiosk.flow.states import At
from tests.unit.kiosk_ui.every_state.certificate import before_paying, correction, results
from tests.unit.kiosk_ui.every_state.facts import (
    DOUBT,
    FREE,
    IN_FORCE,
    LINK,
    LONG_EMAIL,
    NO_EMAIL,
    OFFER,
    ORDER,
    OWED,
    PERSON,
    REFUSED,
    SERVICES,
    TICKET,
    WALLET_CODE,
    WORLD,
)
from tests.unit.kiosk_ui.every_state.follow import follow
from tests.unit.kiosk_ui.every_state.guide import guide
from tests.unit.kiosk_ui.every_state.identity import identity
from tests.unit.kiosk_ui.every_state.paying import paying
from tests.unit.kiosk_ui.every_state.staff import PLACED, VISIT, staff
from tests.unit.kiosk_ui.every_state.start import start_and_turn

__all__ = [
    "DOUBT",
    "FREE",
    "IN_FORCE",
    "LINK",
    "LONG_EMAIL",
    "NO_EMAIL",
    "OFFER",
    "ORDER",
    "OWED",
    "PERSON",
    "PLACED",
    "REFUSED",
    "SERVICES",
    "STATES",
    "TICKET",
    "VISIT",
    "WALLET_CODE",
    "WORLD",
]

STATES: dict[str, At] = {
    **start_and_turn(),
    **identity(),
    **before_paying(),
    **paying(),
    **results(),
    **correction(),
    **staff(),
    **follow(),
    **guide(),
}
