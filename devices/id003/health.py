"""A validator's health in the XFS words, as its state tells it. Pure."""
# pyright: strict

from collections.abc import Mapping
from dataclasses import dataclass

from devices.id003.protocol import FAILURES, IN_ESCROW, POWER_UPS, State, Status
from devices.status import Action, DeviceState, DeviceStatus


@dataclass(frozen=True, slots=True)
class _Trouble:
    device: DeviceState
    action: Action
    sentence: str
    bins: str = "ok"
    transport: str = "ok"


_TROUBLES: Mapping[State, _Trouble] = {
    State.STACKER_FULL: _Trouble(
        DeviceState.OFFLINE,
        Action.MAINTENANCE,
        "the cash box is full: empty it",
        bins="full",
    ),
    State.STACKER_OPEN: _Trouble(
        DeviceState.OFFLINE,
        Action.CLEAR,
        "the cash box is out or open: put it back",
        bins="missing",
    ),
    State.JAM_IN_ACCEPTOR: _Trouble(
        DeviceState.HARDWARE_ERROR,
        Action.CLEAR,
        "a note is jammed in the transport: open it, take the note out, then run the self-test",
        transport="jammed",
    ),
    State.JAM_IN_STACKER: _Trouble(
        DeviceState.HARDWARE_ERROR,
        Action.CLEAR,
        "a note is jammed at the cash box: take the box out, clear it, then run the self-test",
        bins="jammed",
    ),
    State.PAUSE: _Trouble(
        DeviceState.USER_ERROR,
        Action.CLEAR,
        "a second note was pushed in: take it out of its mouth",
        transport="jammed",
    ),
    State.CHEATED: _Trouble(
        DeviceState.FRAUD_ATTEMPT,
        Action.SUSPEND,
        "somebody tries to pull a note back: look at its mouth",
    ),
    State.FAILURE: _Trouble(
        DeviceState.HARDWARE_ERROR,
        Action.MAINTENANCE,
        "it reports a fault: have it serviced, then run the self-test",
    ),
    State.COMMUNICATION_ERROR: _Trouble(
        DeviceState.HARDWARE_ERROR,
        Action.RESET,
        "it had trouble with the line: run the self-test, which resets it",
    ),
}
_RESETTING = "it is starting up; it is set up as soon as it is ready"


def health_of(status: Status) -> DeviceStatus:
    """The state in words; anything that moves a note or waits for one is ``online``."""
    trouble = _TROUBLES.get(status.state)
    parts = {
        "bins": "ok" if trouble is None else trouble.bins,
        "transport": "ok" if trouble is None else trouble.transport,
        "intermediateStacker": "notEmpty" if status.state in IN_ESCROW else "empty",
    }
    if trouble is not None:
        return DeviceStatus(trouble.device, parts, trouble.action, _sentence(trouble, status))
    if status.state in POWER_UPS or status.state is State.INITIALIZE:
        return DeviceStatus(DeviceState.STARTING, parts, detail=_RESETTING)
    return DeviceStatus(DeviceState.ONLINE, parts)


def _sentence(trouble: _Trouble, status: Status) -> str:
    if status.state is not State.FAILURE:
        return trouble.sentence
    what = FAILURES.get(status.detail, f"code {status.detail:02X}")
    return f"{trouble.sentence} ({what})"


def needs_reset(state: State) -> bool:
    """Whether a state may stay although its cause was removed, until the device is reset."""
    return state in (
        State.JAM_IN_ACCEPTOR,
        State.JAM_IN_STACKER,
        State.FAILURE,
        State.COMMUNICATION_ERROR,
    )


def status_of_book(failure: str) -> DeviceStatus:
    """The status while the credit book fails."""
    detail = (
        f"the credit book cannot be written ({failure}): nothing is taken until it can; check the "
        "kiosk's disk"
    )
    return DeviceStatus(DeviceState.HARDWARE_ERROR, {}, Action.MAINTENANCE, detail)


def out_of_service(lost: str) -> DeviceStatus:
    """The status while a note is missing in the book; ``lost`` says which."""
    detail = f"{lost}: out of service; look for it in the cash box, settle it, then reconcile"
    return DeviceStatus(DeviceState.OFFLINE, {}, Action.MAINTENANCE, detail)
