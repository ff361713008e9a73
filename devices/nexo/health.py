"""A terminal's health in the XFS words. Pure.

Source: nexo Diagnosis, POIStatus (GlobalStatus, CardReaderOKFlag, CommunicationOKFlag).
"""
# pyright: strict

from devices.nexo.protocol import DiagnosisReply, Reply
from devices.status import Action, DeviceState, DeviceStatus

NOT_THERE = DeviceStatus(
    DeviceState.NO_DEVICE,
    action=Action.MAINTENANCE,
    detail="nothing answers at its address: check its power, its network cable and the address",
)
NOT_NEXO = DeviceStatus(
    DeviceState.NO_DEVICE,
    action=Action.CONFIGURATION,
    detail="what answers at its address is no nexo terminal: correct the address",
)
MUTE = DeviceStatus(
    DeviceState.OFFLINE,
    action=Action.RESET,
    detail="it gave no usable answer in time: restart it, then check the address and its path",
)
LOGGED_OUT = DeviceStatus(
    DeviceState.OFFLINE, action=Action.RESET, detail="its session ended; it is opened again"
)
ONLINE = DeviceStatus(DeviceState.ONLINE)

_HEALTH = {
    "OK": ONLINE,
    "Busy": DeviceStatus(DeviceState.DEVICE_BUSY, detail="it serves somebody"),
    "Maintenance": DeviceStatus(
        DeviceState.OFFLINE, action=Action.MAINTENANCE, detail="it is under maintenance"
    ),
    "Unreachable": DeviceStatus(
        DeviceState.POWER_OFF, action=Action.MAINTENANCE, detail="its card part does not answer"
    ),
}


def status_of(reply: Reply) -> DeviceStatus:
    """Translate a diagnosis into the XFS words."""
    if not isinstance(reply, DiagnosisReply):
        return MUTE
    if reply.result == "Failure":
        return status_of_failure(reply.condition)
    if reply.card_reader_ok is False:
        return DeviceStatus(
            DeviceState.HARDWARE_ERROR, action=Action.MAINTENANCE, detail="its card reader failed"
        )
    if reply.communication_ok is False:
        return DeviceStatus(
            DeviceState.OFFLINE, action=Action.MAINTENANCE, detail="it cannot reach the acquirer"
        )
    return _HEALTH.get(reply.health, ONLINE)


def status_of_failure(condition: str) -> DeviceStatus:
    """Translate a refusal of Login or Diagnosis."""
    if condition == "Busy":
        return _HEALTH["Busy"]
    if condition == "LoggedOut":
        return LOGGED_OUT
    detail = f"it refused ({condition or 'no condition given'})"
    return DeviceStatus(DeviceState.OFFLINE, action=Action.CONFIGURATION, detail=detail)
