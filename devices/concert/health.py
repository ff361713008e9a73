"""A terminal's health in the XFS words, by how it took a call. Pure."""
# pyright: strict

from collections.abc import Mapping

from devices.status import Action, DeviceState, DeviceStatus

ONLINE = DeviceStatus(DeviceState.ONLINE)
BUSY = DeviceStatus(DeviceState.DEVICE_BUSY, detail="it serves somebody or shows its menu")
KEEPING_QUIET = DeviceStatus(
    DeviceState.DEVICE_BUSY, detail="a request may still be open; the line is left to end it"
)
SILENT = DeviceStatus(
    DeviceState.NO_DEVICE,
    action=Action.MAINTENANCE,
    detail="nothing answers: check its power, its cable, and that its cash register connection "
    "(Concert E) is switched on",
)
STRANGE = DeviceStatus(
    DeviceState.NO_DEVICE,
    action=Action.CONFIGURATION,
    detail="what answers speaks no Concert E: correct the port, the speed or the characters "
    "(8N1 or 7E1)",
)
HEALTH: Mapping[str, DeviceStatus] = {
    "ready": ONLINE,
    "busy": BUSY,
    "calling": BUSY,
    "silent": SILENT,
    "strange": STRANGE,
}
"""What a call that ended like this says of the terminal."""
