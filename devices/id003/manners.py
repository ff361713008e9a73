"""How a driver of an ID-003 validator behaves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Manners:
    """How the driver behaves; times in seconds.

    ``escrow_s``: how long a note waits for the caller. ``route_s``: how long a movement may take.
    ``fraud_pause_s``: nothing is taken that long after an attempt at fraud. ``country``: JCM's
    number of the notes that are taken. ``stack_2``: ``VEND VALID`` comes only when the note is in
    the box, not when it is past return. ``power_recovery``: ask the device to go on telling of a
    note after power loss.
    """

    serial: str
    poll_interval_s: float
    escrow_s: float
    route_s: float
    fraud_pause_s: float
    country: int
    stack_2: bool
    power_recovery: bool
