"""A bill validator's health, as its events tell it. Pure."""
# pyright: strict

from dataclasses import dataclass, replace

from devices.cctalk_bill.protocol import BillNews
from devices.status import Action, DeviceState, DeviceStatus

_STACKER = {
    "full": (Action.MAINTENANCE, "the cash box is full: empty it"),
    "missing": (Action.CLEAR, "the cash box is out: put it back"),
    "inoperative": (Action.MAINTENANCE, "the stacker fails: have it serviced"),
    "jammed": (Action.CLEAR, "the stacker is jammed: take the cash box out and clear it"),
}


@dataclass(frozen=True, slots=True)
class Health:
    """``bins``: the cash box (ok, full, missing, inoperative, jammed); ``jam``: what is stuck."""

    bins: str = "ok"
    jam: str = ""

    def after(self, news: BillNews) -> "Health":
        """The health after an event. Any note that moves shows that the way is free again."""
        if news.kind == "jam":
            return replace(self, jam=news.words)
        if news.kind == "stacker":
            return replace(self, bins=news.words)
        if news.kind in ("held", "returned", "unknown"):
            return replace(self, jam="")
        if news.kind == "stacked":
            return Health()
        return self

    def status(self, *, note_in_escrow: bool) -> DeviceStatus:
        """The same in the XFS words."""
        parts = {
            "bins": self.bins,
            "transport": "jammed" if self.jam else "ok",
            "intermediateStacker": "notEmpty" if note_in_escrow else "empty",
        }
        if self.jam:
            detail = f"{self.jam}: open it, take the note out, then run the self-test"
            return DeviceStatus(DeviceState.HARDWARE_ERROR, parts, Action.CLEAR, detail)
        if self.bins != "ok":
            action, detail = _STACKER[self.bins]
            failed = self.bins in ("inoperative", "jammed")
            state = DeviceState.HARDWARE_ERROR if failed else DeviceState.OFFLINE
            return DeviceStatus(state, parts, action, detail)
        return DeviceStatus(DeviceState.ONLINE, parts)
